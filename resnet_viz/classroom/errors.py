"""What a visitor of a class is refused, in sentences for the person."""

from resnet_viz.errors import UserError


class ClassroomError(UserError):
    """Something that the class does not allow, or not now; the text says what to do."""
