"""Agreement: whether two maps put the pixels into the same order."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from resnet_viz.analysis.trust.check import Check

if TYPE_CHECKING:
    import pandas as pd
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
    import pandas as pd

    # Equal values share a rank: whole areas of a map may be exactly zero.
    ranks = [pd.Series(heatmap.double().flatten().numpy()).rank() for heatmap in (one, other)]
    centred = [rank - rank.mean() for rank in ranks]
    size = float((centred[0] ** 2).sum() * (centred[1] ** 2).sum()) ** 0.5
    return float((centred[0] * centred[1]).sum()) / size if size else float("nan")


def agreement(heatmaps: "Mapping[str, Tensor]") -> "pd.DataFrame":
    """The rank correlation of each map with each other one, as a square frame with their names."""
    import pandas as pd

    names = list(heatmaps)
    rows = [[rank_correlation(heatmaps[one], heatmaps[other]) for other in names] for one in names]
    return pd.DataFrame(rows, index=names, columns=names)
