import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.gradients import log_range
from resnet_viz.frames import QUANTITIES
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import gradients as reported
from resnet_viz.reporting import headlines
from resnet_viz.ui.networks import pair, take_away
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import gradients
from resnet_viz.ui.topics.gradients import FRESH, LIVE, RECORDED

panels.heading(
    "Look at the slope from the first layer to the last: falling to the left, the first layers "
    "get next to no gradient; rising to the left, a small step changes them much.",
)

controls = panels.controls()
with controls:
    way = links.segments("Gradients", (RECORDED, LIVE, FRESH), key="gradients")
    quantity = links.segments("Quantity", tuple(QUANTITIES), key="quantity", names=QUANTITIES)
    sides = gradients.choose_fresh() if way == FRESH else pair.chosen()
recorded, y_range = {}, None
if way == RECORDED:
    found = {side.key: gradients.recorded(side) for side in sides}
    recorded = {key: history for key, history in found.items() if history is not None}
    if not recorded:
        st.stop()
    with controls:
        epoch = gradients.choose_moment(recorded)
    shown = [reported.nearest(history, epoch) for history in recorded.values()]
    everything = pd.concat(recorded.values(), ignore_index=True)
    y_range = log_range(everything[quantity])
else:
    shown = [norms for side in sides if (norms := gradients.measured(side)) is not None]
    if not shown:
        st.stop()

norms = pd.concat(shown, ignore_index=True)
figures = {
    "By layer": drawings.figure(charts.gradient_norms, norms, quantity=quantity, y_range=y_range)
}
with panels.evidence():
    panels.chart(
        figures["By layer"],
        key="gradients-by-layer",
        alt=reported.described(norms, quantity),
    )
panels.finding(headlines.gradients(norms, quantity))

if recorded:
    st.header("Through training", anchor=False)
    for column, (key, frame) in zip(st.columns(len(recorded)), recorded.items(), strict=True):
        with column:
            next(side for side in sides if side.key == key).header()
            title = frame["label"].iloc[0]
            figures[title] = drawings.figure(
                charts.gradient_heatmap, frame, quantity=quantity, colour_range=y_range
            )
            panels.chart(
                figures[title],
                key=f"gradients-{key}",
                alt=reported.history_described(title, quantity),
            )

panels.notice(
    reported.noticed(norms, quantity),
    f"{HE_2015}, section 4.1 (“unlikely to be caused by vanishing "
    "gradients”); Yang et al. 2019, arXiv:1902.08129 (explosion). The gradient of one batch's mean "
    "cross-entropy, between the backward pass and the optimiser's step; batch statistics.",
)
tables = {"Norms": norms} | ({"History": everything} if recorded else {})
panels.downloads("gradients", tables=tables, figures=figures, more=take_away.of_pair(sides))
