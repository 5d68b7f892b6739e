from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.reporting.equations import shape
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.numbers import size
from resnet_viz.ui.inputs import picture_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import links, panels

PARTS = {"x": "x", "branch": "F(x)", "sum": "the sum"}
COLOURS = {True: "blue is below 0, red above", False: "viridis, for nothing is below 0"}
SHARED, OWN = "shared", "each network"
AUTOMATIC = "automatic"
FAR_APART = 3  # times as large, from which on the smaller network is pale on a shared scale

panels.heading(
    "Look at F(x) beside x: a residual block adds a correction to what comes in; a plain block has "
    "to make everything anew.",
)

sides = pair.chosen()
chosen = picture_form.choose(*(side.classifier for side in sides))
if not chosen:
    st.info("Choose a picture above to see what each layer makes of it.")
    st.stop()
sample = chosen[0]
title = sample.title

names = {side.key: list(side.classifier.network.blocks()) for side in sides}
slider, number, scales = st.columns([5, 2, 2], vertical_alignment="bottom")
with slider:
    block = links.steps(
        "Block of the left network; the right one follows", names["left"], key="block"
    )
place = names["left"].index(block) / max(1, len(names["left"]) - 1)
at = {
    "left": block,
    "right": block
    if block in names["right"]
    else names["right"][round(place * (len(names["right"]) - 1))],
}

columns = dict(zip(names, st.columns(2, gap="medium"), strict=True))
walks, looks = {}, {}
for side in sides:
    known = (side.classifier.digest, sample.key)
    with columns[side.key], panels.sentences():
        side.header()
        given = size(side.classifier.input_size, side.classifier.input_size)
        st.image(
            cached.seen_large(*known, side.classifier, sample.image),
            width=160,
            caption=f"{literal(title)}, as the network sees it: {given}",
            output_format="PNG",
            alt=f"{sample.name} as {side.label} sees it, {given} pixels.",
        )
        walks[side.key] = cached.blocks(*known, side.classifier, sample.image).assign(
            label=side.label, residual=side.architecture.is_residual
        )
        looks[side.key] = cached.block_maps(*known, at[side.key], side.classifier, sample.image)
if not walks:
    st.stop()

maps = {key: {part: getattr(look, part).numpy() for part in PARTS} for key, look in looks.items()}
channels = max((len(parts["sum"]) for parts in maps.values()), default=1)
with number:
    label = f"Channel to see large (0–{channels - 1})"
    channel = links.select(label, [AUTOMATIC, *map(str, range(channels))], key="channel")
with scales:
    scale = links.segments("Colour scale", (SHARED, OWN), key="scale")
# One scale for x, F(x) and the sum, or a correction would look as strong as what it corrects; a
# high quantile, or one spike hides all.
tops = {
    key: max(float(np.quantile(np.abs(values), 0.995)) for values in parts.values()) or 1.0
    for key, parts in maps.items()
}
most = dict.fromkeys(tops, max(tops.values())) if scale == SHARED and tops else tops
# The one that varies most where it varies least: others may be 0 everywhere in one of the pictures.
common = {key: min(map(len, parts.values())) for key, parts in maps.items()}
liveliest = {
    key: int(np.min([part[: common[key]].std((1, 2)) for part in parts.values()], axis=0).argmax())
    for key, parts in maps.items()
}
signed = any(values.min() < 0 for parts in maps.values() for values in parts.values())

