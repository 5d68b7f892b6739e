"""One picture, many methods: both networks' maps, cheap ones first, slow ones as they come."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import attribution_views as views
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import attributed_pictures, attribution, trust
from resnet_viz.ui.topics.attribution import Answer, Asked, Look, Shown

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

STOPPED = "slow methods stopped"
SMALL = 96  # pixels of a map
WIDE = 2 * SMALL + 8  # of a cell, at least
SAME = 0.01  # of the peak, below which maps do not differ to the eye


@dataclass(eq=False)
class Grid:
    """A cell a method, some still empty.

    Attributes:
        cells: where each method is drawn, in their order.
        shown: what there is so far.
        correlations: of the two networks' maps, by the methods' titles.
    """

    sides: Sequence[Side]
    asked: Asked
    cells: "dict[str, DeltaGenerator]"
    shown: Shown
    correlations: dict[str, float] = field(default_factory=dict)


def draw(
    sides: Sequence[Side], sample: Sample, methods: Sequence[str], asked: Asked, look: Look
) -> Grid:
    """Draw what there is at once; `finish` draws the rest."""
    with panels.evidence():
        above = st.container()
        with st.grid("auto", min_column_width=WIDE, gap="small"):
            first = st.container(gap="xxsmall")
            cells = {name: st.container(gap="xxsmall", key=f"cell {name}") for name in methods}
    grid = Grid(sides, asked, cells, Shown(sample, look))
    _show_picture(grid, above, first)
    for method in methods:
        if _is_known(grid, method):
            _fill(grid, method)
    _say(grid)
    return grid


def finish(grid: Grid, button: "DeltaGenerator") -> None:
    """Compute and draw what takes long, one method after the other, until somebody stops it.

    Called when all else on the page is drawn: nothing waits for it.

    Args:
        button: where the one stands that stops it.
    """
    from resnet_viz.analysis import METHODS

    waiting = [method for method in grid.cells if not _is_known(grid, method)]
    if not waiting:
        return
    stopped = bool(st.session_state.get(STOPPED))
    button.button(
        "Compute the slow ones" if stopped else "Stop the slow ones",
        icon=":material/play_arrow:" if stopped else ":material/stop:",
        key="stop slow methods",
        help="What is there stays.",
        on_click=_turn,
    )
    for method in waiting:
        title = METHODS[method].title
        with grid.cells[method]:
            _head(method)
            if stopped:
                st.caption(views.stopped(title))
    if stopped:
        return
    for method in waiting:
        _fill(grid, method, headed=True)
        _say(grid)
    button.empty()


def noticed(shown: Shown) -> str:
    """What there is to notice between the methods, for Markdown."""
    from resnet_viz.analysis import METHODS

    maps: dict[str, list[NDArray[np.floating]]] = {}
    for answer in shown.answers:
        heatmap = answer.found.heatmap.numpy()
        scaled = heatmap / (np.abs(heatmap).max() or 1)
        maps.setdefault(METHODS[answer.found.method].title, []).append(scaled)
    groups: list[list[str]] = []
    for title, own in maps.items():
        for group in groups:
            others = maps[group[0]]
            if len(own) == len(others) and all(
                np.abs(one - other).max() < SAME for one, other in zip(own, others, strict=True)
            ):
                group.append(title)
                break
        else:
            groups.append([title])
    return views.same_maps([group for group in groups if len(group) > 1])


def _turn() -> None:
    st.session_state[STOPPED] = not st.session_state.get(STOPPED)


def _say(grid: Grid) -> None:
    """Say by which methods the networks agree, of those that are there."""
    if grid.correlations:
        panels.finding(views.agreement(grid.correlations))
    elif grid.shown.answers:
        panels.finding(views.incomparable(grid.shown.sample.title))


def _is_known(grid: Grid, method: str) -> bool:
    from resnet_viz.analysis import METHODS

    if not METHODS[method].slow:
        return True
    return all(
        attribution.is_known(side, grid.sides, grid.shown.sample, method, grid.asked)
        for side in grid.sides
    )


def _show_picture(grid: Grid, above: "DeltaGenerator", cell: "DeltaGenerator") -> None:
    """Say which map is whose, and draw the picture as the networks see it."""
    from resnet_viz.analysis import METHODS

    said, shown = [], []
    for side in grid.sides:
        with above, panels.sentences():
            probabilities = analyses.prediction(side.classifier, grid.shown.sample)
            said.append(reported.judged(side.label, probabilities, grid.shown.sample.label))
            shown.append(analyses.seen_large(side.classifier, grid.shown.sample))
    if len(said) < len(grid.sides):
        return
    families = [side.architecture.is_residual for side in grid.sides]
    kinds = sorted({METHODS[method].signed for method in grid.cells})
    if grid.shown.look.drawn == charts.MASKED:  # which has no colours to tell apart
        kinds = kinds[:1]
    legend, *bars = above.columns([6 - len(kinds), *[1] * len(kinds)])
    legend.caption(views.legend(said, families))
    for place, signed in zip(bars, kinds, strict=True):
        with place:
            attributed_pictures.show_bar(grid.shown.look, signed=signed)
    title = grid.shown.sample.title
    with cell:
        st.markdown(f"**{literal(title)}**")
        panels.picture(
            drawings.picture(("seen", *map(hash, shown)), lambda: charts.strip(shown, side=SMALL)),
            key="pair seen",
            alt=" ".join(
                reported.seen_described(title, side.label, side.classifier.input_size)
                for side in grid.sides
            ),
        )


def _head(method: str) -> None:
    from resnet_viz.analysis import METHODS

    marked = trust.unnoticing(method)
    sign = " :material/warning:" if marked else ""
    said = f"{marked or ''} {reported.method(METHODS[method])}"
    st.markdown(f"**{METHODS[method].title}**{sign}", help=said)


def _fill(grid: Grid, method: str, *, headed: bool = False) -> None:
    """Draw a method's cell."""
    from resnet_viz.analysis import METHODS

    answers: list[Answer] = []
    with grid.cells[method]:
        if not headed:
            _head(method)
        for side in grid.sides:
            with panels.sentences():
                answers.append(
                    attribution.answer(side, grid.sides, grid.shown.sample, method, grid.asked)
                )
        if not answers:
            return
        grid.shown.answers += answers
        drawn = [grid.shown.drawn(answer) for answer in answers]
        seen = [picture for picture in drawn if picture is not None]
        correlation = attribution.agreement(*answers) if len(answers) == 2 else float("nan")
        if not isnan(correlation):
            grid.correlations[METHODS[method].title] = correlation
        if seen:
            panels.picture(
                drawings.picture(
                    ("pair of maps", *map(hash, seen)), lambda: charts.strip(seen, side=SMALL)
                ),
                key=f"pair {method}",
                alt=" ".join(map(attributed_pictures.described, answers)),
            )
        # What is wrong with a map is read at once, what else there is to say by who asks.
        wrong = [one for one in answers if one.note or one.found.blank or one.found.inexact]
        rest = [one for one in answers if one.found.note and one not in wrong]
        st.caption(views.cell(correlation), help=_notes(rest) or None)
        if wrong:
            st.caption(_notes(wrong))


def _notes(answers: Sequence[Answer]) -> str:
    """What there is to say of maps, each with its network, for Markdown."""
    return " ".join(
        f"{literal(one.side.label)}: {note}"
        for one in answers
        for note in (one.note, one.found.note)
        if note
    )
