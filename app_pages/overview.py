import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.ui import cached, findings, histories, lessons, panels, tables

panels.heading(
    "Why very deep networks stop learning, and how a shortcut mends it",
    "Compare the thick lines, 56 layers, with the thin ones, 20: where do they end without "
    "shortcuts, already on the *training* data, and where with them?",
)

shipped = histories.of_the_table(cached.shipped_records().values())
groups = histories.group(record for record in shipped if record.config.data == "digits")
history = histories.epochs(groups)
history["label"] = history["label"].str.removesuffix(" on digits")
ends = histories.ends(groups).assign(label=lambda rows: rows["network"])
y_range = charts.limits(history, "error")
epochs = f"{history['epoch'].max():.0f} epochs"

figures = {}
columns = st.columns(2)
for column, residual, title in zip(
    columns, (False, True), ("Plain networks", "Residual networks"), strict=True
):
    figures[title] = cached.figure(
        charts.curves, history[history["residual"] == residual], title=title, y_range=y_range
    )
    with column:
        panels.chart(
            figures[title],
            key=f"overview-{'residual' if residual else 'plain'}",
            alt=f"{title}: training and test error over {epochs} on the digits, mean and range of "
            "the recorded seeds. At the end: "
            + "; ".join(
                f"{label} training {rows['train_error'].mean():.1f} %, "
                f"test {rows['test_error'].mean():.1f} %"
                for label, rows in ends[ends["residual"] == residual].groupby("label", sort=False)
            )
            + ".",
        )

st.caption(
    "Training is solid, test dashed; thick is 56 layers, thin 20. A line is the mean of the seeds, "
    "its band goes from the least to the largest."
)

table = tables.paper_and_here(groups)
st.dataframe(
    table.drop(columns=tables.ASIDE),
    hide_index=True,
    column_config=tables.HEADINGS,
    alt="For each network the errors measured here on the digits, the paper's test error on "
    "CIFAR-10, and its parameters.",
)
st.caption(tables.legend(table))
panels.notice(
    f"{findings.depth(ends)} A network that is worse on the very data it was trained on does not "
    "overfit: it fails to train, and where depth alone makes it so the paper speaks of "
    "*degradation*. The numbers here are of another data set and a shorter recipe than the "
    "paper's.",
    f"{HE_2015}, section 1 and figure 6. Here: scikit-learn's digits (8×8 pixels), recipe *quick*, "
    "recorded by the command in checkpoints/README.md.",
)

st.subheader("Look closer", anchor=False)
ways = (
    (
        "app_pages/architecture.py",
        "See what they are made of",
        "Every block and shortcut, drawn and counted; build one of your own.",
    ),
    ("app_pages/training.py", "Train the pair yourself", "Two error curves part within a minute."),
    (
        "app_pages/study.py",
        "Repeat the paper's experiment",
        "Its figure 6 and table, beside what was measured here.",
    ),
    (
        "app_pages/transfer.py",
        "Try other pictures",
        "What does it bring from ImageNet, and what is that worth?",
    ),
    ("app_pages/curves.py", "Compare runs", "Error and loss of any runs on shared axes."),
    ("app_pages/gradients.py", "Follow the gradients", "Which layers still hear the loss?"),
    (
        "app_pages/feature_maps.py",
        "Walk the blocks",
        "x, F(x) and their sum, channel by channel.",
    ),
    (
        "app_pages/classes.py",
        "See what they mistake",
        "Which class for which, and the pictures behind each number.",
    ),
    (
        "app_pages/attribution.py",
        "Ask for reasons",
        "Where on your photograph does each network look?",
    ),
)
for row in (ways[:3], ways[3:6], ways[6:]):
    for column, (page, label, text) in zip(st.columns(len(row)), row, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(page, label=f"**{label}**")
            st.caption(text)

st.subheader("Step by step", anchor=False)
st.caption("Five lessons, one idea a page: a question, something to move, and a guess first.")
for number, lesson in enumerate(lessons.LESSONS, start=1):
    # A link does not wrap, so the question stands below it.
    with st.container(gap=None):
        st.page_link(lesson.page, label=f"{number}. **{lesson.title}**")
        st.caption(lesson.question)

panels.downloads("overview", tables={"Curves": history, "Table": table}, figures=figures)
