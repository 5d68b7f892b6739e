"""The places that torchvision's names give to the tensors of a network."""

import re
from collections.abc import Collection
from itertools import takewhile

from resnet_viz.models.layouts.layout import Shapes

_ENDS = r"(?:weight|bias|running_mean|running_var|num_batches_tracked)$"
BLOCK = re.compile(rf"^layer(\d{{1,4}})\.(\d{{1,4}})\.(conv\d|bn\d|downsample\.[01])\.{_ENDS}")
_PLACE = re.compile(rf"^(?:conv1|bn1|fc)\.{_ENDS}|{BLOCK.pattern}")
_FIRST_OF_BLOCK = re.compile(r"^layer\d{1,4}\.\d{1,4}\.conv1\.weight$")


def without_place(names: Collection[str]) -> list[str]:
    """The names that are of no tensor of a network of this family, in their order."""
    return [name for name in names if not _PLACE.match(name)]


def has_blocks(names: Collection[str]) -> bool:
    """Whether a network's blocks are among them."""
    return any(map(_FIRST_OF_BLOCK.match, names))


def last_convolution(shapes: Shapes) -> str | None:
    """The name of the last block's last convolution, which puts out the features."""
    named = [found for found in map(BLOCK.match, shapes) if found and len(shapes[found[0]]) == 4]
    branch = [one for one in named if one[3].startswith("conv")]
    last = max(branch, key=lambda one: (int(one[1]), int(one[2]), one[3]), default=None)
    return last[0] if last else None


def common_module(names: Collection[str]) -> str:
    """The module that all tensors are in, with its dot; empty where they share none."""
    levels = zip(*(name.split(".") for name in names), strict=False)
    shared = takewhile(lambda level: len(set(level)) == 1, levels)
    return "".join(f"{level[0]}." for level in shared)
