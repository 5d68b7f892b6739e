"""One image without numbers sent through a network without numbers: what every layer makes of it.

What is counted, drawn or offered for choice of a network that nobody has built comes from here.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from resnet_viz import checks
from resnet_viz.analysis.access import hooked
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.layers import Block, Transition, ZeroPad
from resnet_viz.models.resnet import ResNet

IDENTITY, PADDED, PROJECTED, NONE = "identity", "zero padding", "projection", "none"
LARGEST = 4096  # pixels a side
# Names of normalisations and activations. What goes into them comes out in the same shape, and on
# tensors without numbers that is all there is to know; it is also what they are slowest at.
KEEPS_SHAPE = ("bn", "act")


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
        distance: of neighbouring output values, in pixels of the image.
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
    distance: int


@dataclass(frozen=True)
class DryRun:
    """What became of one image.

    Attributes:
        layers: that compute something, in forward order.
        maps: name, class, channels, height and width of whatever puts out maps, stages and blocks
            too, in the order in which they are done.
        blocks: names of blocks and transitions, with a block's kind of shortcut.
    """

    layers: tuple[Layer, ...]
    maps: tuple[tuple[str, str, int, int, int], ...]
    blocks: tuple[tuple[str, str | None], ...]


def checked_size(architecture: Architecture, size: int | None) -> int:
    """Side of an image in pixels; the architecture's own without one.

    Raises:
        AnalysisError: if it is none, or too large to count.
    """
    side = architecture.input_size if size is None else size
    checks.whole("The side of an image", side, least=1, most=LARGEST, error=AnalysisError)
    return side


def dry_run(architecture: Architecture, size: int | None = None) -> DryRun:
    """Send one image through.

    Args:
        size: side of the image in pixels; the architecture's own without it.

    Raises:
        AnalysisError: if an image of that size is too small for the network, or too large to count.
    """
    return _dry_run(architecture, checked_size(architecture, size))


@lru_cache(maxsize=128)
def _dry_run(architecture: Architecture, size: int) -> DryRun:
    with torch.device("meta"), torch.no_grad():
        network = ResNet(architecture).eval()
        names = {module: name for name, module in network.named_modules() if name}
        for module, name in names.items():
            if name.rpartition(".")[2].startswith(KEEPS_SHAPE) and not _passes(module):
                module.forward = _pass_on
        image = torch.empty(1, architecture.channels, size, size)
        layers: list[Layer] = []
        maps: list[tuple[str, str, int, int, int]] = []
        # Receptive field and distance of neighbouring values, in pixels of the image.
        reach: dict[int, tuple[int, int]] = {id(image): (1, 1)}
        alive: list[Tensor] = [image]  # a tensor that is gone would lend its id to the next one
        last = (1, 1)

        def remember(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
            nonlocal last
            name, kind = names[module], type(module).__name__
            if output.dim() == 4 and not isinstance(module, nn.Identity):
                maps.append((name, kind, *output.shape[1:]))
            if not _computes(name, module):
                return
            field, jump = max(reach.get(id(tensor), last) for tensor in inputs)
            kernel, stride, padding = _window(module, inputs[0])
            last = (field + ((kernel or 1) - 1) * jump, jump * (stride or 1))
            reach[id(output)] = last
            alive.append(output)
            layers.append(
                Layer(
                    layer=name,
                    kind=kind,
                    kernel=kernel,
                    stride=stride,
                    padding=padding,
                    groups=module.groups if isinstance(module, nn.Conv2d) else None,
                    input=tuple(inputs[0].shape[1:]),
                    output=tuple(output.shape[1:]),
                    parameters=sum(p.numel() for p in module.parameters()),
                    multiply_adds=_multiply_adds(module, output),
                    receptive_field=last[0],
                    distance=last[1],
                )
            )

        with hooked(names, remember):
            try:
                network(image)
            except RuntimeError as error:
                raise AnalysisError(
                    f"An image of {size} × {size} pixels is too small for {architecture.title}: "
                    "nothing is left of it on the way. Choose a larger one."
                ) from error
    blocks = tuple(
        (name, shortcut_of(module) if isinstance(module, Block) else None)
        for module, name in names.items()
        if isinstance(module, Block | Transition)
    )
    return DryRun(tuple(layers), tuple(maps), blocks)


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


def _computes(name: str, module: nn.Module) -> bool:
    """Whether it is a layer of its own; of what passes all on, only the shortcut is."""
    if list(module.children()):
        return False
    return name.endswith("downsample") or not _passes(module)


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
