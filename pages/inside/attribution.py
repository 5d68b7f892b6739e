import streamlit as st

from resnet_viz.analysis import METHODS
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import knowledge
from resnet_viz.ui.inputs import picture_cut, picture_form
from resnet_viz.ui.networks import pair, snapshots
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import (
    attributed_pictures,
    attribution,
    attribution_controls,
    attribution_depths,
    attribution_files,
    attribution_grid,
    class_means,
    learning,
    trust,
)
from resnet_viz.ui.topics.attribution_controls import ALL_DEPTHS, MANY_METHODS, MANY_PICTURES

sides = pair.chosen()
panels.heading(reported.question(side.architecture.is_residual for side in sides))

way = attribution_controls.choose_way()
row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls")
networks = [side.classifier for side in sides]
chosen = picture_form.choose_pictures(*networks, several=way == MANY_PICTURES, row=row)

shared = [name for name in networks[0].classes if name in networks[1].classes]
with row:
    methods = attribution_controls.choose_methods(way)
    target = attribution_controls.choose_target(shared)
    with st.popover("More", icon=":material/tune:"):
        chosen = picture_cut.choose_cut(chosen)
        sides = snapshots.choose(sides)
        asked = attribution_controls.choose_rest(
            target, sides, shared, methods if way != ALL_DEPTHS else ()
        )
        look = attribution_controls.choose_look()
    stop = st.empty()

if not chosen:
    st.info("Upload one photograph or several above; each becomes a picture here.")
    st.stop()
if not methods:
    st.info("Choose a method above: each becomes a pair of maps here.")
    st.stop()

if way == MANY_METHODS:
    grid = attribution_grid.draw(sides, chosen[0], methods, asked, look)
    shown = grid.shown
elif way == ALL_DEPTHS:
    shown = attribution_depths.draw(sides, chosen[0], methods[0], asked, look)
else:
    shown = attributed_pictures.draw(sides, chosen, methods[0], asked, look, shared)
if any(answer.judged.right is False for answer in shown.answers):
    st.caption(attribution.limits(sides))

shown.tables |= trust.section(sides, shown.sample, shown.tested)

now = pair.chosen()
learned = learning.section(
    now,
    shown.sample,
    method=methods[0],
    asked=attribution.asked_while_learning(now, shown.sample, asked),
    opacity=look.opacity / 100,
)
if learned is not None:
    shown.tables["While it learned"] = learned
snapshots.watch(now)

class_means.draw(sides, methods[0], asked.layer, shared)
panels.notice(
    (attribution_grid.noticed(shown) if way == MANY_METHODS else "")
    + reported.methods([METHODS[method] for method in methods])
    + reported.noticed(knowledge.schooling(network) for network in networks),
    reported.sources([METHODS[method] for method in methods]),
)
attribution_files.offer(shown, sides)
if way == MANY_METHODS:
    attribution_grid.finish(grid, stop)
