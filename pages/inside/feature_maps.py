import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import feature_maps as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.inputs import picture_cut, picture_form
from resnet_viz.ui.networks import pair, snapshots, take_away
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import channel as one_channel
from resnet_viz.ui.topics import feature_maps
from resnet_viz.ui.topics.feature_maps import OWN, SHARED

panels.heading(
    "Look at F(x) beside x: a residual block adds a correction to what comes in; a plain block has "
    "to make everything anew.",
)

sides = pair.chosen()
row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls")
chosen = picture_form.choose_pictures(*(side.classifier for side in sides), row=row)
with row:
    at = feature_maps.choose_blocks(sides)
    number = st.container(width=140)
    with st.popover("More", icon=":material/tune:"):
        chosen = picture_cut.choose_cut(chosen)
        sides = snapshots.choose(sides)
        scale = links.segments("Colour scale", (SHARED, OWN), key="scale")
if not chosen:
    st.info("Choose a picture above to see what each layer makes of it.")
    st.stop()
sample = chosen[0]

picture, *beside = panels.evidence().columns([16, 42, 42], gap="small")
columns = dict(zip(at, beside if list(at) == ["left", "right"] else beside[::-1], strict=True))
walks, maps = {}, {}
for side in sides:  # computed first, and then drawn from top to bottom: nothing is pushed aside
    with columns[side.key], panels.sentences(side.header):
        walks[side.key] = feature_maps.walk(side, sample)
        look = analyses.block_maps(side.classifier, sample, at[side.key])
        maps[side.key] = feature_maps.Maps.of(look)
if not walks:
    st.stop()

with number:
    channel = feature_maps.choose_channel(maps)
shared = scale == SHARED
signed = any(one.signed for one in maps.values())
pictures = {}
with picture, st.container(key="given"):
    feature_maps.show_picture(sample, sides)
    if shared and maps:
        top = max(one.top for one in maps.values())
        feature_maps.show_scale(top, signed=signed, of=list(maps))
    if sample.credit:
        st.caption(sample.credit)
for side in sides:
    if side.key not in maps:
        continue
    top = max(one.top for one in maps.values()) if shared else maps[side.key].top
    with columns[side.key]:
        side.header()
        pictures |= feature_maps.show_block(
            side, sample, maps[side.key], top=top, signed=signed, channel=channel
        )
        if not shared:
            feature_maps.show_scale(top, signed=signed, of=[side.key])

if shared and feature_maps.is_pale(maps):
    st.caption(
        "On the shared scale one network is pale, because the other's numbers are far larger; each "
        "is to be seen in full colour on its own."
    )

snapshots.show_where_to_choose(pair.chosen())
snapshots.watch(pair.chosen())

blocks = pd.concat(walks.values(), ignore_index=True)
whole = reported.finite(blocks)
here = pd.concat([walk[walk["block"] == at[key]] for key, walk in walks.items()])
if len(here := reported.finite(here)):
    panels.finding(reported.finding(here))

of_channels = one_channel.section(
    sides,
    sample,
    at=at,
    shown={key: one.shown(channel) for key, one in maps.items()},
    follow=feature_maps.follow_channel,
)
pictures |= of_channels.pictures

st.header("Down the network", anchor=False)
st.caption(
    "Press a point or a bar to see that block above, and a channel in the maps to enlarge it."
)
figures = dict(of_channels.figures)
left, right = st.columns(2)
with left:
    st.markdown("**How strong is F(x)?** Its standard deviation in each block")
    figures["Responses"] = drawings.figure(charts.responses, whole)
    feature_maps.chart(
        figures["Responses"],
        sides,
        key="responses",
        alt="Standard deviation of F(x) by block, a line for each network.",
    )
with right:
    st.markdown("**How much of a block's output is shortcut?**")
    if whole["residual"].any():
        label = whole.loc[whole["residual"], "label"].iloc[-1]
        figures["Shortcut share"] = drawings.figure(
            charts.shortcut_share, whole[whole["label"] == label]
        )
        feature_maps.chart(
            figures["Shortcut share"],
            sides,
            key="shortcut-share",
            alt=f"Share of the shortcut in the sum of each block of {label}, in per cent.",
        )
        st.caption(f"{literal(label)}: ‖shortcut‖ / (‖shortcut‖ + ‖F(x)‖), for this picture.")
    else:
        st.info("Neither network has shortcuts.")

with st.expander("Any other layer"):
    for column, side in zip(st.columns(2), sides, strict=True):
        with column, panels.sentences():
            side.header()
            pictures |= feature_maps.show_layer(side, sample)

panels.notice(
    reported.noticed(whole),
    f"{HE_2015}, section 4.2 and figure 7. The colours of x, F(x) and "
    f"the sum: {reported.COLOURS[signed]}. σ is the standard deviation of all channels.",
)
panels.downloads(
    "feature-maps",
    tables={"Blocks": blocks} | of_channels.tables,
    figures=figures,
    pictures=pictures,
    more=take_away.of_pair(pair.chosen()),
)
