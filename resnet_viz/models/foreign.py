"""Weights that other programs wrote, in any layout of `layouts.LAYOUTS`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from resnet_viz.class_names import CIFAR10
from resnet_viz.models.architecture import ARCHITECTURES, Architecture, named
from resnet_viz.models.checkpoint import classifier_of, differences
from resnet_viz.models.choices import STEMS
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.errors import ArchitectureError, CheckpointError
from resnet_viz.models.layouts import BESIDE, read_names
from resnet_viz.models.normalising import Normalising, normalising, normalising_names
from resnet_viz.models.resnet import ResNet
from resnet_viz.models.tensor_files import Tensors, read_tensors

GREY_OR_COLOUR = (1, 3)  # channels of a picture
BUFFERS = ("running_mean", "running_var", "num_batches_tracked")  # tensors that are not trained


def import_weights(
    path: str | Path,
    architecture: str | None = None,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    input_size: int | None = None,
    part: str | None = None,
) -> Classifier:
    """Read the weights that another program wrote: PyTorch's formats, safetensors, pickled arrays.

    The number of classes and of input channels, the stem and the kind of shortcut are read off the
    tensors. What a file of tensors cannot tell is assumed and noted in the card as ``assumed``:
    CIFAR-10's class names for ten classes behind a CIFAR stem, ImageNet's for a thousand, the data
    set's usual mean and standard deviation, that nothing pools behind a stem of 3×3, that a network
    without projections has shortcuts all the same. Tensors that are not the network's are noted as
    ``left_aside``, those of a mean and a deviation as ``normalised_by``, a network's name in a file
    of several as ``part`` and the others' as ``other_parts``. Nothing in a file is ever run.

    Args:
        architecture: a key of ``ARCHITECTURES``; None for the one that the tensors fit.
        classes, mean, std, input_size: what the weights were trained with, where it is known.
        part: which of a file's networks, by one of the names that ``tensor_files.parts`` gives.

    Raises:
        ArchitectureError: if there is no such architecture.
        CheckpointError: if the file is not one of tensors, or they do not fit (the first three
            differences are named).
    """
    asked = named(architecture) if architecture else None
    path = Path(path)
    found = read_tensors(path, part=part)
    state, aside = _sorted_out(found)
    said = _normalising(path, found) if (mean and std) is None else None
    asked = asked or _recognised(path, state)
    row = asked.with_options(**_inferred(asked, state))
    if row.channels not in GREY_OR_COLOUR:
        raise CheckpointError(
            f"{path.name} was refused: its first layer takes {row.channels} channels, and a "
            "picture has 1 (grey) or 3 (red, green and blue)."
        )
    if said and len(said.mean) != row.channels:
        raise CheckpointError(
            f"{path.name} was refused: {said.names[0]} is of {len(said.mean)} channels where the "
            f"first layer takes {row.channels}."
        )
    # What stands outside the network's own dictionary is a layer only where it is called so.
    layers = [name for name in aside if name not in found.beside or name.endswith("weight")]
    if changing := [name for name in layers if _takes_part(name, aside[name], row)]:
        raise CheckpointError(
            f"{path.name} was refused: {changing[0]} is not the network's, but would work on what "
            "it takes or gives, so that without it the answers are others."
        )
    assumptions = {
        "class names": classes is None,
        "normalisation": (mean and std) is None and said is None,
        "no pooling behind the stem": row.stem != asked.stem,
        "shortcuts": architecture is None and row.is_residual and not _projections(state),
    }
    if found.others and part is None:
        assumptions[f"that {found.part} is the network meant"] = True
    assumed = [what for what, is_so in assumptions.items() if is_so]
    stem = STEMS[row.stem]
    unknown = (0.5,) * row.channels
    usual_mean, usual_std = (stem.mean, stem.std) if row.channels == 3 else (unknown, unknown)
    if said:
        usual_mean, usual_std = said.mean, said.std
    noted = {
        "left_aside": sorted(aside),
        "normalised_by": list(said.names) if said else [],
        "part": found.part if found.others else "",
        "other_parts": list(found.others),
    }
    try:
        return classifier_of(
            row,
            state,
            classes=tuple(classes or class_names(row)),
            input_size=input_size or _usual_size(row),
            mean=tuple(mean or usual_mean),
            std=tuple(std or usual_std),
            crop_fraction=stem.crop_fraction,
            card={"data_origin": f"imported from {path.name}", "assumed": assumed}
            | {what: value for what, value in noted.items() if value},
        )
    except CheckpointError as error:
        others = " or ".join(ARCHITECTURES[name].title for name in _fitting(state))
        hint = f" They fit {others} instead." if others else ""
        raise CheckpointError(f"{path.name} was refused: {error}{hint}") from error


def fitting(path: Path, part: str | None = None) -> list[str]:
    """The architectures that the tensors in a file fit, by name; the ones with shortcuts first.

    A plain network and a residual one without projections have the same tensors.

    Args:
        part: which of a file's networks; None for the first.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _fitting(_sorted_out(read_tensors(path, look=True, part=part))[0])


