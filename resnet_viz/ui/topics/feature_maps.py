"""The page Feature maps: which blocks stand beside each other, and their channels in pictures."""

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
from resnet_viz.ui.shell import links, panels

if TYPE_CHECKING:
    from resnet_viz.analysis import BlockMaps

AUTOMATIC = "automatic"
SHARED, OWN = "shared", "each network"
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


def choose_blocks(sides: Sequence[Side]) -> dict[str, str]:
    """Draw the slider over the left network's blocks; the block of each network."""
    left, right = (list(side.classifier.network.blocks()) for side in sides)
    block = links.steps("Block of the left network; the right one follows", left, key="block")
    return {"left": block, "right": beside(block, left, right)}


def beside(block: str, left: Sequence[str], right: Sequence[str]) -> str:
    """The block of the right network that stands beside one of the left's.

    The one of its name, or else that at the same share of the way through the network.
    """
    if block in right:
        return block
    place = left.index(block) / max(1, len(left) - 1)
    return right[round(place * (len(right) - 1))]


def choose_channel(maps: Mapping[str, Maps]) -> str:
    """Draw the list of channels."""
    channels = max((one.channels for one in maps.values()), default=1)
    label = f"Channel to see large (0–{channels - 1})"
    return links.select(label, [AUTOMATIC, *map(str, range(channels))], key="channel")


def show_picture(side: Side, sample: Sample) -> None:
    """Draw the picture as a network sees it."""
    classifier = side.classifier
    st.image(
        analyses.seen_large(classifier, sample),
        width=160,
        caption=reported.seen(sample.title, classifier.input_size),
        output_format="PNG",
        alt=reported.seen_described(sample.name, side.label, classifier.input_size),
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
    pictures, liveliest = {}, maps.liveliest
    columns = panels.beside(len(reported.PARTS), key=f"parts-{side.key}")
    for cell, (part, name) in zip(columns, reported.PARTS.items(), strict=True):
        heading = look.formula if part == "sum" else name
        values = maps.parts[part]
        index = min(liveliest if channel == AUTOMATIC else int(channel), len(values) - 1)
        drawn: dict[str, Any] = {"most": top, "signed": signed, "width": 320}
        known = (side.classifier.digest, sample.key, block, part, index, *drawn.values())
        whole = drawings.picture(known, partial(charts.grid, values, marked=index, **drawn))
        large = drawings.picture(("large", *known), partial(charts.enlarge, values[index], **drawn))
        pictures[f"{side.key} {part}"] = whole
        what, deviation = f"{heading} of {side.label}, {block}", float(values.std())
        one = reported.channel(index, empty=not values[index].any())
        with cell:
            st.markdown(f"**{heading}**")
            st.image(
                whole,
                width="stretch",
                caption=reported.spread(deviation),
                alt=reported.channels_described(what, len(values), deviation),
            )
            st.image(large, width="stretch", caption=one, alt=f"{what}, {one}.")
    return pictures


def show_scale(top: float, *, signed: bool, networks: int) -> None:
    """Draw the bar of the colours."""
    caption, alt = reported.scale(top, signed=signed, networks=networks)
    bar = drawings.picture(("colours", signed), partial(charts.colour_bar, signed=signed))
    st.image(bar, width="stretch", caption=caption, alt=alt)


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
    draw = partial(charts.grid, values, most=charts.scale_top([values]), signed=signed)
    picture = drawings.picture(known, draw)
    alt = f"{layer} of {side.label}: {len(values)} channels."
    st.image(picture, width="stretch", alt=alt)
    return {f"{side.key} {layer}": picture}
