"""Weights that other programs wrote: torchvision's layout and the usual CIFAR layouts."""

import io
import pickle
import pickletools
import re
import zipfile
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from resnet_viz.models.architecture import ARCHITECTURES, Architecture, ArchitectureError, named
from resnet_viz.models.checkpoint import CheckpointError, classifier_of, differences
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet

CIFAR10 = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
NORMALISATION = {
    "cifar": ((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616)),
    "imagenet": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
}
MOST_PICKLE = 8 * 2**20  # bytes of names and shapes, which the largest networks need far less of

_WRAPPERS = ("state_dict", "model_state_dict", "model", "network", "net")
_PREFIX = re.compile(r"^(?:module|model|network|net|_orig_mod)\.")
_FIRST_LAYER = re.compile(rf"(?P<prefix>(?:{_PREFIX.pattern[1:]})*)conv1\.weight")
# What a training program keeps beside its network, such as the classes' weights in the loss.
_BESIDE = re.compile(r"^\w*(?:criterion|loss|metric|accuracy|class_weight)\w*(?:\.|$)")
_NAMING = {"GLOBAL", "STACK_GLOBAL", "INST", "EXT1", "EXT2", "EXT4"}  # operations of a pickle
_RENAMES = (
    (re.compile(r"^linear\."), "fc."),
    (re.compile(r"^fc\.1\."), "fc."),  # dropout and linear in a Sequential
    (re.compile(r"\.shortcut\."), ".downsample."),
)