def _recognised(path: Path, state: Mapping[str, Tensor]) -> Architecture:
    """The architecture that tensors fit; of a plain and a residual one the residual."""
    if fits := _fitting(state):
        return named(fits[0])
    raise CheckpointError(
        f"{path.name} was refused: its {len(state):,} tensors fit no architecture of the table; "
        "name the nearest one, and what differs is named."
    )


def _fitting(state: Mapping[str, Tensor]) -> list[str]:
    found = [row for row in ARCHITECTURES.values() if _fits(row, state)]
    return [row.name for row in sorted(found, key=lambda row: not row.is_residual)]


def _fits(row: Architecture, state: Mapping[str, Tensor]) -> bool:
    """Whether names and shapes are the same, up to what the tensors decide themselves."""
    try:
        row = row.with_options(**_inferred(row, state))
    except ArchitectureError:
        return False
    learned = (tensor.numel() for name, tensor in state.items() if not name.endswith(BUFFERS))
    if row.parameters != sum(learned):  # which spares building most networks
        return False
    with torch.device("meta"):
        wanted = ResNet(row).state_dict()
    counts = {name for name in wanted if name.endswith("num_batches_tracked")}
    return not differences(
        {name: tensor for name, tensor in wanted.items() if name not in counts - state.keys()},
        state,
    )


def tensors(path: Path, *, look: bool = False) -> dict[str, Tensor]:
    """The network's tensors in a file, named as torchvision names them.

    Args:
        look: leave the numbers on the disk where the format allows it, to see names and shapes.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _sorted_out(read_tensors(path, look=look))[0]


def _sorted_out(found: Tensors) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The network's tensors as torchvision names them, and the others as they are called."""
    normalise = set(normalising_names(found.own | found.beside))
    own = {name: tensor for name, tensor in found.own.items() if name not in normalise}
    names, _ = read_names({name: tuple(tensor.shape) for name, tensor in own.items()})
    others = {name: own[name] for name in own if name not in names}
    others |= {name: found.beside[name] for name in found.beside if name not in normalise}
    return {new: own[name] for name, new in names.items()}, others


def _normalising(path: Path, found: Tensors) -> Normalising | None:
    tensors = found.own | found.beside
    try:
        return normalising({name: tensors[name] for name in normalising_names(tensors)})
    except CheckpointError as error:
        raise CheckpointError(f"{path.name} was refused: {error}.") from error


def _usual_size(row: Architecture) -> int:
    """The side of the pictures that networks with such a stem are made for."""
    return next(one.input_size for one in ARCHITECTURES.values() if one.stem == row.stem)


def _takes_part(name: str, tensor: Tensor, row: Architecture) -> bool:
    """Whether a tensor beside the network would change what it answers.

    A second head works on the classes' scores, an adapter puts out what the stem takes, and a layer
    of as many numbers as a picture has channels works on each of them.
    """
    if any(BESIDE.recognise({part: ()}) for part in name.split(".")):
        return False
    head = tensor.ndim == 2 and tensor.shape[1] == row.classes
    adapter = tensor.ndim == 4 and tensor.shape[0] == row.channels
    scale = tensor.ndim > 0 and tensor.numel() == row.channels and not name.endswith("bias")
    return head or adapter or scale


def _inferred(row: Architecture, state: Mapping[str, Tensor]) -> dict[str, Any]:
    """The options that the tensors decide."""
    options: dict[str, Any] = {}
    if "fc.weight" in state and state["fc.weight"].ndim == 2:
        options["classes"] = state["fc.weight"].shape[0]
    if "conv1.weight" in state and state["conv1.weight"].ndim == 4:
        options["channels"] = state["conv1.weight"].shape[1]
        if tuple(state["conv1.weight"].shape[2:]) == (STEMS["cifar"].kernel,) * 2:
            options["stem"] = "cifar"
    projections = _projections(state)
    if row.is_residual:
        if not projections:
            options["shortcut"] = "A"
        elif row.shortcut == "A":
            options["shortcut"] = "C" if "layer1.1.downsample.0.weight" in projections else "B"
    return options


def _projections(state: Mapping[str, Tensor]) -> set[str]:
    return {name for name in state if name.endswith(".downsample.0.weight")}


def class_names(row: Architecture) -> Sequence[str]:
    """CIFAR-10's or ImageNet's names where stem and number of classes suggest them."""
    if row.classes != STEMS[row.stem].outputs:
        return [f"class {index}" for index in range(row.classes)]
    if row.stem == "imagenet":
        from torchvision.models import ResNet18_Weights

        return ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    return CIFAR10
