"""What a network is made of, counted on tensors without numbers: its layers, its parts, totals."""

from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd
import torch
from torch import Tensor, nn

from resnet_viz.analysis.inspection import AnalysisError, hooked
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.choices import ACTIVATIONS
from resnet_viz.models.layers import Block, Transition, ZeroPad
from resnet_viz.models.resnet import ResNet

IDENTITY, PADDED, PROJECTED, NONE = "identity", "zero padding", "projection", "none"
LARGEST = 4096  # pixels a side
# What puts out the shape that goes in; on tensors without numbers that is all there is to know.
KEEPS_SHAPE = (
    nn.BatchNorm2d,
    nn.GroupNorm,
    *(type(row.make()) for row in ACTIVATIONS.values()),
)


@dataclass(frozen=True)
class Layer:
    """One module that computes something, for a single image.

    Attributes:
        layer: its name in the network, such as ``layer2.0.conv1``.
        kind: PyTorch's name of its class.
        kernel, stride, padding: of a convolution or a pooling, in pixels a side; None for others.
        groups: of a convolution.
        input, output: shapes without the batch, (K, h, w) or (K,).
        multiply_adds: of convolutions and linear layers; the others' are not counted, as usual.
        receptive_field: side in pixels of the part of the image that one output value depends on,
            by the longest path and without cutting at the border.
    """

    layer: str
    kind: str
    kernel: int | None
    stride: int | None
    padding: int | None
    groups: int | None
    input: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int
    multiply_adds: int
    receptive_field: int


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


def layer_table(architecture: Architecture, size: int | None = None) -> pd.DataFrame:
    """All layers that compute something, in forward order, for one image.

    Args:
        size: side of the image in pixels; the architecture's own without it.

    Returns:
        One row a layer with the fields of `Layer` and ``share``, of all multiply-adds in per cent.

    Raises:
        AnalysisError: if an image of that size is too small for the network, or too large to count.
    """
    frame = pd.DataFrame(_layers(architecture, _side(architecture, size)))
    return frame.assign(share=100 * frame["multiply_adds"] / frame["multiply_adds"].sum())


def outline(architecture: Architecture, size: int | None = None) -> pd.DataFrame:
    """The parts that a drawing shows, in forward order: stem, blocks, transitions, head.

    Args, raises: as `layer_table`.

    Returns:
        One row a part with the fields of `Part`.
    """
    return pd.DataFrame(_parts(architecture, _side(architecture, size)))


def totals(architecture: Architecture, size: int | None = None) -> tuple[int, int]:
    """Parameters and multiply-adds of the whole network, for one image.

    Args, raises: as `layer_table`.
    """
    layers = _layers(architecture, _side(architecture, size))
    return sum(row.parameters for row in layers), sum(row.multiply_adds for row in layers)


def _side(architecture: Architecture, size: int | None) -> int:
    side = architecture.input_size if size is None else size
    if isinstance(side, bool) or not isinstance(side, int) or not 1 <= side <= LARGEST:
        raise AnalysisError(f"An image has from 1 to {LARGEST} pixels a side, not {side!r}.")
    return side


def _layers(architecture: Architecture, size: int) -> tuple[Layer, ...]:
    return _walk(architecture, size)[0]


@lru_cache(maxsize=128)
def _walk(
    architecture: Architecture, size: int
) -> tuple[tuple[Layer, ...], tuple[tuple[str, str | None], ...]]:
    """The layers; and blocks and transitions by name, with a block's kind of shortcut."""
    with torch.device("meta"), torch.no_grad():
        network = ResNet(architecture).eval()
        for module in network.modules():
            if isinstance(module, KEEPS_SHAPE):
                module.forward = _pass_on
        image = torch.empty(1, architecture.channels, size, size)
        names = {module: name for name, module in network.named_modules()}
        leaves = [
            module
            for module, name in names.items()
            if not list(module.children()) and (not _passes(module) or name.endswith("downsample"))
        ]
        rows: list[Layer] = []
        # Receptive field and distance of neighbouring values, in pixels of the image.
        reach: dict[int, tuple[int, int]] = {id(image): (1, 1)}
        alive: list[Tensor] = [image]  # a tensor that is gone would lend its id to the next one
        last = (1, 1)

        def remember(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            nonlocal last
            field, jump = max(reach.get(id(tensor), last) for tensor in inputs)
            kernel, stride, padding = _window(module, inputs[0])
            last = (field + ((kernel or 1) - 1) * jump, jump * (stride or 1))
            reach[id(output)] = last
            alive.append(output)
            rows.append(
                Layer(
                    layer=names[module],
                    kind=type(module).__name__,
                    kernel=kernel,
                    stride=stride,
                    padding=padding,
                    groups=module.groups if isinstance(module, nn.Conv2d) else None,
                    input=tuple(inputs[0].shape[1:]),
                    output=tuple(output.shape[1:]),
                    parameters=sum(p.numel() for p in module.parameters()),
                    multiply_adds=_multiply_adds(module, output),
                    receptive_field=last[0],
                )
            )

        with hooked(leaves, remember):
            try:
                network(image)
            except RuntimeError as error:
                raise AnalysisError(
                    f"An image of {size} × {size} pixels is too small for {architecture.title}: "
                    "nothing is left of it on the way. Choose a larger one."
                ) from error
    inner = tuple(
        (name, shortcut_of(module) if isinstance(module, Block) else None)
        for module, name in names.items()
        if isinstance(module, Block | Transition)
    )
    return tuple(rows), inner


@lru_cache(maxsize=128)
def _parts(architecture: Architecture, size: int) -> tuple[Part, ...]:
    layers, inner = _walk(architecture, size)
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


def shortcut_of(block: Block) -> str:
    """The way around a block, whatever is multiplied on it: none, x itself, padded or projected."""
    if block.downsample is None:
        return NONE
    if any(isinstance(module, nn.Conv2d) for module in block.downsample.modules()):
        return PROJECTED
    padded = any(isinstance(module, ZeroPad) for module in block.downsample.modules())
    return PADDED if padded else IDENTITY


def _pass_on(x: Tensor) -> Tensor:
    return x.view_as(x)  # another tensor, as a layer would put out


def _passes(module: nn.Module) -> bool:
    return isinstance(module, nn.Identity | nn.Dropout)


def _window(module: nn.Module, given: Tensor) -> tuple[int | None, int | None, int | None]:
    """Kernel, stride and padding in pixels a side; the networks' windows are square."""
    if isinstance(module, nn.Conv2d):
        return module.kernel_size[0], module.stride[0], int(module.padding[0])
    if isinstance(module, nn.MaxPool2d):
        return module.kernel_size, module.stride, module.padding  # type: ignore[return-value]
    if isinstance(module, nn.AdaptiveAvgPool2d):
        return given.shape[-1], given.shape[-1], 0
    if isinstance(module, ZeroPad):  # takes every stride-th pixel
        return 1, module.stride, 0
    return None, None, None


def _multiply_adds(module: nn.Module, output: Tensor) -> int:
    if isinstance(module, nn.Conv2d):
        return output.numel() * module.weight[0].numel()
    return output.numel() * module.in_features if isinstance(module, nn.Linear) else 0
