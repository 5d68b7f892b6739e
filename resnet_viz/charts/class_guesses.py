"""What a class guessed, beside what was measured."""

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import GREEN, GREY, PLAIN, translucent
from resnet_viz.charts.curves import ALL_ERRORS, DASHES
from resnet_viz.charts.layout import finish, verbatim

BAR = 40  # pixels of a bar and of the space below it
ROOM = 2.5  # of the width, for each unit of the largest bar
RACE_HEIGHT = 340
TICK = 0.03  # length of the mark of a guess, as a share of the plot's width
MARKED, ENDED = 5, 11  # pixels of the line of one's own guess, and of where the curve ended


def poll_bars(counts: Mapping[str, int], answer: str, *, mine: str | None = None) -> go.Figure:
    """How many chose what: what was measured is green, whatever the class said.

    Args:
        counts: choice -> how many chose it, in the order in which they were offered.
        answer: what was measured; it gets a bar where nobody could choose it.
        mine: what the visitor chose.
    """
    rows = dict(counts) if answer in counts else {**counts, answer: 0}
    everyone = max(1, sum(rows.values()))
    names = [
        f"{verbatim(name)}{' ← your guess' if name == mine else ''}" for name in reversed(rows)
    ]
    measured = [name == answer for name in reversed(rows)]
    numbers = list(reversed(rows.values()))
    figure = go.Figure(
        go.Bar(
            x=numbers,
            y=names,
            orientation="h",
            marker={"color": [GREEN if right else GREY for right in measured]},
            text=[
                f"{number} ({number / everyone:.0%}){'  <b>measured</b>' if right else ''}"
                for number, right in zip(numbers, measured, strict=True)
            ],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    # Wider than the largest bar: what stands behind it is read on a telephone, too.
    figure.update_xaxes(range=(0, ROOM * max(1, *numbers)), visible=False)
    figure.update_yaxes(type="category", automargin=True)
    return finish(figure, height=16 + BAR * len(rows), legend=False)


def race(
    history: pd.DataFrame,
    guesses: Sequence[float],
    *,
    network: str,
    quantity: str,
    epochs: int,
    mine: float | None = None,
) -> go.Figure:
    """A network's error over training, and at its end what each of a class guessed it would be.

    Args:
        history: a row an epoch, with ``epoch`` and ``train_error`` and ``test_error`` in per cent.
        guesses: errors in per cent, in any order.
        network: what it is called.
        quantity: ``train`` or ``test``, whichever was guessed.
        epochs: of the whole training, at whose end the guesses stand.
        mine: the visitor's own guess, marked.
    """
    column = f"{quantity}_error"
    figure = go.Figure(
        go.Scatter(
            x=history["epoch"],
            y=history[column],
            mode="lines+markers",
            line={"color": PLAIN, "width": 3, "dash": DASHES[quantity]},
            marker={"size": [0] * (len(history) - 1) + [ENDED]},
            name=verbatim(network),
            hovertemplate="epoch %{x:.4~g}: %{y:.1f} %<extra></extra>",
        )
    )
    end, tick = float(epochs), TICK * epochs
    for values, hue, width in (
        (list(guesses), translucent(GREY, 0.8), 3),
        ([mine] if mine is not None else [], GREEN, MARKED),
    ):
        figure.add_scatter(
            x=[place for _ in values for place in (end + tick, end + 3 * tick, None)],
            y=[point for value in values for point in (value, value, None)],
            mode="lines",
            line={"color": hue, "width": width},
            hovertemplate="guess: %{y:.1f} %<extra></extra>",
            showlegend=False,
        )
    if mine is not None:
        figure.add_annotation(
            x=end + 3 * tick, y=mine, text="yours", showarrow=False, xanchor="left"
        )
    figure.update_xaxes(title="epoch", range=(0, end + 9 * tick))
    figure.update_yaxes(title="error (%)", range=ALL_ERRORS)
    return finish(figure, height=RACE_HEIGHT, legend=False)
