"""Whether a map's strongest places lie where a mask says: two scores.

Both scores see the order of a map's values alone, so a map's units and sign convention for zero do
not matter; where values are equal, each of them counts the same share.
"""

import numpy as np
from numpy.typing import NDArray

from resnet_viz.analysis.errors import AnalysisError

Maps = NDArray[np.floating]
Masks = NDArray[np.bool_]
Scores = NDArray[np.float64]


def pointing_game(maps: Maps, masks: Masks) -> Scores:
    """Whether the largest value of each map lies in its mask (Zhang et al. 2018, arXiv:1608.00507).

    The paper forgives a point up to 15 pixels outside; here none is forgiven, because masks are
    exact. A network need not look at the middle of a thing, so one point says little of one map:
    the mean over many pictures is the score. Higher is better; of a map that knows nothing it is
    the share that the mask has of the picture.

    Args:
        maps: shape (N, H, W), the larger the stronger.
        masks: same shape, the pixels of the thing.

    Returns:
        1 or 0 for each map, shape (N,); of several largest values the share that lies in the mask.

    Raises:
        AnalysisError: if shapes differ, a value is not finite, or a mask is empty.
    """
    values, inside = _flat(maps, masks)
    largest = values == values.max(axis=1, keepdims=True)  # (N, H·W)
    return (largest & inside).sum(axis=1) / largest.sum(axis=1)


def overlap(maps: Maps, masks: Masks) -> Scores:
    """How well each map's strongest pixels cover its mask, as intersection over union.

    As many pixels are taken as the mask has, so that no threshold has to be chosen: with k pixels
    in the mask, i of which are among the map's k strongest, it is i / (2k - i). 1 is the mask
    itself. Biased towards smooth maps about as large as the thing: a fine map that marks its edges
    alone scores low.

    Args:
        maps: shape (N, H, W), the larger the stronger.
        masks: same shape, the pixels of the thing.

    Returns:
        0 … 1 for each map, shape (N,).

    Raises:
        AnalysisError: if shapes differ, a value is not finite, or a mask is empty.
    """
    values, inside = _flat(maps, masks)
    wanted = inside.sum(axis=1)
    places = np.arange(len(values))
    least = np.sort(values, axis=1)[places, values.shape[1] - wanted][:, None]  # the k-th strongest
    above, level = values > least, values == least
    # The pixels at the threshold share the room that is left among them.
    share = (wanted - above.sum(axis=1)) / level.sum(axis=1)
    common = (above & inside).sum(axis=1) + share * (level & inside).sum(axis=1)
    return common / (2 * wanted - common)


def _flat(maps: Maps, masks: Masks) -> tuple[Maps, Masks]:
    """Maps and masks with their pixels in one axis, shape (N, H·W)."""
    if maps.ndim != 3 or maps.shape != masks.shape or not maps.size:
        raise AnalysisError(
            f"Maps of shape {maps.shape} and masks of shape {masks.shape} do not go together: give "
            "both as (N, H, W)."
        )
    values, inside = maps.reshape(len(maps), -1), masks.reshape(len(masks), -1).astype(bool)
    if not np.isfinite(values).all():
        raise AnalysisError("A map has values that are not finite: leave it out.")
    if not inside.any(axis=1).all():
        raise AnalysisError("A mask has no pixel: leave pictures without the thing out.")
    return values, inside
