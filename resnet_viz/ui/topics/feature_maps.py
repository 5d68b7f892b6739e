"""The page Feature maps: which blocks stand beside each other, and their channels in pictures."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz import charts
from resnet_viz.reporting import feature_maps as reported
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, panels, stage

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

    from resnet_viz.analysis import BlockMaps

AUTOMATIC = "automatic"
SHARED, OWN = "shared", "each network"
SHEET = 150  # pixels that all channels of a part are high
FAR_APART = 3  # times as large, from which on the smaller network is pale on a shared scale


@dataclass(frozen=True, eq=False)
class Maps:
    """x, F(x) and the sum of one network's block, each (K, h, w).

    Attributes:
        top: the value with the strongest colour, on a scale of the network's own.
    """

    look: "BlockMaps"
    parts: Mapping[str, NDArray[np.float32]]
    top: float

    @classmethod
    def of(cls, look: "BlockMaps") -> "Maps":
        """The arrays of what was looked at."""
        # One scale for all three, or a correction would look as strong as what it corrects.
        parts = {part: getattr(look, part).numpy() for part in reported.PARTS}
        return cls(look, parts, charts.scale_top(parts.values()))

    @property
    def signed(self) -> bool:
        """Whether anything is below 0."""
        return any(values.min() < 0 for values in self.parts.values())

    @property
    def channels(self) -> int:
        """Those of the sum."""
        return len(self.parts["sum"])

    @property
    def liveliest(self) -> int:
        """The channel that varies most where it varies least.

        Others may be 0 everywhere in one of the pictures.
        """
        common = min(map(len, self.parts.values()))
        spreads = [part[:common].std((1, 2)) for part in self.parts.values()]
        return int(np.min(spreads, axis=0).argmax())

    def shown(self, channel: str, part: str = "sum") -> int:
        """The number of the channel of a part that is enlarged.

        Args:
            channel: what is chosen of the list of channels.
        """
        wanted = self.liveliest if channel == AUTOMATIC else int(channel)
        return min(wanted, len(self.parts[part]) - 1)


def choose_blocks(sides: Sequence[Side]) -> dict[str, str]:
    """Draw the slider over the blocks of the network that has more of them; each one's block."""
    blocks = [list(side.classifier.network.blocks()) for side in sides]
    lead = leading(blocks)
    wanted = links.asked("block")
    if wanted not in blocks[lead] and wanted in blocks[1 - lead]:  # a link to the other's block
        st.query_params.pop("block", None)
        st.session_state["block"] = beside(wanted, blocks[1 - lead], blocks[lead])
    block = links.steps(f"Block ({len(blocks[lead])})", blocks[lead], key="block", width=230)
    other = beside(block, blocks[lead], blocks[1 - lead])
    return {sides[lead].key: block, sides[1 - lead].key: other}


def leading(blocks: Sequence[Sequence[str]]) -> int:
    """The network whose blocks are walked, while the other follows: that with more of them."""
    return int(len(blocks[1]) > len(blocks[0]))


def chart(figure: "go.Figure", sides: Sequence[Side], *, key: str, alt: str) -> None:
    """A chart of which a block can be chosen."""
    st.plotly_chart(
        stage.enlarged(figure),
        key=key,
        on_select=partial(_follow_block, key, sides),
        selection_mode="points",
        config=panels.CHART_CONFIG,
        alt=alt,
    )


def _follow_block(key: str, sides: Sequence[Side]) -> None:
    """Let the slider follow a click at a block, of whichever network."""
    if not (points := st.session_state[key]["selection"]["points"]):
        return
    found = points[-1].get("customdata", points[-1]["x"])
    block = found[0] if isinstance(found, list) else found
    blocks = [list(side.classifier.network.blocks()) for side in sides]
    lead = leading(blocks)
    st.session_state["block"] = (
        block if block in blocks[lead] else beside(block, blocks[1 - lead], blocks[lead])
    )


def follow_channel(key: str) -> None:
    """Let the list of channels follow a click into the maps."""
    if points := st.session_state[key]["selection"]["points"]:
        found = points[-1]["customdata"]
        st.session_state["channel"] = str(found[0] if isinstance(found, list) else found)


def beside(block: str, left: Sequence[str], right: Sequence[str]) -> str:
    """The block of the following network that stands beside one of the leading one's.

    The one of its name, or else that at the same share of the way through the network.
    """
    if block in right:
        return block
    place = left.index(block) / max(1, len(left) - 1)
    return right[round(place * (len(right) - 1))]


def choose_channel(maps: Mapping[str, Maps]) -> str:
    """Draw the list of channels."""
    channels = max((one.channels for one in maps.values()), default=1)
    options = [AUTOMATIC, *map(str, range(channels))]
    if st.session_state.get("channel", AUTOMATIC) not in options:  # of a block with more of them
        st.session_state["channel"] = AUTOMATIC
    return links.select(f"Channel (0–{channels - 1})", options, key="channel", width=140)


