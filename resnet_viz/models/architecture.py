"""The architecture table: every network of the product as a row of data."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resnet_viz.errors import UserError
from resnet_viz.models import counting

STEMS = ("cifar", "imagenet")
BLOCKS = ("basic", "bottleneck")
TRANSITIONS = ("stride", "pool")
SHORTCUTS = ("none", "A", "B", "C")
ACTIVATIONS = ("relu", "leaky_relu", "gelu", "silu", "tanh", "sigmoid")
NORMS = ("batch", "group", "none")
OPTIONS = (
    "classes",
    "shortcut",
    "activation",
    "norm",
    "channels",
    "dropout",
    "zero_init",
    "stem",
    "stem_width",
    "block",
    "blocks",
    "widths",
    "groups",
    "width_per_group",
    "shortcut_scale",
    "shortcut_dropout",
    "branch_scale",
)
# Options that make another network of a row, and not the row's with another detail.
FORM = ("stem_width", "block", "blocks", "widths", "groups", "width_per_group")
MOST_WEIGHTS = 1_000_000_000
MOST_SERVED = 120_000_000  # weights of a network that a server builds while somebody waits


class ArchitectureError(UserError):
    """An architecture or an option of it that does not exist or makes no sense."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What a network is made of; two equal architectures are the same network.

    Attributes:
        stem: ``cifar`` (3×3 convolution) or ``imagenet`` (7×7 stride 2, then max-pool).
        block: ``basic`` (two 3×3) or ``bottleneck`` (1×1, 3×3, 1×1).
        blocks: blocks of each stage.
        widths: channels of each stage's 3×3 convolutions; a bottleneck puts out four times as many.
        transition: how a stage changes shapes: ``stride`` (in its first block, as in He et al.) or
            ``pool`` (a convolution and a max-pool before the blocks, as in ResNet-9).
        groups, width_per_group: cardinality of a bottleneck (ResNeXt-50 32x4d has 32 and 4).
        shortcut: ``none`` (a plain net), ``A`` (zero padding where shapes change), ``B``
            (projection where shapes change) or ``C`` (projection everywhere).
        norm: ``batch``, ``group`` (16 channels a group) or ``none`` (with biases instead).
        dropout: probability before the last layer.
        zero_init: start the last normalisation of every residual branch at zero, so that every
            block starts as its shortcut (Goyal et al. 2017, arXiv:1706.02677, section 5.1).
        shortcut_scale, branch_scale: constants that every shortcut and every F(x) are multiplied
            with; shortcut_dropout: probability of dropout on every shortcut. All three are
            variations of He et al. 2016 (arXiv:1603.05027, table 1) that are worse than 1, 1 and 0.
        input_size: side in pixels of the images that the network is meant for.
    """

    name: str
    stem: str
    block: str
    blocks: tuple[int, ...]
    widths: tuple[int, ...]
    stem_width: int
    input_size: int
    transition: str = "stride"
    groups: int = 1
    width_per_group: int = 64
    shortcut: str
    activation: str = "relu"
    norm: str = "batch"
    classes: int
    channels: int = 3
    dropout: float = 0.0
    zero_init: bool = False
    shortcut_scale: float = 1.0
    shortcut_dropout: float = 0.0
    branch_scale: float = 1.0

    def __post_init__(self) -> None:
        for name in ("blocks", "widths"):
            object.__setattr__(self, name, _numbers(name, getattr(self, name)))
        _choice("stem", self.stem, STEMS)
        _choice("block", self.block, BLOCKS)
        _choice("transition", self.transition, TRANSITIONS)
        _choice("shortcut", self.shortcut, SHORTCUTS)
        _choice("activation", self.activation, ACTIVATIONS)
        _choice("norm", self.norm, NORMS)
        _whole("classes", self.classes, least=2, most=100_000)
        _whole("channels", self.channels, least=1, most=64)
        _whole("input_size", self.input_size, least=1, most=4096)
        _whole("stem_width", self.stem_width, least=1, most=4096)
        _whole("groups", self.groups, least=1, most=4096)
        _whole("width_per_group", self.width_per_group, least=1, most=4096)
        if not self.blocks or len(self.blocks) != len(self.widths):
            raise ArchitectureError(
                "Each stage needs a number in blocks and one in widths, but blocks has "
                f"{len(self.blocks)} and widths has {len(self.widths)}."
            )
        _whole("The number of stages", len(self.blocks), least=1, most=8)
        for blocks, width in zip(self.blocks, self.widths, strict=True):
            _whole("Each of the blocks", blocks, least=0, most=1000)
            _whole("Each of the widths", width, least=1, most=4096)
        if not any(self.blocks):
            raise ArchitectureError("At least one stage needs a block.")
        _whole("The number of blocks", sum(self.blocks), least=1, most=1000)
        for name in ("dropout", "shortcut_dropout"):
            _share(name, getattr(self, name))
        for name in ("shortcut_scale", "branch_scale"):
            _factor(name, getattr(self, name))
        self._check_shape()
        if not isinstance(self.zero_init, bool):
            raise ArchitectureError(f"zero_init is true or false, not {self.zero_init!r}.")
        if self.zero_init and self.shortcut == "none":
            raise ArchitectureError(
                "zero_init needs a shortcut: a plain block that starts at zero passes nothing on."
            )
        if self.zero_init and self.norm == "none":
            raise ArchitectureError(
                "zero_init sets each branch's last normalisation to zero, so norm cannot be none."
            )

    def _check_shape(self) -> None:
        """See that the parts fit each other."""
        if self.block == "basic" and (self.groups, self.width_per_group) != (1, 64):
            raise ArchitectureError("groups and width_per_group need the bottleneck block.")
        if self.block == "bottleneck" and min(self.widths) * self.width_per_group < 64:
            raise ArchitectureError(
                f"A group of {self.width_per_group} at 64 channels has none left at "
                f"{min(self.widths)}: make width_per_group or the widths larger."
            )
        changed = (self.shortcut_scale, self.branch_scale, self.shortcut_dropout) != (1, 1, 0)
        if changed and not self.is_residual:
            raise ArchitectureError(
                "shortcut_scale, branch_scale and shortcut_dropout need a shortcut."
            )
        outer = [self.stem_width, *(width * self.expansion for width in self.widths)]
        if self.shortcut == "A" and self.transition == "stride" and outer != sorted(outer):
            raise ArchitectureError(
                "Option A pads with zeros and cannot take channels away: choose shortcut B or C, "
                "or widths that grow."
            )
        if self.parameters > MOST_WEIGHTS:
            raise ArchitectureError(
                f"Such a network has more than {MOST_WEIGHTS:,} weights: choose fewer blocks or "
                "smaller widths."
            )

    @property
    def expansion(self) -> int:
        """Channels that a block puts out for each of its width."""
        return {"basic": 1, "bottleneck": 4}[self.block]

    @property
    def parameters(self) -> int:
        """Weights, biases, scales and shifts: all numbers that are trained."""
        return counting.parameters(self)

    @property
    def is_custom(self) -> bool:
        """Whether its form is not that of the table's row."""
        return any(option in FORM for option in self.options)

    @property
    def is_residual(self) -> bool:
        """Whether the blocks have shortcuts."""
        return self.shortcut != "none"

    @property
    def depth(self) -> int:
        """Weighted layers on the longest path, as the papers count them."""
        convolutions = {"basic": 2, "bottleneck": 3}[self.block]
        transitions = len(self.blocks) if self.transition == "pool" else 0
        return 1 + transitions + convolutions * sum(self.blocks) + 1

    @property
    def family(self) -> str:
        """``plain``, ``ResNet`` or ``ResNeXt``; the shortcut decides, not the name of the row."""
        if not self.is_residual:
            return "plain"
        return "ResNeXt" if self.groups > 1 else "ResNet"

    @property
    def title(self) -> str:
        """The name as papers write it: plain-56, ResNet-56, ResNeXt-50 32x4d.

        One whose form is not that of a row of the table is called custom.
        """
        suffix = f" {self.groups}x{self.width_per_group}d" if self.groups > 1 else ""
        suffix += " custom" if self.is_custom else ""
        return f"{self.family}-{self.depth}{suffix}"

    @property
    def options(self) -> dict[str, Any]:
        """The options that differ from the table's row, by name."""
        row = ARCHITECTURES[self.name]
        return {
            option: getattr(self, option)
            for option in OPTIONS
            if getattr(self, option) != getattr(row, option)
        }

    def with_options(self, **options: Any) -> "Architecture":
        """This architecture with other options.

        Raises:
            ArchitectureError: if an option does not exist or makes no sense here.
        """
        for option in options:
            _choice("option", option, OPTIONS)
        return dataclasses.replace(self, **options)


