"""The architecture table: every network of the product as a row of data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from resnet_viz import checks
from resnet_viz.models.blocks import BLOCKS, BlockKind, Convolution, Slot
from resnet_viz.models.choices import NORMS, SHORTCUTS, STEMS, TRANSITIONS
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.options import OPTIONS, chosen, met, unmet

MOST_WEIGHTS = 1_000_000_000
MOST_KNOWN = 512  # networks that `named` remembers
MOST_SERVED = 120_000_000  # weights of a network that a server builds while somebody waits


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """What a network is made of; two equal architectures are the same network.

    What each field means, and which values it may have, stands on its row of ``OPTIONS``.
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
    zero_padding: str = "both"

    def __post_init__(self) -> None:
        for name, option in OPTIONS.items():
            object.__setattr__(self, name, option.kind.checked(name, getattr(self, name)))
        self._check_stages()
        self._check_needs()
        if self.kind.grouped and min(self.widths) * self.width_per_group < 64:
            raise ArchitectureError(
                f"A group of {self.width_per_group} at 64 channels has none left at "
                f"{min(self.widths)}: make width_per_group or the widths larger."
            )
        if self.zero_init and self.norm == "none":
            raise ArchitectureError(
                "zero_init sets each branch's last normalisation to zero, so norm cannot be none."
            )
        if self.pads and (outer := self._outer) != sorted(outer):
            raise ArchitectureError(
                f"Option {self.shortcut} pads with zeros and cannot take channels away: choose "
                "shortcut B or C, or widths that grow."
            )
        if self.parameters > MOST_WEIGHTS:
            raise ArchitectureError(
                f"Such a network has more than {MOST_WEIGHTS:,} weights: choose fewer blocks or "
                "smaller widths."
            )

    def _check_stages(self) -> None:
        """See that there are stages, and blocks in them."""
        if not self.blocks or len(self.blocks) != len(self.widths):
            raise ArchitectureError(
                "Each stage needs a number in blocks and one in widths, but blocks has "
                f"{len(self.blocks)} and widths has {len(self.widths)}."
            )
        stages, blocks = len(self.blocks), sum(self.blocks)
        if not blocks:
            raise ArchitectureError("At least one stage needs a block.")
        for what, number, most in (("stages", stages, 8), ("blocks", blocks, 1000)):
            checks.whole(
                f"The number of {what}", number, least=1, most=most, error=ArchitectureError
            )

    def _check_needs(self) -> None:
        """See that what was chosen has what it needs."""
        given = met(self.shortcut, self.block)
        for name, option in OPTIONS.items():
            if option.needs not in given and getattr(self, name) != self.usual(name):
                raise ArchitectureError(f"{name} needs {unmet(option.needs)}.")

    @classmethod
    def usual(cls, name: str) -> Any:
        """The value that a field has where a row of the table does not say another."""
        return next(field.default for field in fields(cls) if field.name == name)

    @property
    def kind(self) -> BlockKind:
        """What its blocks are made of."""
        return BLOCKS[self.block]

    @property
    def is_custom(self) -> bool:
        """Whether its form is not that of the table's row."""
        return any(OPTIONS[name].custom for name in self.options)

    @property
    def is_residual(self) -> bool:
        """Whether the blocks have shortcuts."""
        return self.shortcut != "none"

    @property
    def pads(self) -> bool:
        """Whether shortcuts pad with zeros where the number of channels changes."""
        pads = "padding" in met(self.shortcut, self.block)
        changes = len(set(self._outer)) > 1 and not TRANSITIONS[self.transition].pools
        return pads and changes

    @property
    def _outer(self) -> list[int]:
        """Channels that the stem and the stages put out."""
        return [self.stem_width, *(width * self.kind.expansion for width in self.widths)]

    @property
    def depth(self) -> int:
        """Weighted layers on the longest path, as the papers count them."""
        transitions = len(self.blocks) if TRANSITIONS[self.transition].pools else 0
        return 1 + transitions + self.kind.depth * sum(self.blocks) + 1

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
            option.name: getattr(self, option.name)
            for option in chosen()
            if getattr(self, option.name) != getattr(row, option.name)
        }

    def with_options(self, **options: Any) -> "Architecture":
        """This architecture with other options.

        Raises:
            ArchitectureError: if an option does not exist or makes no sense here.
        """
        known = [option.name for option in chosen()]
        for option in options:
            checks.choice("option", option, known, error=ArchitectureError)
        return replace(self, **options)

    def with_shortcut(self, shortcut: str) -> "Architecture":
        """This architecture with another shortcut, and without options that this has no use for.

        Raises:
            ArchitectureError: as `with_options`.
        """
        given = met(shortcut, self.block)
        unused = [name for name, option in OPTIONS.items() if option.needs not in given]
        return self.with_options(shortcut=shortcut, **{name: self.usual(name) for name in unused})

    @property
    def parameters(self) -> int:
        """Weights, biases, scales and shifts: all numbers that are trained."""
        each = 2 if NORMS[self.norm].formula else 1  # scale and shift of a normalisation, or a bias
        convolutions = [one for one, _ in self.convolutions(self.input_size)]
        inner = sum(one.weights + each * one.channels_out for one in convolutions)
        return inner + self.classes * (convolutions[-1].channels_out + 1)

    def multiply_adds(self, size: int) -> int:
        """Of convolutions and the last layer, for one image of that many pixels a side."""
        convolutions = list(self.convolutions(size))
        inner = sum(one.weights * side**2 for one, side in convolutions)
        return inner + self.classes * convolutions[-1][0].channels_out

    def values(self, size: int) -> int:
        """What all convolutions put out for one image of that many pixels a side."""
        return sum(one.channels_out * side**2 for one, side in self.convolutions(size))

    def convolutions(self, size: int) -> Iterator[tuple[Convolution, int]]:
        """Every convolution, with the side of its output for an image of that many pixels a side.

        Whichever is last puts out what the last layer takes in.
        """
        stem = STEMS[self.stem]
        first = Convolution(self.channels, self.stem_width, stem.kernel, stem.stride)
        size, channels = first.side(size), self.stem_width
        yield first, size
        size = -(-size // 2) if stem.pools else size
        for number, (blocks, width) in enumerate(zip(self.blocks, self.widths, strict=True)):
            stride = 2 if number else 1
            if TRANSITIONS[self.transition].pools:
                yield Convolution(channels, width, 3), size
                channels, stride, size = width, 1, size // 2
            for _ in range(blocks):
                at = Slot(channels, width, stride, self.groups, self.width_per_group)
                before, channels, stride = size, width * self.kind.expansion, 1
                for one in self.kind.convolutions(at):
                    size = one.side(size)
                    yield one, size
                changes = at.stride > 1 or at.channels != channels
                if SHORTCUTS[self.shortcut].projects(changes):
                    around = Convolution(at.channels, channels, 1, at.stride)
                    yield around, around.side(before)


_known: dict[tuple[Architecture, str], Architecture] = {}  # to check and count one takes a while


def named(name: str, options: Mapping[str, Any] | None = None) -> Architecture:
    """The table's row of that name, with options.

    Raises:
        ArchitectureError: if there is no such row, or an option makes no sense for it.
    """
    checks.choice("architecture", name, ARCHITECTURES, error=ArchitectureError)
    row, given = ARCHITECTURES[name], dict(options or {})
    key = row, repr(sorted(given.items()))  # in which 1 is not True
    if key not in _known:
        if len(_known) >= MOST_KNOWN:
            _known.clear()
        _known[key] = row.with_options(**given)
    return _known[key]


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

CIFAR_DEPTHS = (8, 14, 20, 32, 44, 56, 110)

ARCHITECTURES: dict[str, Architecture] = {
    row.name: row
    for row in (
        *(_cifar(f"plain{depth}", depth, "none") for depth in CIFAR_DEPTHS),
        *(_cifar(f"resnet{depth}", depth, "A") for depth in CIFAR_DEPTHS),
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
    row.name for row in ARCHITECTURES.values() if row.stem == IMAGENET and row.is_residual
)
