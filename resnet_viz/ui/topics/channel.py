"""A channel, seen: which ones matter for a class, and what excites the chosen one most."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import channels as reported
from resnet_viz.reporting import knowledge
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import channels as known
from resnet_viz.ui.results import drawings, opened
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, panels, stage

if TYPE_CHECKING:
    import plotly.graph_objects as go

BOX = ["left", "top", "right", "bottom"]
WIDTH = 420  # pixels of nine pictures


@dataclass(frozen=True)
class Shown:
    """What the section shows, for the page's downloads, by titles."""

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    figures: "dict[str, go.Figure]" = field(default_factory=dict)
    pictures: dict[str, bytes] = field(default_factory=dict)


def section(
    sides: Sequence[Side],
    sample: Sample,
    *,
    at: Mapping[str, str],
    shown: Mapping[str, int],
    follow: Callable[[str], None],
) -> Shown:
    """Draw which channels matter and, where that is asked for, what excites the chosen one.

    Args:
        at: the block of each side, by the side's key.
        shown: the channel that is chosen, likewise; a side without one is left out.
        follow: is given the key of a chart in which a channel was pressed.
    """
    st.header("A channel, seen", anchor=False)
    st.caption(f"Press a bar to see its channel above. {reported.NUMBERS}")
    found, rows = Shown(), []
    for column, side in zip(st.columns(2), sides, strict=True):
        if side.key in shown:
            with column, panels.sentences(side.header):
                rows += _important(side, sample, at[side.key], shown[side.key], follow, found)
    if rows:
        found.tables["Important channels"] = pd.concat(rows, ignore_index=True)
    wanted = links.toggle(
        "Show what excites the channel most",
        key="exciting",
        says="off",
        help="The nine test pictures in which the channel's largest value is largest; all channels "
        "of the block are looked at in one pass over the test pictures. Switched off, it ends.",
    )
    if not wanted:
        return found
    rows = []
    for column, side in zip(st.columns(2), sides, strict=True):
        if side.key in shown:
            with column, panels.sentences(side.header):
                rows += _exciting(side, at[side.key], shown[side.key], found)
    if rows:
        found.tables["Exciting pictures"] = pd.concat(rows, ignore_index=True)
    return found


def _important(
    side: Side,
    sample: Sample,
    layer: str,
    shown: int,
    follow: Callable[[str], None],
    found: Shown,
) -> list[pd.DataFrame]:
    """Draw how much a layer's channels speak for the picture's class, or what it is taken for."""
    classifier = side.classifier
    target = classifier.classes.index(sample.label) if sample.label in classifier.classes else None
    important = known.important(classifier, sample, layer, target)
    explained = classifier.classes[int(important["target"].iloc[0])]
    side.header()
    st.markdown(reported.importance(important, layer, explained))
    key = f"important-{side.key}"
    figure = drawings.figure(
        charts.important_channels,
        important,
        residual=side.architecture.is_residual,
        shown=shown,
    )
    found.figures[f"Important channels, {side.label}"] = figure
    st.plotly_chart(
        stage.enlarged(figure),
        key=key,
        on_select=partial(follow, key),
        selection_mode="points",
        config=panels.CHART_CONFIG,
        alt=reported.importance_described(important, side.label, layer, explained),
    )
    return [important.assign(network=side.label, layer=layer, explained=explained)]


def _exciting(side: Side, layer: str, channel: int, found: Shown) -> list[pd.DataFrame]:
    """Draw the pictures that excite a channel most; a sentence where there are none to look at."""
    classifier = side.classifier
    side.header()
    if (data := knowledge.data_of(classifier)) is None:
        st.info(knowledge.how_to_have_data(classifier))
        return []
    every = known.exciting(classifier, data, layer)
    rows = every[every["channel"] == channel]
    places = rows["picture"].tolist()
    labels = known.labels(data, places)
    if reported.is_silent(rows):
        st.info(reported.silent(channel, layer, len(opened.data_set(data).test)))
        return []
    sheet = drawings.picture(
        ("exciting", classifier.digest, data, layer, channel, tuple(places)),
        lambda: charts.patches(known.given(classifier, data, places), rows[BOX].to_numpy()),
    )
    st.markdown(reported.excited(rows, layer, labels, side=classifier.input_size))
    panels.picture(
        sheet,
        key=f"exciting {side.key}",
        alt=reported.excited_described(channel, side.label, layer, labels),
        width=WIDTH,
    )
    found.pictures[f"What excites channel {channel} of {layer}, {side.label}"] = sheet
    return [rows.assign(network=side.label, layer=layer, label=labels)]
