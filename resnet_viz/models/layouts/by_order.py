"""Any names at all: the network by the order and the shapes of its layers.

Each block has to be a module of its own, so that its tensors begin alike and no others do: then a
branch and what goes around it are told apart, and a normalisation before its convolution (as in
networks with pre-activation) is not taken for one behind it.
"""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from resnet_viz.models.blocks import BLOCKS, BlockKind, Slot
from resnet_viz.models.choices import STEMS
from resnet_viz.models.layouts.beside import BESIDE
from resnet_viz.models.layouts.layout import Layout, Shapes
from resnet_viz.models.layouts.places import has_blocks, without_place
from resnet_viz.models.layouts.wrapping import MOST_CHANNELS
from resnet_viz.wording import several

MOST_IN_BLOCK = 50  # layers, with those that no block has
MOST_DEEP = 20  # modules within each other
_DIGITS = re.compile(r"(\d{1,9})")


class MisfitError(ValueError):
    """What was seen that is not of a residual network, in a clause."""


class Layer(NamedTuple):
    """A module with tensors of its own, by the shape of each."""

    name: str
    tensors: Mapping[str, tuple[int, ...]]

    @property
    def weight(self) -> tuple[int, ...]:
        return self.tensors.get("weight", ())

    @property
    def convolves(self) -> bool:
        return len(self.weight) == 4 and all(self.weight)

    @property
    def normalises(self) -> bool:
        return "running_mean" in self.tensors

    @property
    def modules(self) -> list[str]:
        """The modules that it is a part of, the largest first and itself last."""
        parts = self.name.split(".", MOST_DEEP)
        return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


class Found(NamedTuple):
    """A block: its layers by torchvision's name within it, and the channels that it changes."""

    layers: dict[str, Layer]
    channels_in: int
    channels_out: int


def place_by_order(shapes: Shapes) -> dict[str, str]:
    """torchvision's name of each tensor of stem and blocks by its own.

    Raises:
        MisfitError: if the layers are not those of one residual network.
    """
    layers = _layers(shapes)
    first, blocks = _parts(layers)
    used = {layer.name for block in blocks for layer in block.layers.values()}
    rest = [layer for layer in layers if layer is not first and layer.name not in used]
    if strange := [layer for layer in rest if len(layer.weight) == 1 and not layer.normalises]:
        raise MisfitError(f"{_said(strange[0])} is no layer of such a network")
    norms = [layer for layer in rest if layer.normalises]
    places = _paired({"conv1": first}, norms, "the stem")
    order = [layers.index(one) for one in (first, blocks[0].layers["conv1"], *norms)]
    if order == sorted(order) and norms:
        raise MisfitError(f"{norms[0].name} normalises behind the blocks")
    for stage, number, block in _counted(blocks, first.weight[0]):
        places |= {f"layer{stage}.{number}.{part}": one for part, one in block.layers.items()}
    modules = {layer.name: place for place, layer in places.items()}
    parts = {name: name.rpartition(".") for name in shapes}
    return {
        name: f"{modules[module]}.{end}"
        for name, (module, _, end) in parts.items()
        if module in modules
    }


def _counted(blocks: list[Found], channels: int) -> Iterator[tuple[int, int, Found]]:
    """The blocks with the number of their stage, from 1, and of their place in it, from 0."""
    stage = number = given = 0
    projects = False
    for block in blocks:
        if block.channels_in != channels:
            name = block.layers["conv1"].name
            raise MisfitError(
                f"{name}.weight takes {block.channels_in} channels where {channels} come"
            )
        projected, projects = projects, "downsample.0" in block.layers
        if block.channels_out != given or (projects and not projected):
            stage, number = stage + 1, 0
        yield stage, number, block
        channels = given = block.channels_out
        number += 1


def _layers(shapes: Shapes) -> list[Layer]:
    """The modules in the order in which they were made.

    A file whose names are sorted does not have it; there 2 goes before 10, as they are counted.
    """
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for name, shape in shapes.items():
        module, _, end = name.rpartition(".")
        if shape and not BESIDE.recognise({name: ()}):
            found.setdefault(module, {})[end] = shape
    weighted = [name for name in found if "weight" in found[name]]
    if weighted == sorted(weighted):
        found = {name: found[name] for name in sorted(found, key=_as_counted)}
    return [Layer(name, tensors) for name, tensors in found.items()]


def _as_counted(name: str) -> list[tuple[int, str]]:
    parts = _DIGITS.split(name)
    return [(int(part), "") if place % 2 else (-1, part) for place, part in enumerate(parts)]


def _parts(layers: list[Layer]) -> tuple[Layer, list[Found]]:
    """The first convolution and the blocks."""
    blocks: list[Found] = []
    alone: list[Layer] = []
    seen: set[str] = set()
    parts: dict[str, list[Layer]] = {}
    for layer in layers:
        for module in layer.modules:
            parts.setdefault(module, []).append(layer)
    for layer in layers:
        if layer.convolves and layer.name not in seen:
            if block := _block_around(layer, parts):
                seen |= {one.name for one in block.layers.values()}
                blocks.append(block)
            else:
                alone.append(layer)
    kernels = {(stem.kernel, stem.kernel) for stem in STEMS.values()}
    firsts = [one for one in alone if one.weight[1] <= MOST_CHANNELS and one.weight[2:] in kernels]
    if others := [layer for layer in alone if layer not in firsts[:1]]:
        raise MisfitError(f"{_said(others[0])} is no part of a block of {_kinds()}")
    if not firsts or not blocks:
        raise MisfitError("there is no first convolution of a picture with such blocks behind it")
    return firsts[0], blocks


