"""What goes wrong in an analysis."""

from resnet_viz.errors import UserError


class AnalysisError(UserError):
    """An analysis that cannot be done as asked; the text says what to do instead."""
