"""The architecture that names and shapes of tensors say, as a row of the table with options."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.choices import SHORTCUTS, STEMS, TRANSITIONS, residual_shortcuts
from resnet_viz.models.layouts import FIRST_LAYER, Shapes
from resnet_viz.models.layouts.head import LAST_LAYER, features
from resnet_viz.models.options import OPTIONS

_CONVOLUTION = re.compile(r"^layer(\d{1,4})\.(\d{1,4})\.(conv\d|downsample\.0)\.weight$")
_NORM = re.compile(r"(?:^|\.)(?:bn\d+|downsample\.1)\.")


class SeenBlock(NamedTuple):
    """A block by its convolutions' shapes; a projection is that of ``downsample.0``."""

    stage: int
    number: int
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def branch(self) -> list[tuple[int, ...]]:
        return [self.shapes[name] for name in sorted(self.shapes) if name != "downsample.0"]

    @property
    def convolutions(self) -> int:
        """Those of its branch."""
        return len(self.branch)

    @property
    def projects(self) -> bool:
        return "downsample.0" in self.shapes

    @property
    def changes(self) -> bool:
        """Whether it puts out another shape than it takes, if all stages but the first halve."""
        halves = self.stage > 1 and self.number == 0
        return halves or self.branch[0][1] != self.branch[-1][0]


def seen_options(shapes: Shapes) -> dict[str, Any]:
    """What the tensors say of each option, as far as they do.

    Two things they never say: whether there are shortcuts where none is a projection, and where in
    a bottleneck the stride is; the first are taken to be there, the second to be torchvision's.

    Args:
        shapes: of the network's tensors, as torchvision names them.
    """
    parts = list(_blocks(shapes))
    seen: dict[str, Any] = _head(shapes) | _stem(shapes) | _norm(shapes)
    if blocks := [part for part in parts if part.convolutions > 1]:
        seen |= _form(parts) | {"shortcut": _shortcut(blocks)}
    return seen


def nearest(seen: Mapping[str, Any]) -> Architecture | None:
    """The row of the table that is nearest to what the tensors say, with that as its options.

    Nearest is the one that differs in the least of its form, in which another stem, another block
    and another number of stages count more, then in the fewest options, then least in depth.
    """
    if not {"stem", "block"} <= seen.keys():
        return None
    pools, options = seen["transition"], _to_choose(seen)
    rows = [row for row in ARCHITECTURES.values() if row.is_residual and row.transition == pools]
    found = [row.with_options(**options) for row in rows]
    return min(found, key=_distance, default=None)


def of_row(row: Architecture, seen: Mapping[str, Any]) -> Architecture:
    """A row with what the tensors say of all but its form.

    Raises:
        ArchitectureError: if the two do not go together.
    """
    options = {name: value for name, value in _to_choose(seen).items() if not OPTIONS[name].custom}
    if not row.is_residual:
        options.pop("shortcut", None)
    return row.with_options(**options)


def rows_of(found: Architecture) -> list[str]:
    """The table's rows that are such a network, by name; those with shortcuts first.

    A plain network and a residual one without projections have the same tensors.
    """
    projects = SHORTCUTS[found.shortcut].projects(changes=True)
    rows = [
        row
        for row in ARCHITECTURES.values()
        if row.transition == found.transition and (row.is_residual or not projects)
    ]
    same = [
        replace(found, name=row.name, shortcut=found.shortcut if row.is_residual else row.shortcut)
        for row in sorted(rows, key=lambda row: not row.is_residual)
    ]
    return [one.name for one in same if not one.is_custom]


def _to_choose(seen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in seen.items() if not OPTIONS[name].fixed}


def _distance(found: Architecture) -> tuple[int, int, int]:
    row, options = ARCHITECTURES[found.name], found.options
    form = sum(OPTIONS[name].custom for name in options)
    same = (
        found.stem == row.stem,
        found.block == row.block,
        len(found.blocks) == len(row.blocks),
    )
    return form + same.count(False), len(options), abs(found.depth - row.depth)


def _blocks(shapes: Shapes) -> Iterator[SeenBlock]:
    """The modules of the stages by their convolutions, in order."""
    found: dict[tuple[int, int], dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        if (place := _CONVOLUTION.match(name)) and len(shape) == 4 and all(shape):
            found.setdefault((int(place[1]), int(place[2])), {})[place[3]] = shape
    for at in sorted(found):
        block = SeenBlock(*at, found[at])
        if block.branch:
            yield block


def _head(shapes: Shapes) -> dict[str, int]:
    """As many classes as rows of the last layer; two for one number, and features without any."""
    if LAST_LAYER in shapes:
        rows = shapes[LAST_LAYER][0] if shapes[LAST_LAYER] else 0
        return {"classes": max(2, rows)}
    return {"classes": count} if (count := features(shapes)) else {}


def _stem(shapes: Shapes) -> dict[str, Any]:
    first = shapes.get(FIRST_LAYER, ())
    if len(first) != 4:
        return {}
    kinds = [stem.name for stem in STEMS.values() if first[2:] == (stem.kernel, stem.kernel)]
    return {"channels": first[1], "stem_width": first[0], **({"stem": kinds[0]} if kinds else {})}


def _norm(shapes: Shapes) -> dict[str, str]:
    """Batch normalisation by its averages, or none; what others are, tensors do not tell."""
    if any(name.endswith(".running_mean") for name in shapes):
        return {"norm": "batch"}
    return {} if any(map(_NORM.search, shapes)) else {"norm": "none"}


def _form(parts: list[SeenBlock]) -> dict[str, Any]:
    """Stages, widths and the kind of block; nothing if the blocks are none of the table."""
    blocks = [part for part in parts if part.convolutions > 1]
    kinds = [kind for kind in BLOCKS.values() if kind.depth == blocks[0].convolutions]
    if not kinds:
        return {}
    kind, pools = kinds[0], len(parts) > len(blocks)
    last = {part.stage: part for part in parts}
    widths = {
        stage: part.branch[-1][0] // (kind.expansion if part.convolutions > 1 else 1)
        for stage, part in last.items()
    }
    lengths = Counter(block.stage for block in blocks)
    return {
        "block": kind.name,
        "blocks": tuple(lengths[stage] for stage in last),
        "widths": tuple(widths.values()),
        "transition": next(row.name for row in TRANSITIONS.values() if row.pools == pools),
        "groups": Architecture.usual("groups"),
        "width_per_group": Architecture.usual("width_per_group"),
        **(_groups(blocks, widths) if kind.grouped else {}),
    }


def _groups(blocks: list[SeenBlock], widths: Mapping[int, int]) -> dict[str, int]:
    """Cardinality, and the least width of a group that gives every block its channels."""
    given, taken = blocks[0].branch[1][:2]
    groups = max(1, given // taken)
    of_group = [(block.branch[0][0] // groups, max(1, widths[block.stage])) for block in blocks]
    return {
        "groups": groups,
        "width_per_group": max(1, *(-(-64 * inner // width) for inner, width in of_group)),
    }


def _shortcut(blocks: list[SeenBlock]) -> str:
    """The kind whose projections are where these are.

    Where some blocks have projections that need none, the others' shortcuts are the identity as a
    projection.
    """
    for name in residual_shortcuts():
        if all(SHORTCUTS[name].projects(one.changes) == one.projects for one in blocks):
            return name
    needless = any(one.projects and not one.changes for one in blocks)
    complete = all(one.projects for one in blocks if one.changes)
    return "C" if needless and complete else "B"
