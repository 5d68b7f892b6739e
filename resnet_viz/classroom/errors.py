"""What a class cannot do, in sentences for the person."""

from resnet_viz.errors import UserError


class ClassroomError(UserError):
    """Something in a class cannot be done, or not by this visitor; the text says what can."""
