"""A pixel of both networks' maps, chosen by a press or by row and column: its value and rank."""

import io
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution_views as views
from resnet_viz.ui.shell import links, panels, stage
from resnet_viz.ui.topics.attribution import Answer

ROW, COLUMN = "map_row", "map_column"


def draw(answers: Sequence[Answer], pictures: Mapping[str, bytes | None]) -> None:
    """Draw both maps to press into, and say what is there.

    Args:
        pictures: the maps as they are to be seen, by the side; None of blank ones.
    """
    with links.expander(
        "Value of a pixel", key="pixel", says="it closed", icon=":material/colorize:"
    ) as box:
        if not box.open:
            return
        sizes = [answer.classifier.input_size for answer in answers]
        last = max(sizes) - 1
        for key in (ROW, COLUMN):  # chosen in a larger map
            if isinstance(now := st.session_state.get(key), int):
                st.session_state[key] = min(now, last)
        with st.container(horizontal=True):
            row = links.number(f"Row (0–{last})", 0, last, last // 2, key=ROW, width=150)
            column = links.number(f"Column (0–{last})", 0, last, last // 2, key=COLUMN, width=150)
        for place, answer, size in zip(st.columns(2), answers, sizes, strict=False):
            at = (row * size // (last + 1), column * size // (last + 1))
            heatmap = answer.found.heatmap.numpy()
            strengths = np.abs(heatmap)
            rank = 1 + int((strengths > strengths[at]).sum())
            with place:
                picture = pictures[answer.side.key]
                if picture is not None:
                    _press(answer, picture, at, scale=(last + 1) / size)
                st.markdown(views.pixel(answer.side.label, float(heatmap[at]), rank, heatmap.size))


def _press(answer: Answer, drawn: bytes, at: tuple[int, int], *, scale: float) -> None:
    """Draw a map in which a pixel can be pressed.

    Args:
        scale: from its rows and columns to those that are chosen.
    """
    from PIL import Image

    key = f"press-{answer.side.key}"
    image = Image.open(io.BytesIO(drawn))
    figure = charts.pressable(image, answer.found.heatmap.numpy(), marked=at)
    st.plotly_chart(
        stage.enlarged(figure),
        key=key,
        on_select=partial(_follow, key, scale),
        selection_mode="points",
        config=panels.CHART_CONFIG,
        alt=f"{answer.described}, to choose a pixel in.",
    )


def _follow(chart: str, scale: float) -> None:
    """Let row and column follow a press."""
    if points := st.session_state[chart]["selection"]["points"]:
        for key, axis in ((ROW, "y"), (COLUMN, "x")):
            st.session_state[key] = int(points[-1][axis] * scale)
