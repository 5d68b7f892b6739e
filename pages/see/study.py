import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.gradients import log_range
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import findings, tables
from resnet_viz.reporting import study as reported
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import study

FAMILIES = {"plain": "Plain networks", "residual": "Residual networks"}

panels.heading(
    "Compare the ends of the two dashed lines in each panel: on which side of the shallow network "
    "does the deep one end, and is it so on the training data too?",
)

with panels.controls():
    view = study.choose_study()
shown = study.evidence(view.drawn)
history, ends = shown.history, shown.ends
for record in view.going_on:
    st.caption(reported.going_on(record))

y_range = charts.limits(history, "error")
x_range = (0.0, 1.03 * float(history["epoch"].max()))
figures = {}
columns = panels.evidence().columns(2)
for column, (family, title) in zip(columns, FAMILIES.items(), strict=True):
    lines = history[history["residual"] == (family == "residual")]
    with column:
        if lines.empty:
            st.info(f"{title} have not been trained here; the Training page does it.")
            continue
        figures[title] = drawings.figure(
            charts.figure6, lines, title=title, x_range=x_range, y_range=y_range
        )
        panels.chart(
            figures[title],
            key=f"study-{family}",
            alt=reported.curves_described(
                title, view.title, ends[ends["label"].isin(lines["label"])]
            ),
        )
panels.finding(shown.headline)
st.caption(
    "Figure 6 of the paper, with this dashboard's lines: training solid, test dashed, and the "
    "deeper network thicker. At the curves' ends stand depth and last error in per cent; several "
    "seeds are drawn as their mean, with a band from the least to the largest."
)
if shown.early:
    st.caption(shown.early)

st.header("In the paper and here", anchor=False)
table = tables.paper_and_here(view.here, study.checkpoint)
for network, names in view.taken.items():
    st.caption(f":material/person: {reported.stands_here(network, names)}")
st.dataframe(
    table.drop(columns=tables.ASIDE),
    hide_index=True,
    column_config=tables.HEADINGS,
    alt=f"For each network the errors measured here on {view.title}, the paper's test error on "
    "CIFAR-10, parameters, recipe, epochs, seeds and images seen.",
)
st.caption(tables.legend(table))
st.markdown(findings.differences(view.here))

st.header("Is it overfitting?", anchor=False)
if shown.plain.empty:
    st.info(
        "Train two plain networks of different depth with the same recipe on the same data, such "
        "as plain-20 and plain-56, to see it here."
    )
else:
    left, right = st.columns(2)
    bars = reported.bars(shown.plain)
    figures["Overfitting"] = drawings.figure(charts.gaps, bars)
    with left:
        panels.chart(
            figures["Overfitting"],
            key="study-gaps",
            alt=reported.bars_described(bars),
        )
    with right:
        st.markdown(findings.overfitting(shown.plain))
        st.caption(
            "A network that overfits has little training error and much test error: a long bar "
            f"that begins far left. {findings.measuring(shown.plain)}"
        )

norms, ratios = shown.norms, shown.ratios
if not norms.empty:
    st.header("How large is the gradient in the first layers?", anchor=False)
    x_range = (0.0, 1.03 * float(norms["epoch"].max()))
    norm_range = log_range(norms["gradient_norm"])
    for column, (family, title) in zip(st.columns(2), FAMILIES.items(), strict=True):
        lines = norms[norms["residual"] == (family == "residual")]
        if lines.empty:
            continue
        figures[f"Gradients, {family}"] = drawings.figure(
            charts.gradient_ends,
            lines,
            title=title,
            x_range=x_range,
            y_range=norm_range,
        )
        with column:
            panels.chart(
                figures[f"Gradients, {family}"],
                key=f"study-gradients-{family}",
                alt=reported.norms_described(
                    title, view.title, {label: ratios[label] for label in lines["label"].unique()}
                ),
            )
    st.caption(
        f"{findings.first_over_last(ratios)}. One batch each, of the first seed. Every layer is on "
        "the Gradients page."
    )

panels.notice(
    shown.noticed,
    f"{HE_2015}, section 4.2, table 6 and figure 6.",
)
panels.downloads(
    "study",
    tables={"Curves": history, "Table": table, "Ends": ends, "Gradients": norms},
    figures=figures,
)
