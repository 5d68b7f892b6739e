"""What an architecture's options choose from, a row a value; PyTorch comes with the first module.

A table is a dictionary by name, whose order is that of the controls.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A value of an option: what Python and the command line call it, and what people do."""

    name: str
    title: str


@dataclass(frozen=True, kw_only=True)
class Activation(Choice):
    """A function that each value passes.

    Attributes:
        formula: its name in LaTeX.
        make: its module, never in place.
        gain: by whose gain weights are drawn for it, of those that ``nn.init.calculate_gain``
            knows; GELU and SiLU tend to the rectifier for large inputs, hence its gain.
    """

    formula: str
    make: "Callable[[], nn.Module]"
    gain: str = "relu"


@dataclass(frozen=True, kw_only=True)
class Norm(Choice):
    """A normalisation behind each convolution.

    Attributes:
        formula: its name in LaTeX; empty where there is none, and convolutions have biases instead.
        make: its module for so many channels.
    """

    formula: str
    make: "Callable[[int], nn.Module]"


@dataclass(frozen=True, kw_only=True)
class Shortcut(Choice):
    """What goes around a block; ``none`` is a plain net.

    Attributes:
        legend: the same where a drawing has no room.
        sentence: what it makes of x.
        projects_changed, projects_same: whether it is a projection where a block changes shapes,
            and where it does not. Elsewhere it is x itself, padded with zeros where it must.
    """

    legend: str = ""
    sentence: str = ""
    projects_changed: bool = False
    projects_same: bool = False

    def projects(self, changes: bool) -> bool:
        """Whether it is a projection around a block that changes shapes, or does not."""
        return self.projects_changed if changes else self.projects_same


@dataclass(frozen=True, kw_only=True)
class ZeroPadding(Choice):
    """Where the zeros stand that a shortcut of option A puts in the place of new channels.

    Attributes:
        before: the share of them in front of the channels that there are.
    """

    before: float


@dataclass(frozen=True, kw_only=True)
class Stem(Choice):
    """The first convolution, and what is known of the pictures that it is made for.

    Attributes:
        pools: whether a 3×3 max-pool with stride 2 follows.
        pictures: the data set that it is meant for.
        outputs: as many as this has classes.
        mean, std: of each colour channel of these, for pixels in 0 … 1.
        crop_fraction: share of a picture's shorter side that the network sees.
    """

    kernel: int
    stride: int
    pools: bool
    pictures: str
    outputs: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    crop_fraction: float


@dataclass(frozen=True, kw_only=True)
class Transition(Choice):
    """How a stage changes shapes.

    Attributes:
        pools: whether a convolution and a 2×2 max-pool do so before the blocks, instead of the
            first block's stride.
    """

    pools: bool


def _torch(name: str) -> "Callable[..., nn.Module]":
    """A module of ``torch.nn``, imported when it is made."""

    def make(*sizes: int) -> "nn.Module":
        from torch import nn

        return getattr(nn, name)(*sizes)

    return make


def _group_norm(channels: int) -> "nn.Module":
    """16 channels a group: Wu & He 2018 (arXiv:1803.08494), table 3."""
    from torch import nn

    return nn.GroupNorm(channels // math.gcd(channels, 16), channels)


Row = TypeVar("Row", bound=Choice)


def _table(*rows: Row) -> dict[str, Row]:
    return {row.name: row for row in rows}


ACTIVATIONS = _table(
    Activation(name="relu", title="ReLU", formula=r"\mathrm{ReLU}", make=_torch("ReLU")),
    Activation(
        name="leaky_relu",
        title="LeakyReLU",
        formula=r"\mathrm{LeakyReLU}",
        make=_torch("LeakyReLU"),
        gain="leaky_relu",
    ),
    Activation(name="gelu", title="GELU", formula=r"\mathrm{GELU}", make=_torch("GELU")),
    Activation(name="silu", title="SiLU", formula=r"\mathrm{SiLU}", make=_torch("SiLU")),
    Activation(name="tanh", title="tanh", formula=r"\tanh", make=_torch("Tanh"), gain="tanh"),
    Activation(
        name="sigmoid",
        title="sigmoid",
        formula=r"\mathrm{sigmoid}",
        make=_torch("Sigmoid"),
        gain="sigmoid",
    ),
)
NORMS = _table(
    Norm(
        name="batch",
        title="batch normalisation",
        formula=r"\mathrm{BN}",
        make=_torch("BatchNorm2d"),
    ),
    Norm(name="group", title="group normalisation", formula=r"\mathrm{GN}", make=_group_norm),
    Norm(name="none", title="none, with biases instead", formula="", make=_torch("Identity")),
)
SHORTCUTS = _table(
    Shortcut(name="none", title="none: a plain net"),
    Shortcut(
        name="A",
        title="zero padding where shapes change",
        legend="zero padding",
        sentence="x itself, with zeros for new channels, and of a map that gets smaller every "
        "second pixel",
    ),
    Shortcut(
        name="B",
        title="projection where shapes change",
        legend="projection",
        sentence="x itself where the shapes agree, and elsewhere a 1×1 convolution",
        projects_changed=True,
    ),
    Shortcut(
        name="C",
        title="projection everywhere",
        legend="projection everywhere",
        sentence="a 1×1 convolution everywhere",
        projects_changed=True,
        projects_same=True,
    ),
)
ZERO_PADDINGS = _table(
    ZeroPadding(name="both", title="on both sides of the channels", before=0.5),
    ZeroPadding(name="behind", title="behind the channels only", before=0.0),
)
STEMS = _table(
    Stem(
        name="cifar",
        title="3×3 convolution",
        kernel=3,
        stride=1,
        pools=False,
        pictures="CIFAR-10",
        outputs=10,
        mean=(0.4914, 0.4822, 0.4465),
        std=(0.2470, 0.2435, 0.2616),
        crop_fraction=1.0,
    ),
    Stem(
        name="imagenet",
        title="7×7 convolution with stride 2, then max-pool",
        kernel=7,
        stride=2,
        pools=True,
        pictures="ImageNet",
        outputs=1000,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        crop_fraction=0.875,
    ),
)
TRANSITIONS = _table(
    Transition(name="stride", title="stride of its first block (He et al. 2015)", pools=False),
    Transition(name="pool", title="convolution and max-pool before it (ResNet-9)", pools=True),
)

# The channels of a first layer, first to last.
CHANNEL_ORDERS = {"rgb": "red, green, blue", "bgr": "blue, green, red"}


def residual_shortcuts() -> list[str]:
    """The names of those that make a network residual."""
    return [name for name in SHORTCUTS if name != "none"]
