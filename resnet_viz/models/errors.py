"""Errors of networks and of their files, each with one sentence for the person."""

from resnet_viz.errors import UserError


class ArchitectureError(UserError):
    """An architecture or an option of it that does not exist or makes no sense."""


class CheckpointError(UserError):
    """A file of weights that cannot be used, with the reason in one sentence."""
