from functools import partial

import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.curves import AXES
from resnet_viz.charts.run_curves import MOST_LABELS
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import findings, histories, imported_logs
from resnet_viz.reporting import run_lines as reported
from resnet_viz.ui.inputs import log_form
from resnet_viz.ui.networks import take_away
from resnet_viz.ui.results import drawings
from resnet_viz.ui.runs import run_list
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import curves

panels.heading(
    "Compare the upper panel with the lower: a network that overfits is good above and bad below; "
    "one that fails to train is bad in both.",
)

lines = curves.all_lines(links.wanted("runs"))
names = links.names(
    lines.members,
    curves.of_the_pair(lines),
    key="runs",
    says="the pair's runs",
    gone="this page goes on without it",
)
with panels.controls():
    metric = links.segments("Quantity", ("error", "loss"), key="metric")
    x = links.segments("Over", tuple(AXES), key="x", names={"seconds": "time"})
left, right = panels.evidence().columns((5, 3), gap="small")
with right, st.container(horizontal=True, vertical_alignment="center"):
    together = links.toggle(
        "Group by setting",
        True,
        key="band",
        says="settings",
        help="On: the seeds of a setting are one line, their mean, with a band from the least to "
        "the largest. Off: a line for each run.",
    )
    names = names if together else lines.apart(names)
    with st.popover("More"):
        front = curves.choose_front(names)
        smoothing = links.slider(
            "Smoothing",
            0.0,
            0.95,
            0.0,
            0.05,
            key="smoothing",
            says="0.0",
            help="Weight of the past in an exponential mean. The seeds' band stays, and under few "
            "lines the raw one too.",
        )
    log_form.draw(names)

shown = {name: lines.members[name] for name in names}
runs = lines.runs_among(names)
history = curves.history_of(shown)
facts = reported.facts(lines, history)
figures = {}
with right:
    run_list.draw(lines, names, charts.run_looks(facts), together=together)
with left:
    if history.empty:
        st.info("Tick a run in the list, or train one on the Training page.")
    else:
        panels.finding(findings.curves(histories.last(history)))
        figures["Curves"] = drawings.figure(
            charts.run_curves, history, facts, metric=metric, x=x, smoothing=smoothing, front=front
        )
        panels.chart(
            figures["Curves"],
            key="curves",
            alt=reported.described(metric, AXES[x], list(shown)),
        )
        curves.draw_hovering()
if together and (early := histories.ended_early(history)):
    st.caption(early)
logs = {name: lines.logs[name] for name in names if name in lines.logs}
if logs:
    for said in (
        imported_logs.assumed(logs),
        imported_logs.not_drawn(history, metric, x, AXES[x]),
    ):
        if said:
            st.caption(said)

if len(runs) > 1:
    settings = links.expander(
        "Settings side by side", icon=":material/compare_arrows:", key="apart", says="it closed"
    )
    if settings.open:
        with settings:
            curves.compare_settings(runs)
each = links.expander(
    "Training loss at every recorded step",
    icon=":material/show_chart:",
    key="each_step",
    says="it closed",
)
if each.open and len(runs) > MOST_LABELS:
    each.caption(f"For at most {MOST_LABELS} lines at a time.")
elif each.open and runs:
    with each:
        figures["Each step"] = drawings.figure(
            charts.curves,
            curves.steps_of(runs),
            splits=("train",),
            metric="loss",
            x=x,
            title="Training loss, each step",
            smoothing=smoothing,
            band=together,
        )
        if logs:
            st.caption("Imported logs are not among these: above, all of their points are drawn.")
        panels.chart(
            figures["Each step"],
            key="curves-steps",
            alt=reported.described("training loss at each recorded step", AXES[x], list(runs)),
        )

panels.notice(
    "A network that overfits has little error on the training data and much on the test data; one "
    "that fails to train has much on both. Training error is measured while the weights change, "
    "with the batch's own statistics; test error after each epoch.",
    f"{HE_2015}, section 1: “such degradation is not caused by overfitting”.",
)
if figures:
    panels.downloads(
        "curves",
        tables={"Epochs": history, "Steps": partial(curves.steps_of, runs)},
        figures=figures,
        more=take_away.networks(curves.checkpoints(runs)),
    )
