"""Which networks the architecture page shows, and how it draws them."""

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.models.architecture import ARCHITECTURES, TITLES, Architecture
from resnet_viz.reporting import equations
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.run_labels import titled
from resnet_viz.ui.inputs import own_network, run_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import links, stage
from resnet_viz.ui.topics import network_drawing

PAIR, TABLE, OWN = "the pair", "any network", "your own"
ALONE = "none: alone"
ZOOM, LARGER_ZOOM = 1.35, 1.9
WINDOW = 440  # pixels of height through which a drawing is seen that may be several screens long
MARKS = tuple(charts.MARKS)  # of the first and the second network
NARROW = {"kernel": 60, "stride": 60, "padding": 68, "groups": 62}  # so that all is seen at once


def choose_networks() -> dict[str, Architecture]:
    """Draw the controls; one network or two, by the names that tell them apart.

    Raises:
        ArchitectureError: if a network of one's own makes no sense.
    """
    way = links.segments("Show", (PAIR, TABLE, OWN), key="show")
    if way == PAIR:
        return _named([side.architecture for side in pair.chosen()])
    if way == TABLE:
        first = links.select(
            "Network", list(ARCHITECTURES), key="net", names=TITLES, default="resnet34"
        )
        beside = [ALONE, *ARCHITECTURES]
        second = links.select("Beside it", beside, key="beside", names=TITLES, default="plain34")
        return _named([ARCHITECTURES[name] for name in (first, second) if name != ALONE])
    with st.popover("Build it", icon=":material/construction:", key="own-network"):
        built = own_network.choose_own_network()
    run_form.offer(built)
    return _named([built, ARCHITECTURES[built.name]])


def size(shown: Mapping[str, Architecture]) -> int:
    """Side of the image in pixels; at first what the networks shown are given, or were made for."""
    if st.session_state.get("show", PAIR) == PAIR:
        default = max(side.classifier.input_size for side in pair.chosen())
    else:
        default = max(architecture.input_size for architecture in shown.values())
    return int(
        links.number(
            "Image, pixels a side (1–4,096)",
            1,
            4096,
            default,
            key=f"size_{default}",
            width=220,
            help="Every shape and cost below is for one image of this size.",
        )
    )


@lru_cache(maxsize=64)
def outline(network: Architecture, size: int) -> pd.DataFrame:
    """`analysis.outline`, counted once for all visitors: nobody may change it."""
    from resnet_viz import analysis

    return analysis.outline(network, size)


@lru_cache(maxsize=64)
def layer_table(network: Architecture, size: int) -> pd.DataFrame:
    """`analysis.layer_table`, counted once for all visitors: nobody may change it."""
    from resnet_viz import analysis

    return analysis.layer_table(network, size)


def unfolded() -> bool:
    """Whether every block is drawn."""
    return links.toggle(
        "Every block",
        key="unfold",
        says="equal blocks as one",
        help="Off: equal blocks that follow each other are drawn as one, with their number.",
    )


def part(outlines: Mapping[str, pd.DataFrame]) -> str:
    """Choose a part of the networks."""
    longest = max(outlines.values(), key=len)
    names = dict.fromkeys(name for parts in (longest, *outlines.values()) for name in parts["part"])
    changing = longest.loc[longest["stage"].ne("") & longest["input"].ne(longest["output"]), "part"]
    default = next(iter(changing), "stem")
    if st.session_state.get("part", default) not in names:  # another network has been chosen
        st.session_state["part"] = default
    return links.select(
        "Part, or press one in the drawing", list(names), key="part", default=default
    )


def draw(drawn: list[charts.Drawn], *, unfold: bool, marked: str) -> None:
    """The drawing, in a window of its own where it is long; a press on a part chooses it."""
    zoom = LARGER_ZOOM if stage.is_on() else ZOOM
    picture = drawings.text(
        charts.drawing, drawn, unfold=unfold, marked=marked, pressable=True, zoom=zoom
    )
    with st.container(height=stage.height(WINDOW), border=True):
        network_drawing.show(picture, key="drawing", on_press=_choose_part)


def _choose_part(name: str) -> None:
    """Let the list of parts follow a press into the drawing."""
    st.session_state["part"] = name


def explain(
    label: str, architecture: Architecture, parts: pd.DataFrame, name: str, *, mark: str
) -> None:
    """One part's equation with its numbers; ``mark`` tells networks of one colour apart."""
    hue = "blue" if architecture.is_residual else "orange"
    st.markdown(f"## :{hue}[{mark}] {literal(label)}, {literal(name)}")
    chosen = parts[parts["part"] == name]
    if chosen.empty:
        st.caption(f"It has no {name}.")
        return
    row = next(chosen.itertuples(index=False))
    for line in equations.equation(row, architecture):
        st.latex(line)
    for sentence in filter(None, (equations.weights(row), equations.words(row, architecture))):
        st.caption(sentence)
    st.markdown(equations.costs(row))


def _named(architectures: list[Architecture]) -> dict[str, Architecture]:
    """By title, with their options where two have one title; the same one is shown once."""
    titles = Counter(architecture.title for architecture in set(architectures))
    return {
        titled(a, a.options if titles[a.title] > 1 else {}): a for a in dict.fromkeys(architectures)
    }
