"""Which rows of a frame of layers or parts are of what kind, for charts and sentences alike."""

from typing import Any

import pandas as pd

CLASSIFIER = "fc"
# Column of a frame of norms -> its symbol.
QUANTITIES = {
    "gradient_norm": "‖∂L/∂W‖₂",
    "weight_norm": "‖W‖₂",
    "ratio": "‖∂L/∂W‖₂ / ‖W‖₂",
}


def convolutions(norms: pd.DataFrame) -> pd.DataFrame:
    """The rows of all layers but the last, which is linear and often far from all the others."""
    return norms[norms["layer"] != CLASSIFIER]


def changes_shape(part: Any) -> bool:
    """Whether what a part puts out has another shape than what goes in.

    Args:
        part: a row of `analysis.outline`.
    """
    return tuple(part.input) != tuple(part.output)
