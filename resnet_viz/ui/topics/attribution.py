"""The page Attribution: a picture, both networks' maps of it, and what they take it for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import knowledge
from resnet_viz.reporting.attribution import Judged
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from resnet_viz.analysis import Attribution

# In links the first is called as it was when it stood for the true class, else each one's own.
BOTH, PREDICTED, AUTOMATIC = "true, else predicted", "predicted", "automatic"
TARGETS = {BOTH: "one for both", PREDICTED: "each one's own answer"}
ORIGINAL = 240  # pixels of a picture as it came, at most
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
        judged: what it takes the picture for, and whether that is right.
    """

    found: "Attribution"
    explained: str
    described: str
    picture: bytes | None
    figure: "go.Figure"
    rows: pd.DataFrame
    judged: Judged


def shared_class(sides: Sequence[Side], sample: Sample, target: str) -> str:
    """The class that both maps are for: the true one, else the right network's answer.

    As far as both know it; else what each one finds by itself.
    """
    if target != BOTH:
        return target
    known = [side.classifier.classes for side in sides]
    best = sample.label
    if best is None or any(best not in classes for classes in known):
        best = str(analyses.prediction(sides[-1].classifier, sample)["class"].iloc[0])
    return best if all(best in classes for classes in known) else PREDICTED


def answer(side: Side, sample: Sample, asked: Asked) -> Answer:
    """One network's map of a picture, and what it takes the picture for."""
    from resnet_viz.analysis import METHODS

    classifier = side.classifier
    named = asked.target not in (BOTH, PREDICTED) and asked.target in classifier.classes
    wanted = classifier.classes.index(asked.target) if named else None
    found = analyses.attribution(classifier, sample, asked.method, wanted, _layer(side, asked))
    name = classifier.classes[found.target]
    described = f"{METHODS[asked.method].title} of {side.label} for {name} on {sample.name}"
    opacity = asked.opacity / 100 * (PALE if found.inexact else 1)
    picture = None if found.blank else analyses.overlay(classifier, sample, found, opacity)
    probabilities = pd.DataFrame(
        {"class": classifier.classes, "probability": found.probabilities.numpy()}
    )
    residual = side.architecture.is_residual
    figure = drawings.figure(charts.predictions, probabilities, residual=residual, target=name)
    judged = reported.judged(side.label, probabilities, sample.label)
    rows = probabilities.assign(
        picture=sample.name, network=side.label, explained=name, layer=found.layer
    )
    return Answer(found, name, described, picture, figure, rows, judged)


def show_picture(sample: Sample, sides: Sequence[Side], *, signed: bool) -> None:
    """Draw the picture as it came with the part that is seen, and what the networks are given.

    Below stand the colours of the maps beside it.
    """
    classifiers = [side.classifier for side in sides]
    if any(sample.whole.size != (one.input_size,) * 2 for one in classifiers):
        panels.picture(
            drawings.picture(
                ("framed", sample.key, ORIGINAL),
                lambda: charts.framed(
                    sample.whole, sample.cut.box(sample.whole.size), width=ORIGINAL
                ),
            ),
            key="original",
            alt=f"{sample.title}, the original.",
        )
    given = {(*analyses.part_seen(one, sample), one.input_size): one for one in classifiers}
    for column, one in zip(panels.beside(2, key="given"), given.values(), strict=False):
        side = sides[classifiers.index(one)]
        with column:
            panels.picture(
                analyses.seen_large(one, sample),
                key=f"seen {side.key}",
                alt=reported.seen_described(sample.title, side.label, one.input_size),
            )
    _show_bar(signed=signed)
    if any(sample.whole.size != (one.input_size,) * 2 for one in classifiers):
        st.caption(reported.original(sample.title, sample.whole.size))
    for (*part, size), one in given.items():
        who = "" if len(given) == 1 else sides[classifiers.index(one)].label
        cut = sample.cut.how
        st.caption(
            reported.seen(
                sample.title, size, (part[0], part[1]), cut=cut, who=who, note=sample.note
            )
        )
    if sample.credit:
        st.caption(sample.credit)


def show_answer(side: Side, sample: Sample, answered: Answer, *, number: int) -> None:
    """Draw a network's map of a picture beside the most likely classes.

    Args:
        number: of the picture on the page.
    """
    found, name = answered.found, answered.explained
    left, right = panels.beside(2, key=f"map-{number}-{side.key}", align="top")
    with left:
        if answered.picture is None:
            st.info(found.note)
        else:
            strongest = charts.strongest(found.heatmap.numpy())
            panels.picture(
                answered.picture,
                key=f"map {number} {side.key}",
                caption=reported.explained(name, found.layer, inexact=found.inexact),
                alt=reported.map_described(answered.described, strongest, inexact=found.inexact),
            )
    with right:
        if sample.label is not None:
            best = answered.judged.best
            st.markdown(reported.verdict(best, sample.label, side.classifier.classes))
        panels.chart(
            answered.figure,
            key=f"predictions-{number}-{side.key}",
            alt=reported.answered(side.label, sample.name, answered.rows),
        )
    if found.note and answered.picture is not None:
        st.caption(found.note)


def _show_bar(*, signed: bool) -> None:
    """Draw the colours of the maps."""
    ends = "against the class … for it" if signed else "0 … strongest in each map"
    bar = drawings.picture(("colours", signed), lambda: charts.colour_bar(signed=signed))
    panels.picture(bar, key="colours", caption=ends, alt=ends)


def limits(sides: Sequence[Side]) -> str:
    """Why networks as these err, from their cards."""
    return reported.limits(
        (side.label, side.classifier.input_size, *knowledge.schooled(side.classifier))
        for side in sides
    )


def _layer(side: Side, asked: Asked) -> str | None:
    """The layer that is asked for, where the network has it; a sentence where it has not."""
    from resnet_viz.analysis import default_layer, layers

    if asked.layer == AUTOMATIC:
        return None
    if asked.layer not in set(layers(side.classifier)["layer"]):
        default = default_layer(side.classifier)
        st.info(f"{literal(side.label)} has no layer {literal(asked.layer)}; {default} is shown.")
        return None
    return asked.layer
