"""What a network costs, counted from its architecture alone: nothing is built for it."""

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from resnet_viz.models.architecture import Architecture


class _Convolution(NamedTuple):
    """One convolution; ``shrinks`` is how many times narrower than the image its output is."""

    channels_in: int
    channels_out: int
    kernel: int
    shrinks: int
    groups: int = 1


def parameters(a: "Architecture") -> int:
    """Parameters of the whole network, as many as ``ResNet`` makes."""
    each = 1 if a.norm == "none" else 2  # a bias, or the scale and shift of a normalisation
    count, channels = 0, 0
    for one in _convolutions(a):
        count += one.channels_out * (one.channels_in // one.groups * one.kernel**2 + each)
        channels = one.channels_out
    return count + a.classes * (channels + 1)


def values(a: "Architecture", size: int) -> int:
    """What all convolutions put out for one image of that many pixels a side."""
    return sum(one.channels_out * ceil(size / one.shrinks) ** 2 for one in _convolutions(a))


def _convolutions(a: "Architecture") -> Iterator[_Convolution]:
    """In forward order; whichever is last puts out what the last layer takes in."""
    imagenet = a.stem == "imagenet"
    channels, shrinks = a.stem_width, 2 if imagenet else 1
    yield _Convolution(a.channels, channels, 7 if imagenet else 3, shrinks)
    shrinks *= 2 if imagenet else 1  # the max-pool
    for stage, (blocks, width) in enumerate(zip(a.blocks, a.widths, strict=True)):
        stride = 2 if stage else 1
        if a.transition == "pool":
            yield _Convolution(channels, width, 3, shrinks)
            channels, stride, shrinks = width, 1, 2 * shrinks
        for number in range(blocks):
            changes = stride > 1 and number == 0
            before, shrinks = shrinks, shrinks * (stride if changes else 1)
            yield from _branch(a, channels, width, before, shrinks)
            channels_out = width * a.expansion
            changes = changes or channels != channels_out
            if a.shortcut == "C" or (a.shortcut == "B" and changes):
                yield _Convolution(channels, channels_out, 1, shrinks)
            channels = channels_out


def _branch(
    a: "Architecture", channels: int, width: int, before: int, shrinks: int
) -> Iterator[_Convolution]:
    if a.block == "basic":
        yield _Convolution(channels, width, 3, shrinks)
        yield _Convolution(width, width, 3, shrinks)
        return
    inner = width * a.width_per_group // 64 * a.groups
    yield _Convolution(channels, inner, 1, before)
    yield _Convolution(inner, inner, 3, shrinks, a.groups)
    yield _Convolution(inner, width * a.expansion, 1, shrinks)