def _block_around(layer: Layer, parts: Mapping[str, list[Layer]]) -> Found | None:
    """The largest module with a convolution in it that is one block; None where there is none."""
    for module in layer.modules:
        convolutions = [one for one in parts[module][:MOST_IN_BLOCK] if one.convolves]
        if not (found := next(_roles(convolutions), None)):
            continue
        inner = parts[module]
        if others := [one for one in inner if not (one.convolves or one.normalises)]:
            raise MisfitError(f"{_said(others[0])} in {module} is not of such a block")
        in_order = {
            place: one for one in convolutions for place, it in found.layers.items() if it is one
        }
        if (around := found.layers.get("downsample.0")) and _follows_nothing(around, inner, module):
            raise MisfitError(f"something without tensors, such as a pool, is before {around.name}")
        norms = [one for one in inner if one.normalises]
        return found._replace(layers=_paired(in_order, norms, module))
    return None


def _follows_nothing(around: Layer, inner: list[Layer], module: str) -> bool:
    """Whether a projection has a number above 0 in a ``Sequential``, and no layer one below it."""
    names = [one.name.removeprefix(f"{module}.").split(".") for one in inner]
    parts = around.name.removeprefix(f"{module}.").split(".")
    for place, part in enumerate(parts):
        beside = [name[place] for name in names if name[:place] == parts[:place]]
        numbers = sorted(filter(_DIGITS.fullmatch, beside), key=_as_counted)
        if numbers and part == numbers[0] != "0":
            return True
    return False


def _roles(convolutions: list[Layer]) -> Iterator[Found]:
    """The ways in which convolutions are a block: its branch, and perhaps one around it."""
    for kind in BLOCKS.values():
        if len(convolutions) == kind.depth and _is_branch(kind, convolutions):
            yield _found(convolutions)
        elif len(convolutions) == kind.depth + 1:
            places = range(len(convolutions))
            for place in sorted(places, key=lambda place: (place != kind.depth, place)):
                around = convolutions[place]
                branch = convolutions[:place] + convolutions[place + 1 :]
                ends = (branch[-1].weight[0], branch[0].weight[1], 1, 1)
                if around.weight == ends and _is_branch(kind, branch):
                    yield _found(branch, around)


def _found(branch: list[Layer], around: Layer | None = None) -> Found:
    layers = {f"conv{number}": one for number, one in enumerate(branch, start=1)}
    ends = (branch[0].weight[1], branch[-1].weight[0])
    return Found(layers | ({"downsample.0": around} if around else {}), *ends)


def _is_branch(kind: BlockKind, convolutions: list[Layer]) -> bool:
    """Whether convolutions have the kernels of a kind of block, and each takes what one gives."""
    kernels = [row.kernel for row in kind.convolutions(Slot(64, 64))]
    if [one.weight[2:] for one in convolutions] != [(size, size) for size in kernels]:
        return False
    inner = convolutions[0].weight[0]
    for number, one in enumerate(convolutions[1:], start=1):
        given, (out, taken, size, _) = convolutions[number - 1].weight[0], one.weight
        grouped = kind.grouped and size > 1 and given % taken == 0
        if not (given == taken or grouped) or (size > 1 and out != inner):
            return False
    return True


def _paired(convolutions: dict[str, Layer], norms: list[Layer], where: str) -> dict[str, Layer]:
    """Convolutions and the normalisation of each, in the same order; or none of these at all.

    A projection may go without.
    """
    names = [name for name in convolutions if len(norms) >= len(convolutions) or _in_branch(name)]
    if norms and len(norms) != len(names):
        raise MisfitError(
            f"{where} has {several(len(norms), 'normalisation')} with running averages for "
            f"{several(len(convolutions), 'convolution')}"
        )
    pairs = dict(zip(names, norms, strict=False))
    for name, norm in pairs.items():
        given, taken = convolutions[name].weight[0], norm.tensors["running_mean"][0]
        if given != taken:
            raise MisfitError(f"{norm.name} normalises {taken} channels where {given} come")
    return convolutions | {
        name.replace("conv", "bn") if _in_branch(name) else "downsample.1": norm
        for name, norm in pairs.items()
    }


def _in_branch(name: str) -> bool:
    return name.startswith("conv")


def _said(layer: Layer) -> str:
    end, shape = next(iter(layer.tensors.items()))
    return f"{layer.name}.{end} ({'×'.join(map(str, shape))})".removeprefix(".")


def _kinds() -> str:
    return " or of ".join(kind.title for kind in BLOCKS.values())


def _recognise(shapes: Shapes) -> bool:
    if has_blocks(shapes) and not without_place(shapes):
        return False
    try:
        return bool(place_by_order(shapes))
    except MisfitError:
        return False


BY_ORDER = Layout(
    name="by_order",
    title="any names, by the order and the shapes of the layers",
    recognise=_recognise,
    rename=place_by_order,
)
