"""Agreement: whether two maps put the pixels into the same order."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from resnet_viz.analysis.trust.check import Check

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray
    from torch import Tensor

AGREEMENT = Check(
    name="agreement",
    title="Agreement",
    sentence="The rank correlation of two maps: 1 where they put the pixels into the same order, "
    "0 where they have nothing in common.",
    better="higher",
    paper="Spearman 1904",
    bias="Methods that make the same mistake agree.",
)


def rank_correlation(one: "Tensor", other: "Tensor") -> float:
    """Spearman's correlation of two maps of one shape, in -1 … 1; NaN where one is constant."""
    return float(_ranked(one) @ _ranked(other))


def agreement(heatmaps: "Mapping[str, Tensor]") -> "pd.DataFrame":
    """The rank correlation of each map with each other one, as a square frame with their names."""
    import numpy as np
    import pandas as pd

    names = list(heatmaps)
    ranks = np.stack([_ranked(heatmap) for heatmap in heatmaps.values()])  # (maps, H·W)
    return pd.DataFrame(ranks @ ranks.T, index=names, columns=names)


def _ranked(heatmap: "Tensor") -> "NDArray[np.float64]":
    """The ranks of a map's values with mean 0 and length 1; NaN where all are equal."""
    import numpy as np
    import pandas as pd

    # Equal values share a rank: whole areas of a map may be exactly zero.
    ranks = pd.Series(heatmap.double().flatten().numpy()).rank().to_numpy()
    ranks = ranks - ranks.mean()
    length = np.linalg.norm(ranks)
    return ranks / length if length else np.full_like(ranks, np.nan)
