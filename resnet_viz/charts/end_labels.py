"""What is written at the ends of curves, instead of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from resnet_viz.charts.curves import MARKERS
from resnet_viz.charts.layout import FONT

SIGNS = dict(zip(MARKERS, "●■◆▲✚✖", strict=True)) | {"circle-open": "○", "square-open": "□"}
LABEL_PIXELS = 19  # height of a line of text at a curve's end, on the stage too
CHARACTER_PIXELS = 7.2
MOST_LABELS = 16
MOST_LETTERS = 20  # of a name there


@dataclass(frozen=True)
class End:
    """What is written at the end of a curve."""

    value: float
    marker: str
    colour: str
    text: str
    bold: bool = False


def label_ends(
    figure: go.Figure, ends: Sequence[End], span: tuple[float, float], *, height: int
) -> go.Figure:
    """The figure with texts right of the plot, at the height of the values that they end.

    Args:
        ends: with values as the axis counts them: on a logarithmic one powers of ten.
        span: of the axis.
        height: of the plot in pixels.
    """
    if not 0 < len(ends) <= MOST_LABELS:
        return figure
    line = LABEL_PIXELS * (span[1] - span[0]) / height
    values = [min(max(end.value, span[0]), span[1]) for end in ends]
    for place, end in zip(
        spread_labels(values, line, (span[0] + line / 2, span[1])), ends, strict=True
    ):
        sign = f'<span style="color:{end.colour}">{SIGNS[end.marker]}</span>'
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            y=place,
            text=f"{sign} <b>{end.text}</b>" if end.bold else f"{sign} {end.text}",
            showarrow=False,
            font={"size": FONT - 1},
        )
    room = 30 + CHARACTER_PIXELS * max(len(end.text) for end in ends)
    figure.update_layout(margin_r=round(room))
    return figure


def spread_labels(values: Sequence[float], gap: float, between: tuple[float, float]) -> list[float]:
    """Places for labels, each as near to its value as it can be with that gap between any two."""
    order = np.argsort(values, kind="stable")
    blocks: list[list[float]] = []  # sum and number of the values of labels that touch
    for rank, index in enumerate(order):
        blocks.append([values[index] - rank * gap, 1])
        while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] > blocks[-1][0] / blocks[-1][1]:
            total, number = blocks.pop()
            blocks[-1][0] += total
            blocks[-1][1] += number
    starts = np.repeat([total / number for total, number in blocks], [int(n) for _, n in blocks])
    low, high = between[0], between[1] - gap * (len(values) - 1)
    places = np.empty(len(values))
    places[order] = starts.clip(low, max(low, high)) + gap * np.arange(len(values))
    return places.tolist()


def short_names(labels: Sequence[str]) -> dict[str, str]:
    """Names without the words that all of them end with, cut where they are long."""
    words = [label.split() for label in labels]
    same = 0
    while len(words) > 1 and len({tuple(parts[-same - 1 :]) for parts in words}) == 1:
        same += 1
    if any(len(parts) <= same for parts in words):
        same = 0
    found = {}
    for label, parts in zip(labels, words, strict=True):
        name = " ".join(parts[: len(parts) - same])
        found[label] = name if len(name) <= MOST_LETTERS else f"{name[: MOST_LETTERS - 1]}…"
    # Two that are cut to the same are told apart by nothing: then each keeps its end instead.
    if len({*found.values()}) < len(found):
        found = {label: f"…{label[1 - MOST_LETTERS :]}" for label in labels}
    return found
