"""One method, all depths: the map at the end of every block of both networks."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import attribution_views as views
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import drawings, map_series
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import attributed_pictures, attribution, attribution_files
from resnet_viz.ui.topics.attribution import Answer, Asked, Look, Shown

if TYPE_CHECKING:
    import plotly.graph_objects as go

FRAME = 60  # pixels of a map
MOST_IN_A_ROW = 9


def draw(sides: Sequence[Side], sample: Sample, method: str, asked: Asked, look: Look) -> Shown:
    """Draw both networks' strips, and how like the last map each one is."""
    from resnet_viz.analysis import METHODS

    shown = Shown(sample, look)
    of_side: dict[str, list[Answer]] = {}
    picture, *columns = panels.evidence().columns([16, 42, 42], gap="small")
    for column, side in zip(columns, sides, strict=True):
        with column, panels.sentences(side.header):
            of_side[side.key] = answers(side, sides, sample, method, asked)
            shown.answers += of_side[side.key]
    with picture, st.container(key="given"):
        attributed_pictures.show_picture(sample, sides, look, signed=METHODS[method].signed)
    for column, side in zip(columns, sides, strict=True):
        if side.key in of_side:
            with column:
                show_film(side, of_side[side.key], shown)
    if blocks := [agreements(maps) for maps in of_side.values() if maps]:
        frame = pd.concat(blocks, ignore_index=True)
        panels.finding(views.depths(frame))
        shown.figures["Agreement by block"] = draw_agreements(frame)
        shown.tables["Agreement by block"] = frame
    return shown


def answers(
    side: Side, sides: Sequence[Side], sample: Sample, method: str, asked: Asked
) -> list[Answer]:
    """A network's map at the end of each block.

    Raises:
        AnalysisError: as `analysis.attribute_all`.
    """
    target, note = attribution.target_of(side, sides, sample, asked)
    found = map_series.of_blocks(side.classifier, sample, method, target)
    return [attribution.answered(side, sample, one, note) for one in found.values()]


def show_film(side: Side, maps: Sequence[Answer], shown: Shown) -> None:
    """Draw a network's maps, a strip a stage."""
    side.header()
    if not maps:
        return
    st.caption(reported.explained(maps[-1].explained, None, inexact=False))
    stages: dict[str, list[Answer]] = {}
    for one in maps:
        stages.setdefault(str(one.found.layer).partition(".")[0], []).append(one)
    widest = min(MOST_IN_A_ROW, max(map(len, stages.values())))
    for stage, members in stages.items():
        pictures = [shown.drawn(one) or attribution_files.blank() for one in members]
        panels.picture(
            drawings.picture(
                ("film", widest, *map(hash, pictures)),
                partial(charts.strip, pictures, side=FRAME, columns=widest),
            ),
            key=f"film {stage} {side.key}",
            caption=views.stage(stage, [str(one.found.layer) for one in members]),
            alt=views.film_described(members[-1].described, len(members)),
        )
    for note in dict.fromkeys(note for one in maps for note in (one.note,) if note):
        st.info(note)


def agreements(maps: Sequence[Answer]) -> pd.DataFrame:
    """How like the last block's map each is.

    Returns:
        A row a block, in order: ``label``, ``residual``, ``block``, ``agreement`` (rank
        correlation; NaN of a map that is the same everywhere).
    """
    return pd.DataFrame(
        {
            "label": [one.side.label for one in maps],
            "residual": [one.side.architecture.is_residual for one in maps],
            "block": [one.found.layer for one in maps],
            "agreement": [attribution.agreement(one, maps[-1]) for one in maps],
        }
    )


def draw_agreements(blocks: pd.DataFrame) -> "go.Figure":
    """Draw it down both networks."""
    st.markdown("**How like the last block's map is each one?** Rank correlation")
    figure = drawings.figure(charts.agreement_by_block, blocks)
    panels.chart(
        figure,
        key="agreement-by-block",
        alt="Rank correlation of each block's map with the last one's, a line for each network.",
    )
    return figure
