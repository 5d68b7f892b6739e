"""The page Attribution: a picture, one network's map of it, and what it takes the picture for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels

if TYPE_CHECKING:
    import plotly.graph_objects as go

TRUE, PREDICTED, AUTOMATIC = "true, else predicted", "predicted", "automatic"
ORIGINAL = 160  # pixels of a picture as it came, at most
PALE = 0.35  # of the opacity, for a map whose amounts are not to be trusted


@dataclass(frozen=True)
class Asked:
    """What is asked of both networks.

    Attributes:
        target: the class to explain, or one of the two ways to find it.
        layer: its name, or ``automatic``.
        opacity: of the map, in per cent.
    """

    method: str
    target: str
    layer: str
    opacity: float


@dataclass(frozen=True, eq=False)
class Answer:
    """What one network answers of one picture.

    Attributes:
        explained: the class that its map is for.
        described: map, network, class and picture in words.
        picture: the map as a PNG file; None where there is nothing to draw.
        rows: the probability of each class.
    """

    explained: str
    described: str
    picture: bytes | None
    figure: "go.Figure"
    rows: pd.DataFrame


def show_original(sample: Sample, sides: tuple[Side, Side]) -> None:
    """Draw the picture as it came, where a network is given something else."""
    if all(sample.image.size == (side.classifier.input_size,) * 2 for side in sides):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        small = analyses.thumbnail(sample, ORIGINAL)
        st.image(small, width=small.width, alt=f"{sample.title}, the original.")
        st.caption(reported.original(sample.title, sample.image.size))


def show_answer(side: Side, sample: Sample, asked: Asked, *, number: int) -> Answer:
    """Draw a picture beside a network's map of it, and the most likely classes.

    Args:
        number: of the picture on the page.
    """
    from resnet_viz.analysis import METHODS

    classifier = side.classifier
    named = asked.target not in (TRUE, PREDICTED)
    wanted = classifier.classes.index(asked.target) if named else None
    layer = _layer(side, asked.layer)
    left, right = st.columns(2, gap="small", wrap=False)
    with left:
        given = classifier.input_size
        part = analyses.part_seen(classifier, sample)
        st.image(
            analyses.seen_large(classifier, sample),
            width="stretch",
            caption=reported.seen(sample.title, given, part),
            output_format="PNG",
            alt=reported.seen_described(sample.title, side.label, given),
        )
    found = analyses.attribution(classifier, sample, asked.method, wanted, layer)
    name = classifier.classes[found.target]
    described = f"{METHODS[asked.method].title} of {side.label} for {name} on {sample.name}"
    picture = None
    with right:
        if found.blank:
            st.info(found.note)
        else:
            opacity = asked.opacity / 100 * (PALE if found.inexact else 1)
            picture = analyses.overlay(classifier, sample, found, opacity)
            st.image(
                picture,
                width="stretch",
                caption=reported.explained(name, found.layer, inexact=found.inexact),
                output_format="PNG",
                alt=reported.map_described(
                    described, charts.strongest(found.heatmap.numpy()), inexact=found.inexact
                ),
            )
            if found.note:
                st.caption(found.note)
    probabilities = pd.DataFrame(
        {"class": classifier.classes, "probability": found.probabilities.numpy()}
    )
    residual = side.architecture.is_residual
    figure = drawings.figure(charts.predictions, probabilities, residual=residual, target=name)
    if sample.label is not None:
        best = reported.best_answer(probabilities)
        st.markdown(reported.verdict(best, sample.label, classifier.classes))
    panels.chart(
        figure,
        key=f"predictions-{number}-{side.key}",
        alt=reported.answered(side.label, sample.name, probabilities),
    )
    rows = probabilities.assign(
        picture=sample.name, network=side.label, explained=name, layer=found.layer
    )
    return Answer(name, described, picture, figure, rows)


def _layer(side: Side, wanted: str) -> str | None:
    """The layer that is asked for, where the network has it; a sentence where it has not."""
    from resnet_viz.analysis import default_layer, layers

    if wanted == AUTOMATIC:
        return None
    if wanted not in set(layers(side.classifier)["layer"]):
        default = default_layer(side.classifier)
        st.info(f"{side.label} has no layer {wanted}; {default} is shown.")
        return None
    return wanted
