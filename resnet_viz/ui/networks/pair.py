"""The pair chooser in the head of a page, and the pair that it gives, the same on every page."""

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.charts import colour
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import (
    ARCHITECTURES,
    TITLES,
    Architecture,
    named,
)
from resnet_viz.models.options import Option, common
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Record
from resnet_viz.ui.networks import catalogue, checking, imports
from resnet_viz.ui.networks.catalogue import FRESH, Source
from resnet_viz.ui.results import opened
from resnet_viz.ui.shell import links, navigation, stage
from resnet_viz.ui.shell.page_table import DIGITS

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

FRESH_DEFAULTS = {"left": "plain56", "right": "resnet56"}
AS_ROW = "as usual"
STATE, BEFORE, CHOSEN = "pair", "pair before", "pair chosen"
KEPT, LAST = "pair kept", "pair last shown"
PART = re.compile("(left|right)(_(net|seed|" + "|".join(o.name for o in common()) + "))?$")


@dataclass(frozen=True)
class Side:
    """One of the two networks of a page.

    Attributes:
        key: ``left`` or ``right``.
        options: of a network with random weights, which has no source path.
        alike: whether the other network goes by the same name.
    """

    key: str
    source: Source
    name: str = ""
    options: str = "{}"
    seed: int = 0
    alike: bool = False

    @property
    def classifier(self) -> "Classifier":
        """The network, from the cache; opening it imports torch."""
        if self.source.path is None:
            return opened.fresh_classifier(self.name, self.options, self.seed)
        try:
            return opened.classifier(self.source.path)
        except FileNotFoundError as error:
            raise self.removed() from error

    def removed(self) -> UserError:
        """What is raised where its file is gone."""
        return UserError(f"{self.source.label} has just been removed: choose another network.")

    @property
    def architecture(self) -> Architecture:
        """What the network is made of."""
        return self.source.architecture or self.classifier.architecture

    @property
    def record(self) -> Record | None:
        """Its recorded training, where there is one."""
        return self.source.record() if self.source.record else None

    @property
    def label(self) -> str:
        """Its name with what sets it apart, for legends and headings, which group by it."""
        return f"{self._name} ({self.key})" if self.alike else self._name

    @property
    def _name(self) -> str:
        if self.source.path is None:
            form = run_labels.titled(self.architecture, self.architecture.options)
            return f"{form}, random weights{f' of seed {self.seed}' if self.seed else ''}"
        title = self.architecture.title
        return (
            self.source.label
            if self.source.label.startswith(title)
            else (f"{title} ({self.source.label})")
        )

    @property
    def colour(self) -> str:
        """Blue for a residual network, vermillion for a plain one."""
        return colour(self.architecture.is_residual)

    def header(self) -> None:
        """The network's name in its colour, above its column."""
        name = "blue" if self.architecture.is_residual else "orange"
        st.markdown(f"## :{name}[●] {literal(self.label)}")
        is_imported = self.source.architecture is None and self.source.path is not None
        if is_imported:
            checking.draw(self.key, self.source.label, self.classifier)


def choose_pair() -> tuple[Side, Side]:
    """Draw the chooser, two chips with a network each, and keep the pair for the page shown.

    Who has not chosen a network sees each page's own pair; who has, sees the same one everywhere.
    """
    _recall()
    found = catalogue.every([*links.wanted("left"), *links.wanted("right")])
    defaults = _defaults(found)
    _follow(defaults, [*found, FRESH])
    with st.container(
        horizontal=True, vertical_alignment="center", gap="xsmall", width="content", key="pair"
    ):
        left = _side("left", "Left network", found, defaults["left"])
        st.markdown("against", width="content")
        right = _side("right", "Right network", found, defaults["right"])
        if not st.session_state.get(stage.KEY):  # whose bar is slim
            st.button(
                "Swap",
                icon=":material/swap_horiz:",
                type="tertiary",
                key="pair swap",
                help="Show the left network on the right.",
                on_click=_swap,
            )
            imports.draw()
    _remember((left, right))
    st.session_state[STATE] = sides = told_apart(left, right)
    return sides


def told_apart(left: Side, right: Side) -> tuple[Side, Side]:
    """The two, told apart by their places where both are the same network.

    Compared is what they come from: an imported network's name needs it opened, and torch with it.
    """
    if left.source != right.source or left.seed != right.seed:
        return left, right
    return dataclasses.replace(left, alike=True), dataclasses.replace(right, alike=True)


def show(side: str, label: str) -> None:
    """Choose a network for a side, from a page that draws the chooser or not."""
    st.session_state[side] = label
    st.session_state.setdefault(KEPT, {})[side] = label


def shown(side: str) -> str | None:
    """What is chosen for a side, on whatever page; None if nobody has."""
    return st.session_state.get(side, st.session_state.get(KEPT, {}).get(side))


def chosen() -> tuple[Side, Side]:
    """The pair that the page shows."""
    return st.session_state[STATE]


