"""The parts of a network that a drawing shows: stem, blocks, transitions, head."""

from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from resnet_viz.analysis.structure.dry_run import NONE, Layer, checked_size, dry_run
from resnet_viz.models.architecture import Architecture


@dataclass(frozen=True)
class Part:
    """A piece of the drawing of a network: the stem, a block, a transition, or the head.

    Attributes:
        part: the name of its module, or ``stem`` or ``head``.
        stage: ``layer1`` …; empty for stem and head.
        kind: ``stem``, ``basic``, ``bottleneck``, ``transition`` or ``head``.
        shortcut: ``none``, ``identity``, ``zero padding`` or ``projection``; its output is
            multiplied by ``shortcut_scale`` and goes through a dropout of that probability.
        convolutions: what the branch consists of, such as ``3×3, 64 → 3×3, 64``.
        pools: whether it ends with a max-pool.
    """

    part: str
    stage: str
    kind: str
    shortcut: str
    convolutions: str
    pools: bool
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    shortcut_parameters: int
    multiply_adds: int
    shortcut_multiply_adds: int
    shortcut_scale: float = 1.0
    shortcut_dropout: float = 0.0


def outline(architecture: Architecture, size: int | None = None) -> pd.DataFrame:
    """The parts that a drawing shows, in forward order: stem, blocks, transitions, head.

    Args, raises: as `layer_table`.

    Returns:
        One row a part with the fields of `Part`.
    """
    return pd.DataFrame(_parts(architecture, checked_size(architecture, size)))


@lru_cache(maxsize=128)
def _parts(architecture: Architecture, size: int) -> tuple[Part, ...]:
    walked = dry_run(architecture, size)
    layers, inner = walked.layers, walked.blocks
    first, last = inner[0][0], inner[-1][0]
    names = [row.layer for row in layers]
    start = next(i for i, name in enumerate(names) if name.startswith(f"{first}."))
    end = 1 + max(i for i, name in enumerate(names) if name.startswith(f"{last}."))
    parts = [_part("stem", "", "stem", NONE, layers[:start])]
    for name, shortcut in inner:
        own = tuple(row for row in layers if row.layer.startswith(f"{name}."))
        stage = name.partition(".")[0]
        kind = "transition" if shortcut is None else architecture.block
        part = _part(name, stage, kind, shortcut or NONE, own)
        parts.append(
            replace(
                part,
                shortcut_scale=architecture.shortcut_scale,
                shortcut_dropout=architecture.shortcut_dropout,
            )
            if part.shortcut != NONE
            else part
        )
    parts.append(_part("head", "", "head", NONE, layers[end:]))
    return tuple(parts)


def _part(name: str, stage: str, kind: str, shortcut: str, layers: tuple[Layer, ...]) -> Part:
    aside = [row for row in layers if ".downsample" in row.layer]
    branch = [row for row in layers if ".downsample" not in row.layer]
    return Part(
        part=name,
        stage=stage,
        kind=kind,
        shortcut=shortcut,
        convolutions=" → ".join(_described(row) for row in branch if row.kind == "Conv2d"),
        pools=layers[-1].kind == "MaxPool2d",
        input=layers[0].input,
        output=layers[-1].output,
        parameters=sum(row.parameters for row in layers),
        shortcut_parameters=sum(row.parameters for row in aside),
        multiply_adds=sum(row.multiply_adds for row in layers),
        shortcut_multiply_adds=sum(row.multiply_adds for row in aside),
    )


def _described(row: Layer) -> str:
    stride = f", stride {row.stride}" if row.stride != 1 else ""
    groups = f", {row.groups} groups" if row.groups != 1 else ""
    return f"{row.kernel}×{row.kernel}, {row.output[0]}{groups}{stride}"