def show_picture(sample: Sample, sides: Sequence[Side]) -> None:
    """Draw the picture as the networks see it: once, where they see the same."""
    given = {
        (*analyses.part_seen(side.classifier, sample), side.classifier.input_size): side
        for side in sides
    }
    for (*_, size), side in given.items():
        panels.picture(
            analyses.seen_large(side.classifier, sample),
            key=f"seen {side.key}",
            caption=reported.seen(sample.title, size, sample.note),
            alt=reported.seen_described(sample.name, side.label, size),
        )


def walk(side: Side, sample: Sample) -> pd.DataFrame:
    """`analyses.blocks` for a picture, with the network's name and family."""
    classifier = side.classifier
    blocks = analyses.blocks(classifier, sample)
    return blocks.assign(label=side.label, residual=side.architecture.is_residual)


def show_block(
    side: Side, sample: Sample, maps: Maps, *, top: float, signed: bool, channel: str
) -> dict[str, bytes]:
    """Draw x, F(x) and the sum, all channels and one of them large; the pictures of all."""
    look, block = maps.look, maps.look.block
    share = None if look.shortcut is None else look.shortcut_share
    st.caption(reported.passage(block, (look.x.shape, look.sum.shape), share))
    pictures = {}
    columns = panels.beside(len(reported.PARTS), key=f"parts-{side.key}")
    for cell, (part, name) in zip(columns, reported.PARTS.items(), strict=True):
        heading = look.formula if part == "sum" else name
        values = maps.parts[part]
        index = maps.shown(channel, part)
        drawn: dict[str, Any] = {"most": top, "signed": signed, "width": 320}
        known = (side.classifier.digest, sample.key, block, part, index, *drawn.values())
        whole = drawings.picture(known, partial(charts.grid, values, marked=index, **drawn))
        large = drawings.picture(("large", *known), partial(charts.enlarge, values[index], **drawn))
        what, deviation = f"{heading} of {side.label}, {block}", float(values.std())
        pictures[what] = _with_scale(known, whole, what, top=top, signed=signed)
        one = reported.channel(index, empty=not values[index].any())
        key = f"maps-{side.key}-{part}"
        with cell:
            st.markdown(f"**{heading}**  \n:small[{reported.spread(deviation)}]")
            st.plotly_chart(
                stage.enlarged(
                    drawings.figure(charts.channel_sheet, whole, len(values), height=SHEET)
                ),
                key=key,
                on_select=partial(follow_channel, key),
                selection_mode="points",
                config={"displayModeBar": False},
                alt=reported.channels_described(what, len(values), deviation),
            )
            panels.picture(large, key=f"{side.key} {part}", caption=one, alt=f"{what}, {one}.")
    return pictures


def _with_scale(
    known: tuple[Any, ...], whole: bytes, text: str, *, top: float, signed: bool
) -> bytes:
    """A picture as a file that says what is in it and what its colours stand for."""

    def draw() -> "Image.Image":
        from PIL import Image

        opened = Image.open(io.BytesIO(whole))
        return charts.with_scale(opened, text, top=top, signed=signed)

    return drawings.picture(("with scale", *known, text, top), draw)


def show_scale(top: float, *, signed: bool, of: Sequence[str]) -> None:
    """Draw the bar of the colours of one side's maps, or of both."""
    caption, alt = reported.scale(top, signed=signed, networks=len(of))
    bar = drawings.picture(("colours", signed), partial(charts.colour_bar, signed=signed))
    panels.picture(bar, key=f"colours {' '.join(of)}", caption=caption, alt=alt)


def is_pale(maps: Mapping[str, Maps]) -> bool:
    """Whether one network's numbers are far larger than the other's."""
    tops = [one.top for one in maps.values()] or [1.0]
    return max(tops) > FAR_APART * min(tops)


def show_layer(side: Side, sample: Sample) -> dict[str, bytes]:
    """Draw the list of a network's layers, and the chosen one's channels."""
    from resnet_viz import analysis

    classifier = side.classifier
    layers = analysis.layers(classifier)
    layer = links.select("Layer", list(layers["layer"]), key=f"{side.key}_layer")
    known = (classifier.digest, sample.key, layer)
    values = analyses.feature_map(classifier, sample, layer)
    signed = bool(values.min() < 0)
    st.caption(reported.any_layer(values.shape, signed=signed))
    top = charts.scale_top([values])
    picture = drawings.picture(known, partial(charts.grid, values, most=top, signed=signed))
    alt = f"{layer} of {side.label}: {len(values)} channels."
    panels.picture(picture, key=f"layer {side.key}", alt=alt)
    what = f"{layer} of {side.label}"
    return {what: _with_scale(known, picture, what, top=top, signed=signed)}
