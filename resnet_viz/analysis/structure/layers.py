"""The layers of a network that compute something, and what they cost."""

import pandas as pd

from resnet_viz.analysis.structure.dry_run import dry_run
from resnet_viz.models.architecture import Architecture


def layer_table(architecture: Architecture, size: int | None = None) -> pd.DataFrame:
    """All layers that compute something, in forward order, for one image.

    Args:
        size: side of the image in pixels; the architecture's own without it.

    Returns:
        One row a layer with the fields of `Layer` and ``share``, of all multiply-adds in per cent.

    Raises:
        AnalysisError: if an image of that size is too small for the network, or too large to count.
    """
    frame = pd.DataFrame(dry_run(architecture, size).layers)
    return frame.assign(share=100 * frame["multiply_adds"] / frame["multiply_adds"].sum())


def totals(architecture: Architecture, size: int | None = None) -> tuple[int, int]:
    """Parameters and multiply-adds of the whole network, for one image.

    Args, raises: as `layer_table`.
    """
    layers = dry_run(architecture, size).layers
    return sum(row.parameters for row in layers), sum(row.multiply_adds for row in layers)
