import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import study, tables
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import navigation, panels
from resnet_viz.ui.shell.page_table import INVITED, LESSONS, PAGES
from resnet_viz.ui.topics import overview
from resnet_viz.wording import in_words

A_ROW = 3  # links beside each other

panels.heading(
    "Compare the thick lines, 56 layers, with the thin ones, 20: where do they end without "
    "shortcuts, already on the *training* data, and where with them?",
)

shown = overview.evidence()
history, ends, table = shown.history, shown.ends, shown.table
y_range = charts.limits(history, "error")
epochs = int(history["epoch"].max())

x_range = (0.0, 1.03 * epochs)
figures = {}
columns = panels.evidence().columns(2)
for column, residual, title in zip(
    columns, (False, True), ("Plain networks", "Residual networks"), strict=True
):
    lines = history[history["residual"] == residual]
    figures[title] = drawings.figure(
        charts.figure6, lines, title=title, x_range=x_range, y_range=y_range
    )
    with column:
        panels.chart(
            figures[title],
            key=f"overview-{'residual' if residual else 'plain'}",
            alt=study.bands_described(
                title, "the digits", epochs, ends[ends["residual"] == residual]
            ),
        )
panels.finding(shown.headline)
with st.container(horizontal=True, key="ways"):
    for page, label, kind, icon in (
        ("training", "Train it live", "primary", ":material/play_arrow:"),
        (LESSONS[0].name, "Start the lessons", "secondary", ":material/school:"),
    ):
        if st.button(label, type=kind, icon=icon, key=f"way {page}"):
            st.switch_page(PAGES[page].script)
st.caption(
    "Training is solid, test dashed; thick is 56 layers, thin 20. A line is the mean of the seeds, "
    "its band goes from the least to the largest. At the curves' ends stand depth and last error "
    "in per cent."
)

st.dataframe(
    table.drop(columns=tables.ASIDE),
    hide_index=True,
    column_config=tables.HEADINGS,
    alt="For each network the errors measured here on the digits, the paper's test error on "
    "CIFAR-10, and its parameters.",
)
st.caption(tables.legend(table))
panels.notice(
    f"{shown.noticed} A network that is worse on the very data it was trained on does not "
    "overfit: it fails to train, and where depth alone makes it so the paper speaks of "
    "*degradation*. The numbers here are of another data set and a shorter recipe than the "
    "paper's.",
    f"{HE_2015}, section 1 and figure 6. Here: scikit-learn's digits (8×8 pixels), recipe "
    f"{shown.recipes}, recorded by the command in checkpoints/README.md.",
)

st.header("Look closer", anchor=False)
for first in range(0, len(INVITED), A_ROW):
    row = INVITED[first : first + A_ROW]
    for column, page in zip(st.columns(len(row)), row, strict=True):
        with column, st.container(border=True, height="stretch", key=f"card-{page.name}"):
            navigation.link(page.name, f"**{page.label}**", page.icon)
            st.caption(page.promise)

st.header("Step by step", anchor=False)
st.caption(
    f"{in_words(len(LESSONS)).capitalize()} lessons, one idea a page: a question, something to "
    "move, and a guess first."
)
for number, lesson in enumerate(LESSONS, start=1):
    # A link does not wrap, so the question stands below it.
    with st.container(gap=None):
        navigation.link(lesson.name, f"{number}. **{lesson.title}**")
        st.caption(lesson.question)

panels.downloads("overview", tables={"Curves": history, "Table": table}, figures=figures)
