"""The lesson on shortcuts: choosing a block, its tensor in pictures, and the recorded runs."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import shortcuts as reported
from resnet_viz.reporting.markdown import literal, noted
from resnet_viz.runs import Record
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, stored_runs
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, panels
from resnet_viz.wording import shape

if TYPE_CHECKING:
    from PIL import Image

FEWEST = 8  # channels in a row
APART = 4  # pixels between two channels, which are pale where a projection puts out little


def recorded(wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, list[Record]]:
    """The shipped runs by what stands on the shortcut; without those that did not ship."""
    return reported.grouped(stored_runs.shipped_records().values(), wanted)


def choose_block(side: Side) -> tuple[str, str]:
    """Draw the lists of a network's blocks and of the options that a block can have."""
    from resnet_viz import analysis

    outline = analysis.outline(side.architecture, side.classifier.input_size)
    blocks = outline[outline["kind"] == side.architecture.block]
    changing = blocks.loc[blocks["input"] != blocks["output"], "part"]
    block = links.select(
        "Block", list(blocks["part"]), key="at", default=next(iter(changing), None), width=160
    )
    row = blocks[blocks["part"] == block].iloc[0]
    fewer = row["output"][0] < row["input"][0]  # zeros cannot take channels away
    options = ("B", "C") if fewer else tuple(reported.LETTERS.values())
    return block, links.segments("Option", options, key="option")


def show_tensor(side: Side, sample: Sample, block: str, option: str) -> "dict[str, Image.Image]":
    """Draw a block's x beside what its shortcut makes of it, on one scale of colours."""
    x, outputs = analyses.shortcut_outputs(side.classifier, sample, block)
    out = outputs[option].numpy()
    shown = {"x": x.numpy(), "what is added to F(x)": out}
    # One scale for both, so that a value that is kept keeps its colour.
    most = charts.scale_top(shown.values())
    pictures = {}
    columns = st.columns(2)
    for column, (title, values) in zip(columns, shown.items(), strict=True):
        signed = bool(values.min() < 0)
        picture = charts.grid(
            values, most=most, signed=signed, gap=APART, columns=_columns(len(values))
        )
        pictures[f"{title}, {block}, option {option}"] = picture
        with column:
            st.markdown(f"**{title}**: {shape(values.shape)}")
            panels.picture(
                picture,
                key=f"row {title}",
                alt=f"{title} at {block} of {side.label}: {len(values)} channels.",
            )
            ends = reported.scale(most, signed=signed)
            panels.picture(
                charts.colour_bar(signed=signed),
                key=f"colours of {title}",
                caption=f"{ends}: {reported.SIGNED if signed else reported.UNSIGNED}",
                alt=f"The colours of {title} stand for {ends}.",
            )
            if values is not out:
                _show_seen(side, sample, reported.happened(option, shown["x"], out))
    return pictures


def _show_seen(side: Side, sample: Sample, happened: str) -> None:
    """Draw the picture in small, beside what has become of x."""
    with st.container(horizontal=True, vertical_alignment="center"):
        panels.picture(
            analyses.seen_large(side.classifier, sample),
            key="seen",
            width=64,
            alt=f"{sample.name}, as the network sees it.",
        )
        said = noted(f"{literal(sample.name)} in {literal(side.label)}", sample.note)
        st.caption(f"{said}. {happened}")


def _columns(channels: int) -> int:
    """Channels in a row, for a picture half as high as wide: two stand on a projector's screen."""
    return max(FEWEST, math.ceil(math.sqrt(2 * channels)))
