"""The controls of the page Attribution: a row for each way to look, and what is behind More."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz import charts
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.shell import links
from resnet_viz.ui.topics import trust
from resnet_viz.ui.topics.attribution import (
    AUTOMATIC,
    BOTH,
    NOTHING,
    OTHER,
    PREDICTED,
    TARGETS,
    Asked,
    Look,
)

MANY_PICTURES = "one method, many pictures"
MANY_METHODS = "one picture, many methods"
ALL_DEPTHS = "one method, all depths"
WAYS = (MANY_PICTURES, MANY_METHODS, ALL_DEPTHS)
OWN, SHARED = "each map's own", "shared by both networks"


def choose_way() -> str:
    """Draw the three ways to look."""
    return links.segments("Ways to look", WAYS, key="compare", label_visibility="collapsed")


def choose_methods(way: str) -> list[str]:
    """Draw the list of methods of a way: of several it gives any number, else one."""
    from resnet_viz.analysis import METHODS

    titles = {name: row.title for name, row in METHODS.items()}
    if way == MANY_PICTURES:
        help = trust.unnoticing()
        chosen = links.select(
            "Method", tuple(titles), key="method", names=titles, width=180, help=help
        )
        return [chosen]
    if way == ALL_DEPTHS:  # of those that give the maps of all layers from one pass
        titles = {name: row.title for name, row in METHODS.items() if row.weigh is not None}
        return [links.select("Method", tuple(titles), key="film_method", names=titles, width=180)]
    cheap = [row.title for row in METHODS.values() if not row.slow]
    with st.popover("Methods", icon=":material/checklist:"):
        several = links.several(
            "Methods",
            list(titles.values()),
            cheap,
            key="methods",
            says="those that take few passes",
            help=f"Those that take many passes are drawn last. {trust.unnoticing() or ''}",
        )
    return [name for name, title in titles.items() if title in several]


def choose_target(shared: Sequence[str]) -> str:
    """Draw the list of classes to explain.

    Args:
        shared: the classes that both networks know.
    """
    options = [BOTH, PREDICTED, OTHER, *shared]
    return links.select("Class to explain", options, key="target", names=TARGETS, width=180)


def choose_rest(
    target: str, sides: Sequence[Side], shared: Sequence[str], methods: Sequence[str]
) -> Asked:
    """Draw what else is asked: the class to compare with and, where a method has one, the layer."""
    from resnet_viz.analysis import METHODS

    rather = links.select(
        "Rather than",
        [NOTHING, OTHER, *shared],
        key="rather_than",
        names={NOTHING: "no other class", OTHER: TARGETS[OTHER]},
        help="What speaks for the class rather than for this one: yᵃ − yᵇ.",
    )
    if not any(METHODS[method].needs_layer for method in methods):
        return Asked(target, rather, AUTOMATIC)
    network = sides[0].classifier.network
    layers = [AUTOMATIC, *network.stages, *network.blocks()]
    return Asked(target, rather, links.select("Layer", layers, key="layer"))


def choose_look() -> Look:
    """Draw how maps are to be seen."""
    drawn = links.segments("Show the map", charts.LOOKS, key="drawn")
    opacity, strongest, scale = 60, 20, OWN
    if drawn == charts.OVERLAY:
        opacity = links.slider("Opacity of the map (%)", 0, 100, 60, 5, key="opacity", says="60 %")
    if drawn == charts.MASKED:
        strongest = links.slider(
            "Strongest pixels that are seen (%)", 1, 100, 20, 1, key="strongest", says="20 %"
        )
    else:
        scale = links.segments(
            "Scale",
            (OWN, SHARED),
            key="map_scale",
            help="Maps of different networks have different units: on a shared scale one may be "
            "pale because its network's numbers are small.",
        )
    return Look(drawn, opacity, strongest, scale == SHARED)