pictures = {}
for side in sides:
    if side.key not in looks:
        continue
    look, top = looks[side.key], most[side.key]
    with columns[side.key]:
        shapes = dict.fromkeys(shape(part.shape) for part in (look.x, look.sum))
        share = (
            "nothing is added, the third picture is F(x) again"
            if look.shortcut is None
            else f"{100 * look.shortcut_share:.0f} % of the sum is shortcut"
        )
        st.caption(f"{at[side.key]}: {' → '.join(shapes)}; {share}")
        for cell, (part, name) in zip(
            panels.beside(len(PARTS), key=f"parts-{side.key}"), PARTS.items(), strict=True
        ):
            heading = look.formula if part == "sum" else name
            values = maps[side.key][part]
            wanted = liveliest[side.key] if channel == AUTOMATIC else int(channel)
            index = min(wanted, len(values) - 1)
            empty = "" if values[index].any() else ": 0 everywhere"
            look_of = {"most": top, "signed": signed, "width": 320}
            known = (
                side.classifier.digest,
                sample.key,
                at[side.key],
                part,
                index,
                *look_of.values(),
            )
            whole = cached.drawn(known, partial(charts.grid, values, marked=index, **look_of))
            large = cached.drawn(
                ("large", *known), partial(charts.enlarge, values[index], **look_of)
            )
            pictures[f"{side.key} {part}"] = whole
            described = f"{heading} of {side.label}, {at[side.key]}"
            spread = f"{values.std():.2g}"
            with cell:
                st.markdown(f"**{heading}**")
                st.image(
                    whole,
                    width="stretch",
                    caption=f"σ = {spread}",
                    alt=f"{described}: {len(values)} channels, standard deviation {spread}.",
                )
                st.image(
                    large,
                    width="stretch",
                    caption=f"channel {index}{empty}",
                    alt=f"{described}, channel {index}{empty}.",
                )
        ends = f"{f'−{top:.2g}' if signed else '0'} … {top:.2g}"
        whose = "of both networks" if scale == SHARED and len(looks) > 1 else "of this network"
        st.image(
            cached.drawn(("colours", signed), partial(charts.colour_bar, signed=signed)),
            width="stretch",
            caption=f"{ends}: one scale for x, F(x) and {PARTS['sum']} {whose}",
            alt=f"The colours stand for {ends}, in all three pictures {whose}.",
        )

if scale == SHARED and max(tops.values(), default=1) > FAR_APART * min(tops.values(), default=1):
    st.caption(
        "On the shared scale one network is pale, because the other's numbers are far larger; each "
        "is to be seen in full colour on its own."
    )

blocks = pd.concat(walks.values(), ignore_index=True)
whole = blocks[np.isfinite(blocks["response"])]  # a network may overflow on the way

st.subheader("Down the network", anchor=False)
figures = {}
left, right = st.columns(2)
with left:
    st.markdown("**How strong is F(x)?** Its standard deviation in each block")
    figures["Responses"] = cached.figure(charts.responses, whole)
    panels.chart(
        figures["Responses"],
        key="responses",
        alt="Standard deviation of F(x) by block, a line for each network.",
    )
with right:
    st.markdown("**How much of a block's output is shortcut?**")
    if whole["residual"].any():
        label = whole.loc[whole["residual"], "label"].iloc[-1]
        figures["Shortcut share"] = cached.figure(
            charts.shortcut_share, whole[whole["label"] == label]
        )
        panels.chart(
            figures["Shortcut share"],
            key="shortcut-share",
            alt=f"Share of the shortcut in the sum of each block of {label}, in per cent.",
        )
        st.caption(f"{label}: ‖shortcut‖ / (‖shortcut‖ + ‖F(x)‖), for this picture.")
    else:
        st.info("Neither network has shortcuts.")

with st.expander("Any other layer"):
    for column, side in zip(st.columns(2), sides, strict=True):
        with column, panels.sentences():
            side.header()
            layers = analysis.layers(side.classifier)
            layer = links.select("Layer", list(layers["layer"]), key=f"{side.key}_layer")
            known = (side.classifier.digest, sample.key, layer)
            values = cached.feature_map(*known, side.classifier, sample.image)
            negative = bool(values.min() < 0)
            st.caption(f"{shape(values.shape)}, on a colour scale of its own: {COLOURS[negative]}")
            top = float(np.quantile(np.abs(values), 0.995)) or 1.0
            pictures[f"{side.key} {layer}"] = cached.drawn(
                known, partial(charts.grid, values, most=top, signed=negative)
            )
            st.image(
                pictures[f"{side.key} {layer}"],
                width="stretch",
                alt=f"{layer} of {side.label}: {len(values)} channels.",
            )

residual = whole[whole["residual"]]
medians = whole.groupby("label", sort=False)["response"].median()
mostly = (
    f"in {100 * (residual['share'] > 0.5).mean():.0f} % of the residual blocks most of the sum is "
    "shortcut, and "
    if len(residual)
    else ""
)
panels.notice(
    f"For this picture {mostly}the median standard deviation of F(x) is "
    + " and ".join(f"{f'{value:#.2g}'.rstrip('.')} in {label}" for label, value in medians.items())
    + ". The paper found residual responses smaller than plain ones, and smaller the deeper the "
    "net, over a whole data set.",
    "He et al. 2015, arXiv:1512.03385, section 4.2 and figure 7. The colours of x, F(x) and "
    f"{PARTS['sum']}: {COLOURS[signed]}. σ is the standard deviation of all channels.",
)
panels.downloads("feature-maps", tables={"Blocks": blocks}, figures=figures, pictures=pictures)