def import_weights(
    path: str | Path,
    architecture: str,
    *,
    classes: Sequence[str] | None = None,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    input_size: int | None = None,
) -> Classifier:
    """Read a ``.pth``, ``.pt``, ``.th``, ``.ckpt`` or ``.safetensors`` file of another program.

    The number of classes and of input channels and the kind of shortcut are read off the tensors.
    What a file of tensors cannot tell is assumed and noted in the card: CIFAR-10's class names for
    ten classes behind a CIFAR stem, ImageNet's for a thousand, and the data set's usual mean and
    standard deviation. No pickled object is ever run (``weights_only=True``).

    Args:
        architecture: a key of ``ARCHITECTURES``.
        classes, mean, std, input_size: what the weights were trained with, where it is known.

    Raises:
        ArchitectureError: if there is no such architecture.
        CheckpointError: if the file is not one of tensors, or they do not fit (the first three
            differences are named).
    """
    row = named(architecture)
    path = Path(path)
    state = tensors(path)
    row = row.with_options(**_inferred(row, state))
    assumed = [
        what
        for what, given in (("class names", classes), ("normalisation", mean and std))
        if given is None
    ]
    default_mean, default_std = NORMALISATION[row.stem] if row.channels == 3 else ((0.5,), (0.5,))
    try:
        return classifier_of(
            row,
            state,
            classes=tuple(classes or class_names(row)),
            input_size=input_size or row.input_size,
            mean=tuple(mean or default_mean * (row.channels // len(default_mean))),
            std=tuple(std or default_std * (row.channels // len(default_std))),
            crop_fraction=0.875 if row.stem == "imagenet" else 1.0,
            card={"data_origin": f"imported from {path.name}", "assumed": assumed},
        )
    except CheckpointError as error:
        others = " or ".join(ARCHITECTURES[name].title for name in _fitting(state))
        hint = f" They fit {others} instead." if others else ""
        raise CheckpointError(f"{path.name} was refused: {error}{hint}") from error


def fitting(path: Path) -> list[str]:
    """The architectures that the tensors in a file fit, by name; the ones with shortcuts first.

    A plain network and a residual one without projections have the same tensors.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _fitting(tensors(path, look=True))


def _fitting(state: Mapping[str, Tensor]) -> list[str]:
    found = [row for row in ARCHITECTURES.values() if _fits(row, state)]
    return [row.name for row in sorted(found, key=lambda row: not row.is_residual)]


def _fits(row: Architecture, state: Mapping[str, Tensor]) -> bool:
    """Whether names and shapes are the same, up to what the tensors decide themselves."""
    try:
        row = row.with_options(**_inferred(row, state))
    except ArchitectureError:
        return False
    with torch.device("meta"):
        wanted = ResNet(row).state_dict()
    counts = {name for name in wanted if name.endswith("num_batches_tracked")}
    return not differences(
        {name: tensor for name, tensor in wanted.items() if name not in counts - state.keys()},
        state,
    )


def tensors(path: Path, *, look: bool = False) -> dict[str, Tensor]:
    """The tensors in a file, named as torchvision names them.

    Args:
        look: leave the numbers on the disk where the format allows it, to see names and shapes.

    Raises:
        CheckpointError: if it is no file of tensors.
    """
    return _rename(_unwrap(_read(path, look), path.name))


def _read(path: Path, look: bool) -> Any:
    if not path.is_file():
        raise CheckpointError(f"There is no file {path.name}.")
    try:
        if path.suffix == ".safetensors":
            return safetensors.torch.load_file(path)
        if _swells(path):
            raise ValueError("PyTorch writes no such archive")
        mapped = look and zipfile.is_zipfile(path)  # PyTorch's older format cannot be
        return torch.load(path, map_location="cpu", weights_only=True, mmap=mapped)
    except safetensors.SafetensorError as error:
        raise CheckpointError(
            f"{path.name} is not a readable .safetensors file ({error})."
        ) from error
    except Exception as error:  # a damaged pickle can fail in any way
        if isinstance(error, pickle.UnpicklingError) and _wants_to_run(path):
            raise CheckpointError(
                f"{path.name} was refused because it holds more than tensors: reading it would "
                "run code, and none of it was run; save the network's state_dict alone and import "
                "that."
            ) from error
        raise CheckpointError(f"{path.name} is not a file of weights, or it is damaged.") from error


def _swells(path: Path) -> bool:
    """Whether a file is an archive that takes more to read than its size says.

    PyTorch compresses nothing, but what it did not write may unpack from kilobytes to gigabytes,
    lie several times on the same bytes, or hold a pickle that is endless beside its tensors.
    """
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    return (
        any(part.compress_type != zipfile.ZIP_STORED for part in parts)
        or any(part.file_size > MOST_PICKLE for part in parts if _is_pickle(part.filename))
        or sum(part.file_size for part in parts) > path.stat().st_size
    )


def _is_pickle(name: str) -> bool:
    return name.endswith("data.pkl")


def _wants_to_run(path: Path) -> bool:
    """Whether an intact pickle in a file names something to call; looks without running it.

    PyTorch's own errors do not tell: text may look like such a name, and a pickle may be refused
    for its version before its names are seen.
    """
    try:
        with _pickled(path) as file:
            while True:  # PyTorch's older format is a row of pickles, the first ones of numbers
                operations = Counter(opcode.name for opcode, _, _ in pickletools.genops(file))
                if operations.keys() & _NAMING:
                    return True
    except Exception:  # at its end, or where it is damaged, which can fail in any way
        return False


def _pickled(path: Path) -> BinaryIO:
    """The part of a file that is a pickle; within an archive its checksum is right."""
    if not zipfile.is_zipfile(path):
        return path.open("rb")
    with zipfile.ZipFile(path) as archive:
        member = next(filter(_is_pickle, archive.namelist()))
        return io.BytesIO(archive.read(member))


def _unwrap(content: Any, name: str) -> dict[str, Tensor]:
    """The state dict within a training program's dictionary."""
    for _ in range(3):
        inner = (
            next((content[key] for key in _WRAPPERS if isinstance(content.get(key), Mapping)), None)
            if isinstance(content, Mapping)
            else None
        )
        if inner is None:
            break
        content = inner
    tensors = (
        {key: value for key, value in content.items() if isinstance(value, Tensor)}
        if isinstance(content, Mapping)
        else {}
    )
    if not tensors:
        raise CheckpointError(f"{name} holds no named tensors; save the network's state_dict.")
    return {str(key): tensor for key, tensor in tensors.items()}


def _rename(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Tensor names in torchvision's layout, without what a training program adds to them."""
    prefixes = {found["prefix"] for name in state if (found := _FIRST_LAYER.fullmatch(name))}
    if len(prefixes) == 1:  # what does not stand beside the first layer is not of the network
        [prefix] = prefixes
        state = {
            name.removeprefix(prefix): tensor
            for name, tensor in state.items()
            if name.startswith(prefix)
        }
    for pattern, replacement in _RENAMES:
        state = {pattern.sub(replacement, name): tensor for name, tensor in state.items()}
    return {name: tensor for name, tensor in state.items() if not _BESIDE.match(name)}


def _inferred(row: Architecture, state: Mapping[str, Tensor]) -> dict[str, Any]:
    """The options that the tensors decide."""
    options: dict[str, Any] = {}
    if "fc.weight" in state and state["fc.weight"].ndim == 2:
        options["classes"] = state["fc.weight"].shape[0]
    if "conv1.weight" in state and state["conv1.weight"].ndim == 4:
        options["channels"] = state["conv1.weight"].shape[1]
    projections = {name for name in state if name.endswith(".downsample.0.weight")}
    if row.is_residual:
        if not projections:
            options["shortcut"] = "A"
        elif row.shortcut == "A":
            options["shortcut"] = "C" if "layer1.1.downsample.0.weight" in projections else "B"
    return options


def class_names(row: Architecture) -> Sequence[str]:
    """CIFAR-10's or ImageNet's names where stem and number of classes suggest them."""
    if row.stem == "cifar" and row.classes == 10:
        return CIFAR10
    if row.stem == "imagenet" and row.classes == 1000:
        from torchvision.models import ResNet18_Weights

        return ResNet18_Weights.IMAGENET1K_V1.meta["categories"]
    return [f"class {index}" for index in range(row.classes)]
