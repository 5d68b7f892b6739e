import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.curves import AXES
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import findings, histories, run_labels
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import drawings, stored_runs
from resnet_viz.ui.shell import links, panels

panels.heading(
    "Compare the left panel with the right: a network that overfits is good on the left and bad on "
    "the right; one that fails to train is bad on both.",
)

shipped = stored_runs.shipped_records().values()
groups: dict[str, list] = dict(run_labels.group(shipped))
# What the chips call them, where there is no room for which copy of the data it was.
titles = dict(zip(run_labels.group(shipped, run_labels.called_narrowly), groups, strict=True))
runs = [run for run in run_labels.in_order(stored_runs.readable()) if run.epoch]
for label, members in run_labels.group(runs).items():
    if len({run.config.seed for run in members}) > 1:
        groups[f"{label}, {len(members)} runs"] = members
groups |= {run.name: [run] for run in runs}
choices = list(groups)
pair_of = dict.fromkeys(titles.get(side.source.label, side.source.label) for side in pair.chosen())
default = [label for label in pair_of if label in choices]
default = default or list(run_labels.group(run_labels.of_the_table(shipped)))
for label in st.session_state.get("runs", ()):
    if label not in choices:
        st.warning(f"{label} is gone; this page goes on without it.")

# Of several runs each name is as long as a line of text: they have a row to themselves.
labels = links.several("Runs", choices, default, key="runs", says="the pair's runs", wrap=True)
with st.container(horizontal=True, vertical_alignment="bottom"):
    metric = links.segments("Quantity", ("error", "loss"), key="metric")
    x = links.segments("Over", tuple(AXES), key="x", names={"seconds": "time"})
    with st.popover("Smoothing and seeds"):
        smoothing = links.slider(
            "Smoothing",
            0.0,
            0.95,
            0.0,
            0.05,
            key="smoothing",
            says="0.0",
            help="Weight of the past in an exponential mean. The raw line and the seeds' band stay "
            "visible under it.",
        )
        band = links.toggle(
            "Seeds as mean and band",
            True,
            key="band",
            says="mean and band",
            help="Off: a line for each seed.",
        )

if not labels:
    st.info("Choose at least one run above, or train one on the Training page.")
    st.stop()

chosen = {label: found for label in labels if (found := stored_runs.records(groups[label]))}
if not chosen:
    st.stop()
history = histories.epochs(chosen)
y_range = charts.limits(history, metric)
x_range = (0.0, 1.03 * float(history[x].max()))
figures = {}
for column, split, title in zip(
    st.columns(2), ("train", "test"), ("On the training data", "On the test data"), strict=True
):
    figures[title] = drawings.figure(
        charts.curves,
        history,
        splits=(split,),
        metric=metric,
        x=x,
        title=title,
        x_range=x_range,
        y_range=y_range,
        smoothing=smoothing,
        band=band,
    )
    with column:
        panels.chart(
            figures[title],
            key=f"curves-{split}",
            alt=f"{title}: {metric} over {AXES[x]} of {', '.join(labels)}.",
        )
if band and (early := histories.ended_early(history)):
    st.caption(early)

with st.expander("Training loss at every recorded step"):
    steps = histories.steps(chosen)
    figures["Each step"] = drawings.figure(
        charts.curves,
        steps,
        splits=("train",),
        metric="loss",
        x=x,
        title="Training loss, each step",
        smoothing=smoothing,
        band=band,
    )
    panels.chart(
        figures["Each step"],
        key="curves-steps",
        alt=f"Training loss at each recorded step over {AXES[x]} of {', '.join(labels)}.",
    )

panels.notice(
    f"{findings.ended(histories.ends(chosen))} A network that overfits has little error on the "
    "training data and much on the test data; one that fails to train has much on both. Training "
    "error is measured while the weights change, with the batch's own statistics; test error after "
    "each epoch.",
    f"{HE_2015}, section 1: “such degradation is not caused by overfitting”.",
)
panels.downloads("curves", tables={"Epochs": history, "Steps": steps}, figures=figures)
