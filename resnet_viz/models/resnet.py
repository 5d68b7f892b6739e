"""The one network class. Plain is ``shortcut="none"``: the same code with the addition left out."""

import math
from collections.abc import Callable

from torch import Tensor, nn

from resnet_viz.models.architecture import Architecture, named
from resnet_viz.models.seeding import DRAWING, seeded

ACTIVATION_MODULES: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}

NORM_MODULES: dict[str, Callable[[int], nn.Module]] = {
    "batch": nn.BatchNorm2d,
    # 16 channels a group: Wu & He 2018 (arXiv:1803.08494), table 3
    "group": lambda channels: nn.GroupNorm(channels // math.gcd(channels, 16), channels),
    "none": lambda channels: nn.Identity(),
}

# What calculate_gain knows; GELU and SiLU tend to the rectifier for large inputs, hence its gain.
GAINS = {"leaky_relu": "leaky_relu", "tanh": "tanh", "sigmoid": "sigmoid"}


class Add(nn.Module):
    """The addition of a block, F(x) + shortcut, as a module so that it can be hooked."""

    def forward(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        return branch + shortcut


class ZeroPad(nn.Module):
    """Option A where shapes change: every stride-th pixel, new channels of zeros on both sides."""

    def __init__(self, channels_in: int, channels_out: int, stride: int) -> None:
        super().__init__()
        before = (channels_out - channels_in) // 2
        self.padding = (0, 0, 0, 0, before, channels_out - channels_in - before)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.pad(x[:, :, :: self.stride, :: self.stride], self.padding)


class Scale(nn.Module):
    """Multiplication by a constant."""

    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        return self.factor * x

    def extra_repr(self) -> str:
        return f"{self.factor:g}"


class Block(nn.Module):
    """What both kinds of block share: the shortcut, the addition and the last activation.

    ``add`` and ``downsample`` are None in a plain net. ``downsample`` is the shortcut: an identity,
    zero padding (option A) or a projection; its parameters have torchvision's names. ``scale`` is
    None but where F(x) is multiplied by a constant.
    """

    add: Add | None
    downsample: nn.Module | None
    scale: Scale | None

    def _join(self, a: Architecture, channels_in: int, channels_out: int, stride: int) -> None:
        """Add the shortcut behind the branch, so that modules are listed in forward order."""
        self.scale = Scale(a.branch_scale) if a.branch_scale != 1 else None
        ends = (channels_in, channels_out, stride)
        self.downsample = shortcut(a, a.shortcut, *ends) if a.is_residual else None
        self.add = Add() if a.is_residual else None

    @property
    def last_norm(self) -> nn.Module:
        """The normalisation that ends the residual branch."""
        raise NotImplementedError

    @property
    def residual(self) -> nn.Module:
        """The module whose output is the residual branch F(x)."""
        return self.last_norm if self.scale is None else self.scale

    @property
    def last_act(self) -> nn.Module:
        """The activation after the addition; its output is the block's."""
        raise NotImplementedError

    def branch(self, x: Tensor) -> Tensor:
        """F(x) before a constant scales it, of shape (N, C', H', W')."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        out = self.branch(x)
        if self.scale is not None:
            out = self.scale(out)
        if self.add is not None and self.downsample is not None:
            out = self.add(out, self.downsample(x))
        return self.last_act(out)


class BasicBlock(Block):
    """Two 3×3 convolutions (He et al. 2015, figure 5 left)."""

    def __init__(self, a: Architecture, channels_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = _conv(a, channels_in, width, 3, stride)
        self.bn1 = NORM_MODULES[a.norm](width)
        self.act1 = ACTIVATION_MODULES[a.activation]()
        self.conv2 = _conv(a, width, width, 3)
        self.bn2 = NORM_MODULES[a.norm](width)
        self._join(a, channels_in, width, stride)
        self.act2 = ACTIVATION_MODULES[a.activation]()

    @property
    def last_norm(self) -> nn.Module:
        return self.bn2

    @property
    def last_act(self) -> nn.Module:
        return self.act2

    def branch(self, x: Tensor) -> Tensor:
        x = self.act1(self.bn1(self.conv1(x)))  # (N, width, H/stride, W/stride)
        return self.bn2(self.conv2(x))


class Bottleneck(Block):
    """1×1, 3×3, 1×1 (He et al. 2015, figure 5 right; grouped: Xie et al. 2016, figure 3c).

    The stride is on the 3×3 convolution, as in torchvision ("v1.5").
    """

    def __init__(self, a: Architecture, channels_in: int, width: int, stride: int) -> None:
        channels_out = width * a.expansion
        super().__init__()
        inner = width * a.width_per_group // 64 * a.groups
        self.conv1 = _conv(a, channels_in, inner, 1)
        self.bn1 = NORM_MODULES[a.norm](inner)
        self.act1 = ACTIVATION_MODULES[a.activation]()
        self.conv2 = _conv(a, inner, inner, 3, stride, groups=a.groups)
        self.bn2 = NORM_MODULES[a.norm](inner)
        self.act2 = ACTIVATION_MODULES[a.activation]()
        self.conv3 = _conv(a, inner, channels_out, 1)
        self.bn3 = NORM_MODULES[a.norm](channels_out)
        self._join(a, channels_in, channels_out, stride)
        self.act3 = ACTIVATION_MODULES[a.activation]()

    @property
    def last_norm(self) -> nn.Module:
        return self.bn3

    @property
    def last_act(self) -> nn.Module:
        return self.act3

    def branch(self, x: Tensor) -> Tensor:
        x = self.act1(self.bn1(self.conv1(x)))  # (N, inner, H, W)
        x = self.act2(self.bn2(self.conv2(x)))  # (N, inner, H/stride, W/stride)
        return self.bn3(self.conv3(x))  # (N, 4 width, H/stride, W/stride)


class Transition(nn.Module):
    """Convolution, normalisation, activation and 2×2 max-pool: how ResNet-9 changes shapes."""

    def __init__(self, a: Architecture, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = _conv(a, channels_in, channels_out, 3)
        self.bn1 = NORM_MODULES[a.norm](channels_out)
        self.act1 = ACTIVATION_MODULES[a.activation]()
        self.maxpool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.maxpool(self.act1(self.bn1(self.conv1(x))))


BLOCKS: dict[str, type[BasicBlock] | type[Bottleneck]] = {
    "basic": BasicBlock,
    "bottleneck": Bottleneck,
}


class ResNet(nn.Module):
    """A plain or residual network, as its architecture says.

    Parameter names are torchvision's. Every activation and addition is a module of its own, used
    once and never in place, so that each can be hooked.

    Convolutions are initialised as in He et al. 2015 (arXiv:1502.01852), normal with standard
    deviation gain/√fan_out: gain √2 for ReLU, GELU and SiLU, √(2/(1 + 0.01²)) for LeakyReLU, 5/3
    for tanh and 1 for sigmoid (``nn.init.calculate_gain``). Normalisations start as the identity
    (the last of each branch at zero with ``zero_init``), biases at zero, ``fc`` as in PyTorch.

    Shape: images (N, channels, H, W) to logits (N, classes).
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__()
        with DRAWING:
            a = self.architecture = architecture
            imagenet = a.stem == "imagenet"
            self.conv1 = _conv(
                a, a.channels, a.stem_width, 7 if imagenet else 3, 2 if imagenet else 1
            )
            self.bn1 = NORM_MODULES[a.norm](a.stem_width)
            self.act1 = ACTIVATION_MODULES[a.activation]()
            self.maxpool = nn.MaxPool2d(3, stride=2, padding=1) if imagenet else nn.Identity()
            channels = a.stem_width
            self.stages: list[str] = []
            for number, (blocks, width) in enumerate(zip(a.blocks, a.widths, strict=True), start=1):
                stage, channels = _stage(a, channels, width, blocks, stride=1 if number == 1 else 2)
                self.stages.append(f"layer{number}")
                self.add_module(self.stages[-1], stage)
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.dropout = nn.Dropout(a.dropout)
            self.fc = nn.Linear(channels, a.classes)
            self._initialise()

    def forward(self, x: Tensor) -> Tensor:
        x = self.maxpool(self.act1(self.bn1(self.conv1(x))))
        for stage in self.stages:
            x = self.get_submodule(stage)(x)
        return self.fc(self.dropout(self.avgpool(x).flatten(1)))  # (N, classes)

    def blocks(self) -> dict[str, Block]:
        """The blocks by name (``layer1.0`` …), in forward order."""
        return {name: module for name, module in self.named_modules() if isinstance(module, Block)}

    def _initialise(self) -> None:
        if self.fc.weight.is_meta:  # tensors without numbers, made to count them
            return
        initialise(self, self.architecture.activation)
        if self.architecture.zero_init:
            for block in self.blocks().values():
                weight = block.last_norm.weight
                assert isinstance(weight, Tensor)
                nn.init.zeros_(weight)


def build(name: str, *, seed: int | None = None, **options: object) -> ResNet:
    """A network of the table with random weights.

    Args:
        name: a key of ``ARCHITECTURES``.
        seed: makes the weights reproducible, whatever other threads build meanwhile, and leaves
            PyTorch's own random state alone.
        options: what differs from that row, such as ``classes``, ``shortcut``, ``activation``,
            ``norm``, ``blocks`` or ``widths``; what they mean stands at ``Architecture``.

    Raises:
        ArchitectureError: if the name or an option does not exist or makes no sense.
    """
    architecture = named(name, options)
    if seed is None:
        return ResNet(architecture)
    with seeded(seed):
        return ResNet(architecture)


def initialise(network: nn.Module, activation: str) -> None:
    """Draw the weights of all convolutions anew, as `ResNet` says."""
    nonlinearity = GAINS.get(activation, "relu")
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(
                module.weight,
                a=0.01 if activation == "leaky_relu" else 0,
                mode="fan_out",
                nonlinearity=nonlinearity,  # type: ignore[arg-type]
            )
            if module.bias is not None:
                nn.init.zeros_(module.bias)


def _conv(
    a: Architecture,
    channels_in: int,
    channels_out: int,
    kernel: int,
    stride: int = 1,
    groups: int = 1,
) -> nn.Conv2d:
    """A convolution that keeps the size but for its stride; it needs a bias only without norm."""
    return nn.Conv2d(
        channels_in,
        channels_out,
        kernel,
        stride,
        padding=kernel // 2,
        groups=groups,
        bias=a.norm == "none",
    )


def shortcut(
    a: Architecture, option: str, channels_in: int, channels_out: int, stride: int
) -> nn.Module:
    """What a block of an architecture adds to F(x), if its shortcut is of the option A, B or C."""
    same_shape = channels_in == channels_out and stride == 1
    parts: list[nn.Module] = []
    if option == "C" or (option == "B" and not same_shape):
        parts = [_conv(a, channels_in, channels_out, 1, stride), NORM_MODULES[a.norm](channels_out)]
    elif not same_shape:
        parts = [ZeroPad(channels_in, channels_out, stride)]
    if a.shortcut_scale != 1:
        parts.append(Scale(a.shortcut_scale))
    if a.shortcut_dropout:
        parts.append(nn.Dropout(a.shortcut_dropout))
    if len(parts) > 1:
        return nn.Sequential(*parts)
    return parts[0] if parts else nn.Identity()


def _stage(
    a: Architecture, channels: int, width: int, blocks: int, stride: int
) -> tuple[nn.Sequential, int]:
    """A stage and the number of channels that it puts out."""
    modules: list[nn.Module] = []
    if a.transition == "pool":
        modules.append(Transition(a, channels, width))
        channels, stride = width, 1
    for number in range(blocks):
        modules.append(BLOCKS[a.block](a, channels, width, stride if number == 0 else 1))
        channels = width * a.expansion
    return nn.Sequential(*modules), channels
