"""Build a network of one's own: the form, and the network as a line of text for links."""

import re
from typing import Any

import streamlit as st

from resnet_viz.models.architecture import (
    ACTIVATIONS,
    ARCHITECTURES,
    BLOCKS,
    NORMS,
    SHORTCUTS,
    STEMS,
    TITLES,
    Architecture,
    ArchitectureError,
    named,
)
from resnet_viz.ui.shell import links

NUMBERS = re.compile(r"\s*\d{1,6}(\s*,\s*\d{1,6})*\s*")
# What a list may hold, and an example of it.
EXAMPLES = {
    "blocks": "from 0 to 1,000 with commas between them, one for each stage, such as “2, 2, 2, 2”",
    "widths": "from 1 to 4,096 with commas between them, one for each stage, such as "
    "“64, 128, 256, 512”",
}
# How the options that a network of one's own may have are read from text.
WORDS = ("stem", "block", "shortcut", "activation", "norm")
WHOLE = ("stem_width", "groups", "width_per_group")
LISTS = ("blocks", "widths")
# Options that only a network with shortcuts may have, as one without them has them.
AS_USUAL: dict[str, Any] = {"shortcut_scale": 1.0, "shortcut_dropout": 0.0, "branch_scale": 1.0}
MOST_BLOCKS = 200  # that are counted while one waits


def choose() -> Architecture:
    """Draw the form; the network that it describes.

    Raises:
        ArchitectureError: if the parts do not fit each other.
    """
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            base = links.select(
                "Begin with", list(ARCHITECTURES), key="base", names=TITLES, default="resnet18"
            )
            row = ARCHITECTURES[base]
            picks = _picks(row)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            lists = {
                "blocks": _numbers("Blocks of each stage", row, "blocks"),
                "widths": _numbers("Width of each stage", row, "widths"),
            }
            picks["stem_width"] = _whole("Width of the stem", row, "stem_width")
            if picks["block"] == "bottleneck":
                picks["groups"] = _whole("Groups", row, "groups")
                picks["width_per_group"] = _whole("Width of a group", row, "width_per_group")
            else:  # only bottlenecks have groups
                picks |= {"groups": 1, "width_per_group": 64}
    return _checked(named(base, picks | {name: _list(name, text) for name, text in lists.items()}))


def written(architecture: Architecture) -> str:
    """A network as a line of text: ``resnet18 blocks=2,2,2 widths=64,128,256``.

    Options of the data, such as the classes, are left out.
    """
    options = {
        name: ",".join(map(str, value)) if name in LISTS else value
        for name, value in architecture.options.items()
        if name in (*WORDS, *WHOLE, *LISTS)
    }
    return " ".join([architecture.name, *(f"{name}={value}" for name, value in options.items())])


def read(text: str) -> Architecture:
    """The network that `written` wrote.

    Raises:
        ArchitectureError: if there is no such network.
    """
    name, *words = text.split() or [""]
    options: dict[str, Any] = {}
    for word in words:
        option, _, value = word.partition("=")
        if option in LISTS:
            options[option] = _list(option, value)
        elif option in WHOLE and value.isdecimal() and len(value) < 7:
            options[option] = int(value)
        elif option in WORDS:
            options[option] = value
        else:
            raise ArchitectureError(
                "A network of your own is a name of the table and options with a value each, such "
                "as “resnet20 blocks=2,2,2 activation=gelu”."
            )
    return _checked(named(name, options))


def readable(text: str) -> bool:
    """Whether a link's text names a network."""
    try:
        read(text)
    except ArchitectureError:
        return False
    return True


def twin(architecture: Architecture) -> Architecture:
    """The same network without shortcuts; of one without them, the same with projections."""
    shortcut = "none" if architecture.is_residual else "B"
    return architecture.with_options(shortcut=shortcut, zero_init=False, **AS_USUAL)


def _picks(row: Architecture) -> dict[str, Any]:
    choices = (
        ("Stem", "stem", STEMS),
        ("Block", "block", BLOCKS),
        ("Shortcut", "shortcut", SHORTCUTS),
        ("Activation", "activation", ACTIVATIONS),
        ("Normalisation", "norm", NORMS),
    )
    return {
        option: links.select(label, options, key=_key(option, row), default=getattr(row, option))
        for label, option, options in choices
    }


def _numbers(label: str, row: Architecture, option: str) -> str:
    default = ", ".join(map(str, getattr(row, option)))
    return links.text(
        label,
        default,
        key=_key(option, row),
        fits=NUMBERS.fullmatch,
        help=f"Whole numbers {EXAMPLES[option]}.",
    )


def _whole(label: str, row: Architecture, option: str) -> int:
    label = f"{label} (1–4,096)"
    return int(links.number(label, 1, 4096, getattr(row, option), key=_key(option, row)))


def _key(option: str, row: Architecture) -> str:
    """Each row begins with its own values."""
    return f"{option}_{row.name}"


def _list(option: str, text: str) -> tuple[int, ...]:
    if not NUMBERS.fullmatch(text):
        raise ArchitectureError(f"The {option} are whole numbers {EXAMPLES[option]}.")
    return tuple(int(number) for number in text.split(","))


def _checked(architecture: Architecture) -> Architecture:
    if sum(architecture.blocks) > MOST_BLOCKS:
        raise ArchitectureError(
            f"A network of your own has at most {MOST_BLOCKS} blocks here: choose fewer."
        )
    return architecture
