"""The one kind of error that is meant for the person."""


class UserError(ValueError):
    """Something the person can mend; its text is one sentence that says what and how."""
