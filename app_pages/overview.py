import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.ui import cached, histories, panels, tables

panels.heading(
    "Why very deep networks stop learning, and how a shortcut mends it",
    "Look at the thick lines: 56 layers without shortcuts end far above 20 layers, already "
    "on the *training* data. With shortcuts they do not.",
)

groups = histories.group(
    record for record in cached.shipped_records().values() if record.config.data == "digits"
)
history = histories.epochs(groups)
history["label"] = history["label"].str.removesuffix(" on digits")
y_range = charts.limits(history, "error")

figures = {}
columns = st.columns(2)
for column, residual, title in zip(
    columns, (False, True), ("Plain networks", "Residual networks"), strict=True
):
    figures[title] = charts.curves(
        history[history["residual"] == residual], title=title, y_range=y_range
    )
    with column:
        panels.chart(
            figures[title],
            key=f"overview-{'residual' if residual else 'plain'}",
            alt=f"{title}: training and test error over 15 epochs on the digits, 20 and 56 layers, "
            "mean and range of the recorded seeds.",
        )

table = tables.paper_and_here(groups)
st.dataframe(
    table,
    hide_index=True,
    alt="For each network its parameters, the paper's test error on CIFAR-10, and the errors "
    "measured here on the digits.",
)
panels.notice(
    "The deeper plain network is worse on the very data it was trained on, so it does not overfit: "
    "it fails to train. The paper calls this *degradation*. The numbers here are of another data "
    "set and a shorter recipe than the paper's; what they share is that plain-56 is far worse than "
    "plain-20, already on the training data, and ResNet-56 is not.",
    f"{HE_2015}, section 1 and figure 6. Here: scikit-learn's digits (8×8 pixels), recipe *quick*, "
    "recorded by the command in checkpoints/README.md.",
)

st.subheader("Look closer", anchor=False)
ways = (
    ("app_pages/training.py", "Train the pair yourself", "Two error curves part within a minute."),
    ("app_pages/curves.py", "Compare runs", "Error and loss of any runs on shared axes."),
    ("app_pages/gradients.py", "Follow the gradients", "Which layers still hear the loss?"),
    (
        "app_pages/feature_maps.py",
        "Walk the blocks",
        "x, F(x) and their sum, channel by channel.",
    ),
    (
        "app_pages/attribution.py",
        "Ask for reasons",
        "Where on your photograph does each network look?",
    ),
)
for column, (page, label, text) in zip(st.columns(len(ways)), ways, strict=True):
    with column, st.container(border=True, height="stretch"):
        st.page_link(page, label=f"**{label}**")
        st.caption(text)

panels.downloads("overview", tables={"Curves": history, "Table": table}, figures=figures)
