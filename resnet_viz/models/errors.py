"""Errors of networks and of their files, each with one sentence for the person."""

from resnet_viz.errors import UserError


class ArchitectureError(UserError):
    """An architecture or an option of it that does not exist or makes no sense."""


class CheckpointError(UserError):
    """A file of weights that cannot be used, with the reason in one sentence."""


class ExportError(UserError):
    """A network that cannot be written as a file of some kind, with the reason in one sentence."""
