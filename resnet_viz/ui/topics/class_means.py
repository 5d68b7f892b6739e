"""The mean map of a class over test pictures, for each network of the pair."""

from collections.abc import Sequence

import streamlit as st

from resnet_viz import charts
from resnet_viz.errors import UserError
from resnet_viz.reporting import attribution_views as views
from resnet_viz.reporting import knowledge
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import map_series
from resnet_viz.ui.shell import links, panels


def draw(sides: Sequence[Side], method: str, layer: str, shared: Sequence[str]) -> None:
    """Draw the mean picture and map of a class in both networks, when somebody opens it.

    Args:
        layer: its name; another for a network that does not have it.
        shared: the classes that both networks know.
    """
    from resnet_viz.analysis import METHODS

    with links.expander(
        "Average over a class", key="class_mean", says="it closed", icon=":material/stacks:"
    ) as box:
        if not box.open:
            return
        row = METHODS[method]
        if row.slow:
            st.info(views.too_slow_for_many(row.title))
            return
        classes = shared or sides[0].classifier.classes
        name = links.select("Test pictures of", classes, key="mean_class", width=200)
        for column, side in zip(st.columns(2), sides, strict=True):
            with column, panels.sentences():
                _show(side, method, layer, name)


def _show(side: Side, method: str, layer: str, name: str) -> None:
    from resnet_viz.analysis import METHODS, default_layer, layers

    classifier = side.classifier
    data = knowledge.data_of(classifier)
    if data is None:
        st.info(views.no_test_pictures(side.label))
        return
    if name not in classifier.classes:
        raise UserError(f"{side.label} has no class called {name}: choose another class.")
    at = None
    if METHODS[method].needs_layer:
        at = layer if layer in set(layers(classifier)["layer"]) else default_layer(classifier)
    found = map_series.class_map(classifier, data, name, method, at)
    mean = classifier.picture(found.picture)
    signed = METHODS[method].signed
    maps = charts.overlay(mean, found.heatmap.numpy(), opacity=0.6, signed=signed)
    left, right = panels.beside(2, key=f"mean-{side.key}")
    with left:
        alt = f"The mean of pictures of {name}, as {side.label} sees them."
        panels.picture(charts.magnify(mean), key=f"mean picture {side.key}", alt=alt)
    with right:
        alt = f"The mean map of {side.label} for {name}."
        panels.picture(charts.magnify(maps), key=f"mean map {side.key}", alt=alt)
    counts = {"pictures": found.pictures, "right": found.right, "blank": found.blank}
    st.caption(views.class_mean(side.label, name, layer=at, **counts))
