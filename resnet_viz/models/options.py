"""The options of an architecture: a row each, which says all that there is to know of it.

A new one is a field of ``Architecture`` and a row here; forms, labels, the command line and checks
read the row.
"""

from dataclasses import dataclass
from typing import Any

from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.choices import (
    ACTIVATIONS,
    NORMS,
    SHORTCUTS,
    STEMS,
    TRANSITIONS,
    ZERO_PADDINGS,
)
from resnet_viz.models.option_kinds import EachStage, Kind, Number, OneOf, Whole, YesNo


@dataclass(frozen=True, kw_only=True)
class Option:
    """One field of an architecture.

    Attributes:
        title: the label of its control.
        kind: its values.
        label: how the name of a network says it, around the value.
        sentence: what it does.
        part: what two networks differ by in words, if they differ in it.
        form: its place in the form for a network of one's own; None where it is for Python and the
            command line.
        common: whether it is offered wherever a network of the table is chosen.
        needs: what a network must have for it, ``shortcut``, ``padding`` or ``groups``; without,
            it has its usual value. `met` says which it has.
        fixed: whether only a row of the table has it, and nobody chooses.
        of_data: whether the data decide about it.
        custom: whether it makes another network of a row, and not the row's with another detail.
        trunk: whether it changes the layers before the last one, or what they start as; otherwise
            a network may differ in it from the one whose trunk it takes over.
        random: whether it makes a network draw random numbers while it is trained.
    """

    name: str
    title: str
    kind: Kind
    label: str
    sentence: str
    part: str = ""
    form: int | None = None
    common: bool = False
    needs: str = ""
    fixed: bool = False
    of_data: bool = False
    custom: bool = False
    trunk: bool = True
    random: bool = False

    @property
    def values(self) -> list[str]:
        """The names to choose from, if it is one of a few."""
        return list(self.kind.choices) if isinstance(self.kind, OneOf) else []

    def labelled(self, value: Any) -> str:
        """A value as the name of a network says it: ``gelu``, ``shortcuts × 0.5``."""
        said = "-".join(map(str, value)) if isinstance(value, tuple) else str(value)
        return self.label.format(said.replace("_", " "))