def values_to_choose(option: Option) -> list[str]:
    """What may be chosen, after the architecture's own value where they do not all have one."""
    rows = {getattr(row, option.name) for row in ARCHITECTURES.values()}
    return [*([AS_ROW] if len(rows) > 1 else []), *option.values]


def _defaults(found: Mapping[str, Source]) -> Mapping[str, str]:
    """What the page shows to whoever has not chosen, as far as these networks are here."""
    pairs = (navigation.current().pair or DIGITS, DIGITS)
    here = (pair for pair in pairs if found.keys() >= set(pair.values()))
    return next(here, dict.fromkeys(DIGITS, FRESH))


def _follow(defaults: Mapping[str, str], labels: list[str]) -> None:
    """Let a pair that nobody chose become the page's own, before the widgets are drawn."""
    state = st.session_state
    before = state.get(BEFORE, defaults)
    shown = {key: state[key] for key in defaults if key in state}
    if any(label != before[key] for key, label in shown.items()) or any(
        links.asked(key) in labels for key in defaults
    ):
        state[CHOSEN] = True
    if before != defaults:
        # What was the last page's default stands in no link yet: set, it is written there.
        for key, label in shown.items():
            state[key] = label if CHOSEN in state else defaults[key]
    state[BEFORE] = defaults


def _recall() -> None:
    """Give the widgets of the chooser what they had on the last page that drew them."""
    for key, value in st.session_state.get(KEPT, {}).items():
        if key not in st.session_state and key not in st.query_params:
            st.session_state[key] = value


def _remember(sides: tuple[Side, Side]) -> None:
    """Keep what the widgets of the chooser say; say so where the page has begun with another pair.

    Streamlit forgets a widget's value on every page that does not draw it.
    """
    state, page = st.session_state, navigation.current().name
    state[KEPT] = {key: state[key] for key in state if isinstance(key, str) and PART.match(key)}
    labels = [side.source.label for side in sides]
    before_page, before, note = state.get(LAST, (page, labels, ""))
    if page != before_page:
        changed = labels != before
        note = f"The page before showed {before[0]} and {before[1]}." if changed else ""
    state[LAST] = (page, labels, note)
    if note:
        st.caption(literal(note))


def _swap() -> None:
    """Exchange the two networks, with all that was chosen for each."""
    state = st.session_state
    found = {key: state[key] for key in state if isinstance(key, str) and PART.match(key)}
    for key, value in found.items():
        side, _, part = key.partition("_")
        other = {"left": "right", "right": "left"}[side]
        state[f"{other}_{part}" if part else other] = value


def _side(key: str, title: str, found: dict[str, Source], default: str) -> Side:
    labels = [*found, FRESH]
    shown = st.session_state.get(key)
    if shown is not None and shown not in labels:
        st.session_state[key] = default
        links.say(f"{shown} is gone; this page shows {default} instead.")
    expected = st.session_state.get(key) or links.asked(key)
    expected = expected if expected in labels else default
    # The key is the popover's alone: what is written on it follows what is chosen in it.
    with st.popover(_chip(key, expected, found), key=f"chip-{key}"):
        label = links.select(
            title,
            labels,
            key=key,
            default=default,
            help="Shipped networks, finished and running runs, imported files, or random weights.",
        )
        if label == FRESH:
            return _fresh(key)
        if origin := found[label].origin:
            st.caption(literal(origin))
    return Side(key, found[label])


def _chip(key: str, label: str, found: Mapping[str, Source]) -> str:
    """What a chip says: the network in its colour, where that is known without opening it."""
    architecture = found[label].architecture if label in found else None
    if label == FRESH:
        name = st.session_state.get(f"{key}_net", links.asked(f"{key}_net"))
        name = {title: name for name, title in TITLES.items()}.get(name, name)
        architecture = ARCHITECTURES.get(name or "", ARCHITECTURES[FRESH_DEFAULTS[key]])
        label = f"{architecture.title}, random weights"
    hue = "gray" if architecture is None else "blue" if architecture.is_residual else "orange"
    return f":{hue}[●] {literal(label)}"


def _fresh(key: str) -> Side:
    """Choose an architecture with random weights."""
    name = links.select(
        "Architecture",
        list(ARCHITECTURES),
        key=f"{key}_net",
        names=TITLES,
        default=FRESH_DEFAULTS[key],
    )
    picks = {
        option.name: links.select(
            option.title, values_to_choose(option), key=f"{key}_{option.name}"
        )
        for option in common()
    }
    seed = links.number("Seed", 0, 2**31 - 1, 0, key=f"{key}_seed")
    options = {option: value for option, value in picks.items() if value != AS_ROW}
    return fresh(key, name, options, int(seed))


def fresh(key: str, name: str, options: dict[str, Any], seed: int = 0) -> Side:
    """A side whose network has random weights.

    Raises:
        ArchitectureError: if an option makes no sense for the architecture.
    """
    architecture = named(name, options)
    known = json.dumps(architecture.options, sort_keys=True)
    return Side(key, Source(FRESH, None, architecture), name, known, seed)
