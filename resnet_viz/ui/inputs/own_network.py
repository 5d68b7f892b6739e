"""Build a network of one's own: the form, and the network as a line of text for links."""

from typing import Any

import streamlit as st

from resnet_viz.models.architecture import ARCHITECTURES, TITLES, Architecture, named
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.option_kinds import EachStage, Number, OneOf, Whole, YesNo
from resnet_viz.models.options import OPTIONS, Option, in_form, met
from resnet_viz.ui.shell import links

YES_NO = ("no", "yes")
MOST_BLOCKS = 200  # that are counted while one waits


def choose_own_network() -> Architecture:
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
            picks = {
                option.name: _control(option, row)
                for option in in_form()
                if isinstance(option.kind, OneOf)
            }
        with st.container(horizontal=True, vertical_alignment="bottom"):
            given = met(picks["shortcut"], picks["block"])
            for option in in_form():
                if option.name not in picks:
                    fits = option.needs in given
                    picks[option.name] = _control(option, row) if fits else row.usual(option.name)
    return _checked(named(base, picks))


def written(architecture: Architecture) -> str:
    """A network as a line of text: ``resnet18 blocks=2,2,2 widths=64,128,256``.

    Options of the data, such as the classes, are left out.
    """
    shown = {option.name for option in in_form()}
    options = [
        f"{name}={OPTIONS[name].kind.write(value)}"
        for name, value in architecture.options.items()
        if name in shown
    ]
    return " ".join([architecture.name, *options])


def read(text: str) -> Architecture:
    """The network that `written` wrote.

    Raises:
        ArchitectureError: if there is no such network.
    """
    name, *words = text.split() or [""]
    known = {option.name: option for option in in_form()}
    options: dict[str, Any] = {}
    for word in words:
        option, equals, value = word.partition("=")
        if option not in known or not equals:
            raise ArchitectureError(
                "A network of your own is a name of the table and options with a value each, such "
                "as “resnet20 blocks=2,2,2 activation=gelu”."
            )
        options[option] = known[option].kind.read(value)
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
    return architecture.with_shortcut("none" if architecture.is_residual else "B")


def _control(option: Option, row: Architecture) -> Any:
    """The control of an option, which begins with the row's own value."""
    kind, default = option.kind, getattr(row, option.name)
    key = f"{option.name}_{row.name}"
    match kind:
        case OneOf():
            return links.select(option.title, option.values, key=key, default=default)
        case Whole():
            title = f"{option.title} ({kind.least:,}–{kind.most:,})"
            return int(links.number(title, kind.least, kind.most, default, key=key))
        case Number():
            title = f"{option.title} (0–{kind.most:g})"
            return float(links.number(title, 0.0, float(kind.most), float(default), key=key))
        case YesNo():
            return links.select(option.title, YES_NO, key=key, default=YES_NO[default]) == YES_NO[1]
        case EachStage():
            text = links.text(
                option.title,
                ", ".join(map(str, default)),
                key=key,
                fits=lambda text: not isinstance(kind.read(text), str),
                help=f"{kind.sentence.capitalize()}.",
            )
            return kind.read(text)
    raise TypeError(f"{option.name} has no control")


def _checked(architecture: Architecture) -> Architecture:
    if sum(architecture.blocks) > MOST_BLOCKS:
        raise ArchitectureError(
            f"A network of your own has at most {MOST_BLOCKS} blocks here: choose fewer."
        )
    return architecture
