"""Checkpoints that explain themselves, read into classifiers."""

import copy
import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.checkpoint_header import read_header
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.errors import ArchitectureError, CheckpointError
from resnet_viz.models.resnet import ResNet


def load(path: str | Path) -> Classifier:
    """Read a checkpoint that ``Classifier.save`` wrote.

    Raises:
        CheckpointError: if the file is missing, damaged, or not such a checkpoint.
    """
    header = read_header(Path(path))
    try:
        state = safetensors.torch.load_file(path)
        architecture = _architecture(header["architecture"])
        return classifier_of(
            hollow(architecture),
            state,
            classes=tuple(map(str, header["classes"])),
            input_size=int(header["input_size"]),
            mean=tuple(map(float, header["mean"])),
            std=tuple(map(float, header["std"])),
            crop_fraction=float(header["crop_fraction"]),
            card=dict(header["card"]),
        )
    except CheckpointError as error:
        raise CheckpointError(f"{Path(path).name} is damaged: {error}") from error
    except (KeyError, TypeError, ValueError, safetensors.SafetensorError) as error:
        raise CheckpointError(f"The header of {Path(path).name} is damaged ({error}).") from error


def read_card(path: str | Path) -> dict[str, Any]:
    """The header of a checkpoint without its weights: architecture, classes, card, ….

    Raises:
        CheckpointError: as ``load``.
    """
    return read_header(Path(path))


class _Undrawn(TorchFunctionMode):
    """Draws no first weights, which takes PyTorch its time also where there are no numbers."""

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        if func in _DRAWING:
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


_DRAWING = {nn.init.kaiming_uniform_, nn.init.uniform_, Tensor.zero_, Tensor.fill_}


def hollow(architecture: Architecture) -> ResNet:
    """The network without numbers, on the meta device.

    All blocks of a stage but its first are alike, and PyTorch takes a millisecond to build one: two
    are built, and the second is copied.
    """
    built = tuple(min(2, number) for number in architecture.blocks)
    with torch.device("meta"), _Undrawn():
        network = ResNet(dataclasses.replace(architecture, blocks=built))
    network.architecture = architecture
    for name, number in zip(network.stages, architecture.blocks, strict=True):
        stage = network.get_submodule(name)
        assert isinstance(stage, nn.Sequential)
        for _ in range(2, number):
            stage.append(_like(stage[-1]))
    return network


def _like(module: nn.Module) -> nn.Module:
    """A module of its own with parts, tensors and hooks of its own."""
    new = copy.copy(module)
    for name, kept in vars(module).items():
        if isinstance(kept, dict | set):
            vars(new)[name] = kept.copy()
    for name, part in module._modules.items():
        new._modules[name] = None if part is None else _like(part)
    for name, parameter in module._parameters.items():
        new._parameters[name] = None if parameter is None else nn.Parameter(parameter.data)
    for name, buffer in module._buffers.items():
        new._buffers[name] = None if buffer is None else buffer.detach()
    return new


def classifier_of(network: ResNet, state: Mapping[str, Tensor], **attributes: Any) -> Classifier:
    """A classifier from a `hollow` network and a state dict, which becomes float32.

    Raises:
        CheckpointError: with the first three differences, if the tensors do not fit.
    """
    wanted = network.state_dict()
    # Files written before PyTorch 0.4.1 do not count batches, and nothing here uses the count.
    counts = {
        name: torch.zeros((), dtype=torch.int64)
        for name in wanted
        if name.endswith("num_batches_tracked") and name not in state
    }
    state = counts | dict(state)
    if found := differences(wanted, state):
        more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
        raise CheckpointError(
            f"the weights do not fit {network.architecture.title}: {'; '.join(found[:3])}{more}."
        )
    fill(network, state)
    return Classifier(network=network, **attributes)


def fill(network: ResNet, state: Mapping[str, Tensor]) -> None:
    """Give a `hollow` network these tensors, as float32, with no gradient.

    As ``load_state_dict`` with ``assign``, which takes a third of an import, for tensors that fit.
    """
    for prefix, module in network.named_modules(prefix=""):
        beside = f"{prefix}." if prefix else ""
        for name in module._parameters:
            if module._parameters[name] is not None:
                tensor = state[f"{beside}{name}"]
                module._parameters[name] = nn.Parameter(tensor.float(), requires_grad=False)
        for name in module._buffers:
            if module._buffers[name] is not None:
                tensor = state[f"{beside}{name}"]
                floating = tensor.is_floating_point()
                module._buffers[name] = tensor.float() if floating else tensor


def differences(wanted: Mapping[str, Tensor], found: Mapping[str, Tensor]) -> list[str]:
    """What keeps a state dict from fitting, a clause each: wrong shapes, missing, unknown."""
    shapes = [
        f"{name} is {_shape(found[name])} where {_shape(tensor)} is needed"
        for name, tensor in wanted.items()
        if name in found and found[name].shape != tensor.shape
    ]
    missing = [f"{name} is missing" for name in wanted if name not in found]
    unknown = [f"{name[:80]} is unknown to this network" for name in found if name not in wanted]
    return shapes + missing + unknown


def _architecture(fields: Mapping[str, Any]) -> Architecture:
    known = {field.name for field in dataclasses.fields(Architecture)}
    if unknown := set(fields) - known:
        raise ArchitectureError(f"unknown architecture fields {', '.join(sorted(unknown))}")
    if fields["name"] not in ARCHITECTURES:
        raise ArchitectureError(f"there is no architecture {fields['name']!r}")
    return Architecture(**fields)


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "a scalar"
