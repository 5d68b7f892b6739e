"""What networks are built of: blocks, shortcuts and transitions, as their rows say."""

from typing import Any

from torch import Tensor, nn

from resnet_viz.models.architecture import Architecture
from resnet_viz.models.blocks import Convolution, Slot
from resnet_viz.models.choices import ACTIVATIONS, NORMS, SHORTCUTS, ZERO_PADDINGS


class Add(nn.Module):
    """The addition of a block, F(x) + shortcut, as a module so that it can be hooked."""

    def forward(self, branch: Tensor, shortcut: Tensor) -> Tensor:
        return branch + shortcut


class ZeroPad(nn.Module):
    """Option A where shapes change: every stride-th pixel, and new channels of zeros.

    Args:
        where: a key of ``ZERO_PADDINGS``.
    """

    def __init__(self, channels_in: int, channels_out: int, stride: int, where: str) -> None:
        super().__init__()
        before = int(ZERO_PADDINGS[where].before * (channels_out - channels_in))
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
    """A block of any kind: its branch F(x), the shortcut, the addition and the last activation.

    The branch is ``conv1``, ``bn1``, ``act1``, ``conv2`` … as the row of the architecture's kind
    says; the last activation stands behind the addition. ``add`` and ``downsample`` are None in a
    plain net. ``downsample`` is the shortcut: an identity, zero padding (option A) or a projection;
    its parameters have torchvision's names. ``scale`` is None but where F(x) is multiplied by a
    constant.
    """

    add: Add | None
    downsample: nn.Module | None
    scale: Scale | None

    def __init__(self, a: Architecture, channels: int, width: int, stride: int) -> None:
        super().__init__()
        at = Slot(channels, width, stride, a.groups, a.width_per_group)
        rows = a.kind.convolutions(at)
        self.length = len(rows)
        for number, row in enumerate(rows, start=1):
            self.add_module(f"conv{number}", convolution(a, row))
            self.add_module(f"bn{number}", NORMS[a.norm].make(row.channels_out))
            if number == self.length:  # so that modules are listed in forward order
                self._join(a, channels, row.channels_out, stride)
            self.add_module(f"act{number}", ACTIVATIONS[a.activation].make())

    def _join(self, a: Architecture, channels_in: int, channels_out: int, stride: int) -> None:
        """Add the shortcut behind the branch."""
        self.scale = Scale(a.branch_scale) if a.branch_scale != 1 else None
        ends = (channels_in, channels_out, stride)
        self.downsample = shortcut(a, a.shortcut, *ends) if a.is_residual else None
        self.add = Add() if a.is_residual else None

    @property
    def convolutions(self) -> list[nn.Conv2d]:
        """Those of the branch, in forward order."""
        return self._each("conv")

    @property
    def norms(self) -> list[nn.Module]:
        """The normalisation behind each of them."""
        return self._each("bn")

    @property
    def acts(self) -> list[nn.Module]:
        """The activation behind each normalisation; the last one is behind the addition."""
        return self._each("act")

    @property
    def last_norm(self) -> nn.Module:
        """The normalisation that ends the residual branch."""
        return getattr(self, f"bn{self.length}")

    @property
    def residual(self) -> nn.Module:
        """The module whose output is the residual branch F(x)."""
        return self.last_norm if self.scale is None else self.scale

    @property
    def last_act(self) -> nn.Module:
        """The activation after the addition; its output is the block's."""
        return getattr(self, f"act{self.length}")

    def branch(self, x: Tensor) -> Tensor:
        """F(x) before a constant scales it, of shape (N, C', H', W')."""
        acts = self.acts
        for number, (convolve, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
            x = norm(convolve(acts[number - 1](x) if number else x))
        return x

    def forward(self, x: Tensor) -> Tensor:
        out = self.branch(x)
        if self.scale is not None:
            out = self.scale(out)
        if self.add is not None and self.downsample is not None:
            out = self.add(out, self.downsample(x))
        return self.last_act(out)

    def _each(self, part: str) -> list[Any]:
        return [getattr(self, f"{part}{number}") for number in range(1, self.length + 1)]


class Transition(nn.Module):
    """Convolution, normalisation, activation and 2×2 max-pool: how ResNet-9 changes shapes."""

    def __init__(self, a: Architecture, channels_in: int, channels_out: int) -> None:
        super().__init__()
        self.conv1 = convolution(a, Convolution(channels_in, channels_out, 3))
        self.bn1 = NORMS[a.norm].make(channels_out)
        self.act1 = ACTIVATIONS[a.activation].make()
        self.maxpool = nn.MaxPool2d(2)

    def forward(self, x: Tensor) -> Tensor:
        return self.maxpool(self.act1(self.bn1(self.conv1(x))))


def convolution(a: Architecture, row: Convolution) -> nn.Conv2d:
    """The module of a convolution; it needs a bias only without normalisation."""
    return nn.Conv2d(
        row.channels_in,
        row.channels_out,
        row.kernel,
        row.stride,
        padding=row.kernel // 2,
        groups=row.groups,
        bias=not NORMS[a.norm].formula,
    )


def shortcut(
    a: Architecture, option: str, channels_in: int, channels_out: int, stride: int
) -> nn.Module:
    """What a block of an architecture adds to F(x), if its shortcut is of the option A, B or C."""
    changes = stride > 1 or channels_in != channels_out
    parts: list[nn.Module] = []
    if SHORTCUTS[option].projects(changes):
        row = Convolution(channels_in, channels_out, 1, stride)
        parts = [convolution(a, row), NORMS[a.norm].make(channels_out)]
    elif changes:
        parts = [ZeroPad(channels_in, channels_out, stride, a.zero_padding)]
    if a.shortcut_scale != 1:
        parts.append(Scale(a.shortcut_scale))
    if a.shortcut_dropout:
        parts.append(nn.Dropout(a.shortcut_dropout))
    if len(parts) > 1:
        return nn.Sequential(*parts)
    return parts[0] if parts else nn.Identity()
