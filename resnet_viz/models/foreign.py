"""Weights that other programs wrote, in any layout of `layouts.LAYOUTS` or by their order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from resnet_viz.class_names import CIFAR10
from resnet_viz.models.architecture import ARCHITECTURES, Architecture, named
from resnet_viz.models.checkpoint import classifier_of, differences, hollow
from resnet_viz.models.choices import STEMS
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.errors import ArchitectureError, CheckpointError
from resnet_viz.models.foldings import folded, multiplied_out
from resnet_viz.models.inference import nearest, of_row, rows_of, seen_options
from resnet_viz.models.layouts import BY_ORDER, FIRST_LAYER, Layout, Shapes, read_names
from resnet_viz.models.layouts.head import LAST_LAYER
from resnet_viz.models.misfits import in_the_way, strange, unusable
from resnet_viz.models.normalising import Normalising, normalising, normalising_names
from resnet_viz.models.tensor_files import Tensors, read_tensors
from resnet_viz.models.told import (
    CLASS_NAMES,
    INPUT_SIZE,
    NORMALISATION,
    RED_FIRST,
    SHORTCUTS_THERE,
    Told,
    zeros_placed,
)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """The tensors of a file, sorted out.

    Attributes:
        network: the network's as torchvision names them.
        aside: the others, by the names in the file.
        layouts: those in which they were found.
        made: what was made of parts of tensors.
        shapes: of the network's dictionary, by the names in the file.
        normalised: the mean and the deviation that stand among them.
        file: what the file called the network, and what else is in it.
    """

    network: dict[str, Tensor]
    aside: dict[str, Tensor]
    layouts: list[Layout]
    made: list[str]
    shapes: Shapes
    normalised: Normalising | None
    file: Tensors

    @property
    def seen(self) -> dict[str, Any]:
        """What they say of each option."""
        return seen_options({name: tuple(tensor.shape) for name, tensor in self.network.items()})

    def in_the_way(self, row: Architecture) -> str:
        """What is not the network's, but would change what it answers, in a sentence."""
        # Outside the network's own dictionary a tensor is a layer only where it is called so.
        outside = {name for name in self.file.beside if not name.endswith("weight")}
        layers = {name: tensor for name, tensor in self.aside.items() if name not in outside}
        return in_the_way(self.network, layers, row, self.shapes)