def named(name: str, options: Mapping[str, Any] | None = None) -> Architecture:
    """The table's row of that name, with options.

    Raises:
        ArchitectureError: if there is no such row, or an option makes no sense for it.
    """
    _choice("architecture", name, tuple(ARCHITECTURES))
    return ARCHITECTURES[name].with_options(**(options or {}))


def _choice(what: str, value: Any, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ArchitectureError(f"There is no {what} {value!r}; choose from {', '.join(choices)}.")


def _whole(what: str, value: Any, *, least: int, most: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ArchitectureError(
            f"{what} is a whole number from {least} to {most:,}, not {value!r}."
        )


def _numbers(what: str, value: Any) -> tuple[int, ...]:
    """One number for each stage; JSON has lists where tuples are meant."""
    if not isinstance(value, list | tuple):
        raise ArchitectureError(f"{what} is a list with a number for each stage, not {value!r}.")
    return tuple(value)


def _share(what: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
        raise ArchitectureError(f"{what} is a number from 0 to below 1, not {value!r}.")


def _factor(what: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 10:
        raise ArchitectureError(f"{what} is a number above 0 and up to 10, not {value!r}.")


def _cifar(name: str, depth: int, shortcut: str) -> Architecture:
    """He et al. 2015, section 4.2: depth 6n + 2 at widths 16, 32, 64."""
    return Architecture(
        name=name,
        stem="cifar",
        block="basic",
        blocks=((depth - 2) // 6,) * 3,
        widths=(16, 32, 64),
        stem_width=16,
        input_size=32,
        shortcut=shortcut,
        classes=10,
    )


def _imagenet(
    name: str, block: str, blocks: tuple[int, ...], shortcut: str = "B", **cardinality: Any
) -> Architecture:
    """He et al. 2015, table 1, with torchvision's stride on the 3×3 convolution of a bottleneck."""
    return Architecture(
        name=name,
        stem="imagenet",
        block=block,
        blocks=blocks,
        widths=(64, 128, 256, 512),
        stem_width=64,
        input_size=224,
        shortcut=shortcut,
        classes=1000,
        **cardinality,
    )


# ResNet-9 as beginners' courses build it: conv – conv + pool – residual – conv + pool –
# conv + pool – residual – pool – linear. Its convolutions have no biases here, which batch
# normalisation cancels, and its blocks end like the others', with an activation after the addition.
_RESNET9 = Architecture(
    name="resnet9",
    stem="cifar",
    block="basic",
    blocks=(1, 0, 1),
    widths=(128, 256, 512),
    stem_width=64,
    input_size=32,
    transition="pool",
    shortcut="A",
    classes=10,
)

_DEPTHS = (20, 32, 44, 56, 110)

ARCHITECTURES: dict[str, Architecture] = {
    row.name: row
    for row in (
        *(_cifar(f"plain{depth}", depth, "none") for depth in _DEPTHS),
        *(_cifar(f"resnet{depth}", depth, "A") for depth in _DEPTHS),
        _RESNET9,
        _imagenet("plain18", "basic", (2, 2, 2, 2), "none"),
        _imagenet("plain34", "basic", (3, 4, 6, 3), "none"),
        _imagenet("resnet18", "basic", (2, 2, 2, 2)),
        _imagenet("resnet34", "basic", (3, 4, 6, 3)),
        _imagenet("resnet50", "bottleneck", (3, 4, 6, 3)),
        _imagenet("resnet101", "bottleneck", (3, 4, 23, 3)),
        _imagenet("resnet152", "bottleneck", (3, 8, 36, 3)),
        _imagenet("resnext50_32x4d", "bottleneck", (3, 4, 6, 3), groups=32, width_per_group=4),
    )
}
TITLES = {name: row.title for name, row in ARCHITECTURES.items()}

# A run may start from torchvision's weights by this word; these are the rows that have them.
IMAGENET = "imagenet"
PRETRAINED = tuple(
    row.name for row in ARCHITECTURES.values() if row.stem == "imagenet" and row.is_residual
)
