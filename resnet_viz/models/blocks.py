"""The kinds of block: one row each, of which both the module and every count are made."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from resnet_viz.models.published import IMAGENET_GMACS, IMAGENET_WEIGHTS


class Convolution(NamedTuple):
    """A square convolution that keeps the size of a picture but for its stride."""

    channels_in: int
    channels_out: int
    kernel: int
    stride: int = 1
    groups: int = 1

    @property
    def weights(self) -> int:
        """Numbers in its kernels."""
        return self.channels_out * (self.channels_in // self.groups) * self.kernel**2

    def side(self, size: int) -> int:
        """Side in pixels of what it puts out for an input of that many."""
        return ceil(size / self.stride)


class Slot(NamedTuple):
    """Where a block stands: what comes in, and what the architecture says of it."""

    channels: int
    width: int
    stride: int = 1
    groups: int = 1
    width_per_group: int = 64


Convolutions = tuple[Convolution, ...]


@dataclass(frozen=True, kw_only=True)
class BlockKind:
    """A kind of block: convolutions one after the other, each with its normalisation.

    An activation stands between two of them, and the last one's behind the addition. ``Block``
    builds the module and ``Architecture`` counts from the same row, so a new kind is a row.

    Attributes:
        title: what it is made of, in words.
        convolutions: those of a block in a place.
        grouped: whether ``groups`` and ``width_per_group`` mean something for it.
        sentence: what is to be known where such a block is drawn.
    """

    name: str
    title: str
    convolutions: Callable[[Slot], Convolutions]
    grouped: bool = False
    sentence: str = ""

    @property
    def depth(self) -> int:
        """Its weighted layers, as the papers count them."""
        return len(self.convolutions(Slot(64, 64)))

    @property
    def expansion(self) -> int:
        """Channels that it puts out for each of its width."""
        return self.convolutions(Slot(64, 64))[-1].channels_out // 64


def _basic(at: Slot) -> Convolutions:
    return (
        Convolution(at.channels, at.width, 3, at.stride),
        Convolution(at.width, at.width, 3),
    )


def _bottleneck(at: Slot) -> Convolutions:
    inner = at.width * at.width_per_group // 64 * at.groups
    return (
        Convolution(at.channels, inner, 1),
        Convolution(inner, inner, 3, at.stride, at.groups),
        Convolution(inner, 4 * at.width, 1),
    )


BLOCKS = {
    kind.name: kind
    for kind in (
        # He et al. 2015, figure 5 left
        BlockKind(name="basic", title="two 3×3 convolutions", convolutions=_basic),
        # He et al. 2015, figure 5 right; grouped: Xie et al. 2016, figure 3c. The stride is on the
        # 3×3 convolution, as in torchvision ("v1.5").
        BlockKind(
            name="bottleneck",
            title="1×1, 3×3 and 1×1 convolutions",
            convolutions=_bottleneck,
            grouped=True,
            sentence="A bottleneck has its stride on the 3×3 convolution here, as in torchvision; "
            "the paper has it on the first 1×1, hence "
            f"{IMAGENET_WEIGHTS['resnet50'].gmacs:.2f} and {IMAGENET_GMACS['resnet50']} × 10⁹ "
            "multiply-adds for ResNet-50.",
        ),
    )
}