def import_weights(
    path: str | Path,
    architecture: str | None = None,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    input_size: int | None = None,
    zero_padding: str | None = None,
    channel_order: str | None = None,
    part: str | None = None,
) -> Classifier:
    """Read the weights that another program wrote: PyTorch's formats, safetensors, pickled arrays.

    The structure is read off the names and shapes: stem, blocks, widths, groups, projections,
    classes and channels. What a file of tensors cannot tell is assumed and noted in the card as
    ``assumed``: CIFAR-10's class names for ten classes behind a CIFAR stem, ImageNet's for a
    thousand, the data set's usual mean and standard deviation, what pools behind a stem that the
    row of the table has not, that a network without projections has shortcuts all the same, that
    these pad with zeros on both sides, that the first channel is red, the place of the stride in a
    bottleneck, and where no layout is known the order of the layers. What
    was multiplied out or filled in with the same answers is noted as ``folded``, tensors that are
    not the network's as ``left_aside``, those of a mean and a deviation as ``normalised_by``, a
    network's name in a file of several as ``part`` and the others' as ``other_parts``. A network
    without a last layer answers with its features, which are its classes then. Nothing in a file is
    ever run.

    Args:
        architecture: a key of ``ARCHITECTURES``; None for the one that the tensors fit, which may
            be a row with other options.
        classes, input_size: what the weights were trained with, where it is known.
        mean, std: the same, of red, green and blue whichever channel is the first.
        zero_padding: where shortcuts of option A have their zeros, ``both`` or ``behind``.
        channel_order: ``rgb`` or ``bgr``, the channels of the first layer; of the second kind its
            weights are turned round.
        part: which of a file's networks, by one of the names that ``tensor_files.parts`` gives.

    Raises:
        ArchitectureError: if there is no such architecture.
        CheckpointError: if the file is not one of tensors, or they do not fit (what was seen that
            does not, or the first three differences, are named).
    """
    asked = named(architecture) if architecture else None
    path = Path(path)
    opened = _opened(path, part=part)
    told = Told(
        tuple(classes) if classes else None,
        tuple(mean) if mean else None,
        tuple(std) if std else None,
        input_size,
        zero_padding,
        channel_order,
    )
    turned = channel_order == "bgr"
    said = opened.normalised if (told.mean and told.std) is None else None
    if said:
        order = slice(None, None, -1 if turned else 1)
        told = told.beside(Told(mean=said.mean[order], std=said.std[order]))
    try:
        row = of_row(asked, opened.seen) if asked else _recognised(opened)
        if told.zero_padding:
            row = row.with_options(zero_padding=told.zero_padding)
        network, aside = opened.network, opened.aside
        if sentence := unusable(network, row) or opened.in_the_way(row):
            raise CheckpointError(sentence)
        if said and len(said.mean) != row.channels:
            raise CheckpointError(
                f"{said.names[0]} is of {len(said.mean)} channels where the first layer takes "
                f"{row.channels}."
            )
        empty = hollow(row)
        state, made = folded(empty, network)
        if turned:
            state[FIRST_LAYER] = _turned(state[FIRST_LAYER])
            made.append("the first layer's channels turned round")
        others = opened.file.others
        several = bool(others) and part is None
        noted = {
            "folded": [*opened.made, *made],
            "left_aside": sorted(aside),
            "normalised_by": list(said.names) if said else [],
            "part": opened.file.part if others else "",
            "other_parts": list(others),
        }
        return classifier_of(
            empty,
            state,
            **_preprocessing(row, opened, told),
            card={
                "data_origin": f"imported from {path.name}",
                "assumed": [
                    *_assumed(row, opened, asked, told),
                    *([f"that {opened.file.part} is the network meant"] if several else []),
                ],
            }
            | {what: value for what, value in noted.items() if value},
        )
    except ValueError as error:  # as is raised where names or means are more than there may be
        hint = _hint(opened) if asked else ""
        hint += " Its layers were named by their order." if BY_ORDER in opened.layouts else ""
        raise CheckpointError(f"{path.name} was refused: {error}{hint}") from error


def fitting(path: Path, part: str | None = None) -> list[str]:
    """The architectures that the tensors in a file fit, by name; the ones with shortcuts first.

    A plain network and a residual one without projections have the same tensors.

    Args:
        part: which of a file's networks; None for the first.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    found = _fitting(_opened(path, look=True, part=part))
    return rows_of(found) if found else []


def tensors(path: Path, *, look: bool = False) -> dict[str, Tensor]:
    """The network's tensors in a file, named as torchvision names them.

    Args:
        look: without their numbers, to see names and shapes.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _opened(path, look=look).network


def _opened(path: Path, *, look: bool = False, part: str | None = None) -> Opened:
    file = read_tensors(path, look=look, part=part)
    if any(tensor.is_meta for tensor in file.own.values()) and not look:
        raise CheckpointError(f"{path.name} was refused: its tensors have shapes, but no numbers.")
    everything = file.own | file.beside
    known = normalising_names(everything)
    state, beside = (
        {name: tensor for name, tensor in tensors.items() if name not in known}
        for tensors in (file.own, file.beside)
    )
    if look:
        state = {name: tensor.to("meta") for name, tensor in state.items()}
    state, made = multiplied_out(state)
    shapes = {name: tuple(tensor.shape) for name, tensor in state.items()}
    names, layouts = read_names(shapes)
    return Opened(
        network={new: state[name] for name, new in names.items()},
        aside={name: tensor for name, tensor in state.items() if name not in names} | beside,
        layouts=layouts,
        made=made,
        shapes=shapes,
        normalised=None if look else _normalising(path, {name: everything[name] for name in known}),
        file=file,
    )


def _normalising(path: Path, found: Mapping[str, Tensor]) -> Normalising | None:
    try:
        return normalising(found)
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} was refused: {error}.") from error