# In the order in which a sentence says by what two networks differ.
OPTIONS: dict[str, Option] = {
    row.name: row
    for row in (
        Option(
            name="shortcut",
            title="Shortcut",
            kind=OneOf(SHORTCUTS),
            label="shortcuts {}",
            sentence="What goes around each block; none in a plain net.",
            part="the shortcuts",
            form=3,
            common=True,
        ),
        Option(
            name="zero_padding",
            title="Zeros of option A",
            kind=OneOf(ZERO_PADDINGS),
            label="zeros {}",
            sentence="Where shortcuts of option A have their new channels of zeros: half before "
            "and half behind the others, or all behind.",
            part="the place of the zeros",
            needs="padding",
        ),
        Option(
            name="shortcut_scale",
            title="Factor of the shortcuts",
            kind=Number(10, above=True),
            label="shortcuts × {}",
            sentence="The constant that every shortcut is multiplied with (He et al. 2016, "
            "arXiv:1603.05027, table 1: worse than 1).",
            part="the shortcuts",
            needs="shortcut",
        ),
        Option(
            name="shortcut_dropout",
            title="Dropout of the shortcuts",
            kind=Number(1, below=True),
            label="dropout of shortcuts {}",
            sentence="Probability of dropout on every shortcut (He et al. 2016, table 1: worse "
            "than 0).",
            part="the shortcuts",
            needs="shortcut",
            random=True,
        ),
        Option(
            name="blocks",
            title="Blocks of each stage",
            kind=EachStage(0, 1000, (2, 2, 2, 2)),
            label="blocks {}",
            sentence="How many blocks each stage has.",
            part="depth",
            form=6,
            custom=True,
        ),
        Option(
            name="widths",
            title="Width of each stage",
            kind=EachStage(1, 4096, (64, 128, 256, 512)),
            label="widths {}",
            sentence="Channels of each stage's 3×3 convolutions.",
            part="width",
            form=7,
            custom=True,
        ),
        Option(
            name="stem",
            title="Stem",
            kind=OneOf(STEMS),
            label="{}",
            sentence="The first convolution.",
            part="the first layers",
            form=1,
        ),
        Option(
            name="stem_width",
            title="Width of the stem",
            kind=Whole(1, 4096),
            label="first layers {} wide",
            sentence="Channels that the stem puts out.",
            part="the first layers",
            form=8,
            custom=True,
        ),
        Option(
            name="block",
            title="Block",
            kind=OneOf(BLOCKS),
            label="{}",
            sentence="What a block is made of.",
            part="the kind of block",
            form=2,
            custom=True,
        ),
        Option(
            name="transition",
            title="Transition",
            kind=OneOf(TRANSITIONS),
            label="transitions {}",
            sentence="How a stage changes shapes.",
            part="the kind of block",
            fixed=True,
        ),
        Option(
            name="groups",
            title="Groups",
            kind=Whole(1, 4096),
            label="groups {}",
            sentence="Cardinality: groups of the 3×3 convolutions (Xie et al. 2016).",
            part="cardinality",
            form=9,
            needs="groups",
            custom=True,
        ),
        Option(
            name="width_per_group",
            title="Width of a group",
            kind=Whole(1, 4096),
            label="groups {} wide",
            sentence="Channels of a group in a stage of width 64, and as many more in wider ones.",
            part="cardinality",
            form=10,
            needs="groups",
            custom=True,
        ),
        Option(
            name="activation",
            title="Activation",
            kind=OneOf(ACTIVATIONS),
            label="{}",
            sentence="The function that each value passes.",
            part="the activation",
            form=4,
            common=True,
        ),
        Option(
            name="norm",
            title="Normalisation",
            kind=OneOf(NORMS),
            label="normalisation {}",
            sentence="What follows each convolution.",
            part="the normalisation",
            form=5,
            common=True,
        ),
        Option(
            name="dropout",
            title="Dropout",
            kind=Number(1, below=True),
            label="dropout {}",
            sentence="Probability of dropout before the last layer.",
            part="dropout",
            trunk=False,
            random=True,
        ),
        Option(
            name="branch_scale",
            title="Factor of the branches",
            kind=Number(10, above=True),
            label="branches × {}",
            sentence="The constant that every F(x) is multiplied with (He et al. 2016, table 1: "
            "worse than 1).",
            part="the factor of the branches",
            needs="shortcut",
        ),
        Option(
            name="zero_init",
            title="Branches start at 0",
            kind=YesNo(),
            label="branches start at 0",
            sentence="Start the last normalisation of every residual branch at zero, so that every "
            "block starts as its shortcut (Goyal et al. 2017, arXiv:1706.02677, section 5.1).",
            part="how the branches start",
            needs="shortcut",
            trunk=False,
        ),
        Option(
            name="classes",
            title="Classes",
            kind=Whole(2, 100_000),
            label="classes {}",
            sentence="How many classes the last layer tells apart.",
            of_data=True,
            trunk=False,
        ),
        Option(
            name="channels",
            title="Channels",
            kind=Whole(1, 64),
            label="channels {}",
            sentence="Channels of the images.",
            of_data=True,
        ),
        Option(
            name="input_size",
            title="Input size",
            kind=Whole(1, 4096),
            label="for {} pixels",
            sentence="Side in pixels of the images that the network is meant for.",
            fixed=True,
            trunk=False,
        ),
    )
}


def chosen() -> list[Option]:
    """The options that a person may choose, and that a network's ``options`` may name."""
    return [option for option in OPTIONS.values() if not option.fixed]


def in_form() -> list[Option]:
    """Those in the form for a network of one's own, in its order."""
    shown = [option for option in OPTIONS.values() if option.form is not None]
    return sorted(shown, key=lambda option: option.form or 0)


def common() -> list[Option]:
    """Those that are offered beside a network of the table, in the form's order."""
    return [option for option in in_form() if option.common]


def met(shortcut: str, block: str) -> set[str]:
    """The needs of options that a network with such shortcuts and blocks meets."""
    residual = shortcut != "none"
    needs = {
        "shortcut": residual,
        "padding": residual and not SHORTCUTS[shortcut].projects(changes=True),
        "groups": BLOCKS[block].grouped,
    }
    return {"", *(need for need, is_met in needs.items() if is_met)}


def unmet(need: str) -> str:
    """What a network would have to have, in words."""
    if need == "groups":
        return f"the {' or '.join(kind.name for kind in BLOCKS.values() if kind.grouped)} block"
    return "shortcuts that pad with zeros, option A" if need == "padding" else f"a {need}"


def read_option(name: str, text: str) -> Any:
    """The value of an option that a text stands for; the text where there is no such option."""
    return OPTIONS[name].kind.read(text) if name in OPTIONS else text
