import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.ui import cached, links, pair, panels, samples

PARTS = {"x": "x", "branch": "F(x)", "sum": "F(x) + x"}

panels.heading(
    "Feature maps, block by block",
    "Look at F(x) beside x: a residual block adds a correction to what comes in; a plain block has "
    "to make everything anew.",
)

sides = pair.chosen()
chosen = samples.choose(*(side.classifier for side in sides))
if not chosen:
    st.info("Choose a picture above to see what each layer makes of it.")
    st.stop()
sample = chosen[0]

walks = {
    side.key: cached.blocks(side.classifier.digest, sample.key, side.classifier, sample.image)
    for side in sides
}
names = {key: list(walk["block"]) for key, walk in walks.items()}
blocks = pd.concat(
    [
        walks[side.key].assign(label=side.label, residual=side.architecture.is_residual)
        for side in sides
    ],
    ignore_index=True,
)

slider, number = st.columns([3, 1])
links.check("block", names["left"], names["left"][0])
block = slider.select_slider(
    "Block of the left network; the right one follows",
    names["left"],
    key="block",
    bind="query-params",
)
place = names["left"].index(block) / max(1, len(names["left"]) - 1)
at = {
    "left": block,
    "right": block
    if block in names["right"]
    else names["right"][round(place * (len(names["right"]) - 1))],
}
looks = {
    side.key: cached.block_maps(
        side.classifier.digest, sample.key, at[side.key], side.classifier, sample.image
    )
    for side in sides
}
maps = {key: {part: getattr(look, part).numpy() for part in PARTS} for key, look in looks.items()}
channels = max(len(maps[key]["sum"]) for key in maps)
links.check_number("channel", 0, channels - 1, 0)
channel = int(
    number.number_input(
        f"Channel to see large (0–{channels - 1})",
        0,
        channels - 1,
        0,
        key="channel",
        bind="query-params",
    )
)
# One colour scale for each part, shared by both networks; a high quantile, or one spike hides all.
most = {
    part: float(max(np.quantile(np.abs(maps[key][part]), 0.995) for key in maps)) or 1.0
    for part in PARTS
}
least = {part: min(float(maps[key][part].min()) for key in maps) for part in PARTS}

pictures = {}
for column, side in zip(st.columns(2, gap="medium"), sides, strict=True):
    with column:
        side.header()
        walk = looks[side.key]
        residual = walk.shortcut is not None
        share = f"; {100 * walk.shortcut_share:.0f} % of the sum is shortcut" if residual else ""
        st.caption(f"{at[side.key]}: {' × '.join(map(str, walk.sum.shape))}{share}")
        for cell, (part, title) in zip(
            st.columns(3, gap="small", wrap=False), PARTS.items(), strict=True
        ):
            title = "F(x), no shortcut" if part == "sum" and not residual else title
            values = maps[side.key][part]
            signed = least[part] < 0
            index = min(channel, len(values) - 1)
            whole = charts.grid(values, most=most[part], signed=signed, width=320, marked=index)
            large = charts.enlarge(values[index], most=most[part], signed=signed, width=320)
            pictures[f"{side.key} {part}"] = whole
            with cell:
                st.markdown(f"**{title}**")
                st.image(
                    whole,
                    width="stretch",
                    alt=f"{title} of {side.label}, {at[side.key]}: {len(values)} channels.",
                )
                st.image(
                    large,
                    width="stretch",
                    caption=f"channel {index}",
                    alt=f"{title} of {side.label}, {at[side.key]}, channel {index}.",
                )
                scale = (
                    f"−{most[part]:.2g} … {most[part]:.2g}" if signed else f"0 … {most[part]:.2g}"
                )
                st.image(
                    charts.colour_bar(signed=signed), width="stretch", caption=scale, alt=scale
                )

with st.sidebar:
    st.image(
        sides[0].classifier.crop(sample.image).resize((256, 256), 0),
        caption=sample.name + (f": {sample.label}" if sample.label else ""),
        alt=f"The picture that the networks look at: {sample.name}.",
    )

st.subheader("Down the network", anchor=False)
figures = {}
left, right = st.columns(2)
with left:
    st.markdown("**How strong is F(x)?** Its standard deviation in each block")
    figures["Responses"] = charts.responses(blocks)
    panels.chart(
        figures["Responses"],
        key="responses",
        alt="Standard deviation of F(x) by block, a line for each network.",
    )
with right:
    st.markdown("**How much of a block's output is shortcut?**")
    if blocks["residual"].any():
        label = blocks.loc[blocks["residual"], "label"].iloc[-1]
        figures["Shortcut share"] = charts.shortcut_share(blocks[blocks["label"] == label])
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
        with column:
            side.header()
            layers = analysis.layers(side.classifier)
            layer = links.select("Layer", list(layers["layer"]), key=f"{side.key}_layer")
            values = cached.feature_map(
                side.classifier.digest, sample.key, layer, side.classifier, sample.image
            )
            st.caption(f"{' × '.join(map(str, values.shape))}, own colour scale")
            top = float(np.quantile(np.abs(values), 0.995)) or 1.0
            pictures[f"{side.key} {layer}"] = charts.grid(
                values, most=top, signed=bool(values.min() < 0)
            )
            st.image(
                pictures[f"{side.key} {layer}"],
                width="stretch",
                alt=f"{layer} of {side.label}: {len(values)} channels.",
            )

residual = blocks[blocks["residual"]]
medians = blocks.groupby("label", sort=False)["response"].median()
mostly = (
    f"In {(residual['share'] > 0.5).mean():.0%} of the residual blocks most of the sum is "
    "shortcut. "
    if len(residual)
    else ""
)
panels.notice(
    f"For this picture: {mostly}The median standard deviation of F(x) is "
    + " and ".join(f"{value:.2g} in {label}" for label, value in medians.items())
    + ". The paper found residual responses smaller than plain ones, and smaller the deeper the "
    "net, over a whole data set.",
    "He et al. 2015, arXiv:1512.03385, section 4.2 and figure 7. Blue is below 0, red above; "
    "viridis where nothing is below 0. Colours of one part are comparable across the networks.",
)
panels.downloads("feature-maps", tables={"Blocks": blocks}, figures=figures, pictures=pictures)