def _recognised(opened: Opened) -> Architecture:
    """The architecture that tensors fit; of a plain and a residual one the residual."""
    if found := nearest(opened.seen):
        if not (sentence := strange(opened.network, opened.shapes)):
            return found
        raise CheckpointError(f"{sentence} The rest is nearest to {found.title}.")
    raise CheckpointError(
        strange(opened.network, opened.shapes)
        or "its tensors are those of no residual network of this family."
    )


def _fitting(opened: Opened) -> Architecture | None:
    """The network whose names and shapes the tensors have; None where there is none."""
    try:
        found = nearest(opened.seen)
    except ArchitectureError:
        return None
    if found is None or opened.in_the_way(found):
        return None
    empty = hollow(found)
    wanted = empty.state_dict()
    state, _ = folded(empty, {name: tensor.to("meta") for name, tensor in opened.network.items()})
    counts = {name for name in wanted if name.endswith("num_batches_tracked")}
    needed = {name: wanted[name] for name in wanted if name not in counts - state.keys()}
    return None if differences(needed, state) else found


def _hint(opened: Opened) -> str:
    """Which architectures refused tensors fit."""
    if not (found := _fitting(opened)):
        return ""
    if others := " or ".join(ARCHITECTURES[name].title for name in rows_of(found)):
        return f" They fit {others} instead."
    return f" They fit {found.title} instead, which is found where no architecture is named."


def _turned(first: Tensor) -> Tensor:
    """The weights of a first layer for channels in the opposite order."""
    if first.shape[1] == 1:
        raise CheckpointError(
            "its first layer takes grey pictures, whose one channel has no order."
        )
    return first.flip(1)


def _assumed(
    row: Architecture, opened: Opened, asked: Architecture | None, told: Told
) -> list[str]:
    """What the tensors do not tell, in words."""
    stem, usual = STEMS[row.stem], STEMS[ARCHITECTURES[row.name].stem]
    projects = any(name.endswith(".downsample.0.weight") for name in opened.network)
    assumptions = {
        CLASS_NAMES: told.classes is None and LAST_LAYER in opened.network,
        NORMALISATION: (told.mean and told.std) is None,
        RED_FIRST: told.channel_order is None and row.channels > 1,
        INPUT_SIZE: told.input_size is None,
        "no pooling behind the stem": usual.pools and not stem.pools,
        "pooling behind the stem": stem.pools and not usual.pools,
        SHORTCUTS_THERE: asked is None and row.is_residual and not projects,
        zeros_placed(row.zero_padding): row.pads and told.zero_padding is None,
        "stride on the 3×3 convolutions": row.kind.grouped and len(row.blocks) > 1,
        "the place of each layer, by their order": BY_ORDER in opened.layouts,
    }
    return [what for what, is_so in assumptions.items() if is_so]


def _preprocessing(row: Architecture, opened: Opened, told: Told) -> dict[str, Any]:
    """A classifier's attributes, the usual ones where none is given."""
    stem = STEMS[row.stem]
    unknown = (0.5,) * row.channels
    usual_mean, usual_std = (stem.mean, stem.std) if row.channels == 3 else (unknown, unknown)
    features = [f"feature {index}" for index in range(row.classes)]
    usual = class_names(row) if LAST_LAYER in opened.network else features
    return {
        "classes": told.classes or tuple(usual),
        "input_size": told.input_size or _usual_size(row),
        "mean": told.mean or usual_mean,
        "std": told.std or usual_std,
        "crop_fraction": stem.crop_fraction,
    }


def _usual_size(row: Architecture) -> int:
    """The side of the pictures that networks with such a stem are made for."""
    return next(one.input_size for one in ARCHITECTURES.values() if one.stem == row.stem)


def class_names(row: Architecture) -> Sequence[str]:
    """CIFAR-10's or ImageNet's names where stem and number of classes suggest them."""
    if row.classes != STEMS[row.stem].outputs:
        return [f"class {index}" for index in range(row.classes)]
    if row.stem == "imagenet":
        from torchvision.models import ResNet18_Weights

        return ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    return CIFAR10
