"""Vanishing gradients in networks with random weights: plain, residual, and normalised or not.

What is compared is known without torch, which is loaded when something is measured.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_viz.models.architecture import Architecture, named

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

    from resnet_viz.data import DataSet

IMAGES = 16


@dataclass(frozen=True)
class Kind:
    """One of the networks that are compared."""

    label: str
    norm: str
    shortcut: str


PAPER = Kind("plain + batch norm", "batch", "none")
KINDS = (
    Kind("plain", "none", "none"),
    PAPER,
    Kind("residual", "none", "A"),
    Kind("residual + batch norm", "batch", "A"),
)


def kind_gradients(
    kind: Kind, activation: str, depth: int, data: "DataSet", seed: int
) -> "pd.DataFrame":
    """`fresh_gradients` of a kind's convolutions, on some training pictures drawn by the seed.

    Args:
        depth: 6n + 2 layers, as in He et al. 2015, section 4.2.

    Returns:
        One row a convolution, with label, residual, normalised and seed, as `charts.reaching` takes
        it.
    """
    from resnet_viz.analysis.gradients import draw_batch
    from resnet_viz.data.feed import Feed

    options = {"activation": activation, "norm": kind.norm, "shortcut": kind.shortcut}
    architecture = named("plain20", options | {"blocks": ((depth - 2) // 6,) * 3})
    feed = Feed(data.mean, data.std, data.train.images.shape[-1])
    images, labels = draw_batch(data.train, feed, IMAGES, seed)
    norms = fresh_gradients(architecture, images, labels, seed)
    return norms.iloc[:-1].assign(  # without the linear layer, which is the last
        label=kind.label,
        residual=architecture.is_residual,
        normalised=kind.norm != "none",
        seed=seed,
    )


def fresh_gradients(
    architecture: Architecture, images: "Tensor", labels: "Tensor", seed: int
) -> "pd.DataFrame":
    """`gradient_norms` of a network with random weights, in float64.

    Args, raises: as `gradient_norms`.

    Returns:
        Its rows with position (0 …) and relative: the gradient norm over the last convolution's.
        The layer behind that is linear, and with shortcuts its gradient is far larger than theirs.
    """
    from resnet_viz.analysis.gradients import gradient_norms
    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import build

    a = architecture
    classifier = Classifier(
        network=build(a.name, seed=seed, **a.options).double(),
        classes=tuple(map(str, range(a.classes))),
        input_size=images.shape[-1],
        mean=(0.0,) * a.channels,
        std=(1.0,) * a.channels,
    )
    norms = gradient_norms(classifier, images, labels)
    last = norms["gradient_norm"].iloc[-2]
    return norms.assign(position=range(len(norms)), relative=norms["gradient_norm"] / last)
