"""What can go wrong with data, in sentences for the person."""

from resnet_viz.errors import UserError


class DataError(UserError):
    """Data that cannot be had; the text says what to do about it."""
