import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import confusions as reported
from resnet_viz.ui.networks import pair, take_away
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import confusions

panels.heading(
    "Look beside the diagonal: are both networks unsure between the same classes, or does one take "
    "almost everything for the same few?",
)

row = panels.controls()
with row:
    data = confusions.choose_data()
columns = panels.evidence().columns(2)
found = []
for column, side in zip(columns, pair.chosen(), strict=True):
    with column:
        side.header()
        mistakes = confusions.of(side, data)
        if mistakes is not None:
            found.append((column, mistakes))
if not found:
    st.stop()
both = [mistakes for _, mistakes in found]
panels.finding(reported.finding([(one.side.label, one.confusion) for one in both]))
if len({mistakes.classes for mistakes in both}) > 1:
    st.info("The two networks know different classes, so only their own mistakes can be seen.")

cell = None
at_hand = any(mistakes.at_hand for mistakes in both)
if at_hand:
    with row:
        cell = confusions.choose_cell(both)
    st.header("The pictures behind a number", anchor=False)
    st.caption("Press a cell of a matrix above, or choose a pair of classes there.")
figures, pictures = {}, {}
for place, (column, mistakes) in zip(st.columns(len(found)), found, strict=True):
    with column:
        if mistakes.drawable:
            figures[f"Confusion, {mistakes.side.label}"] = confusions.matrix(mistakes, cell)
        st.caption(mistakes.origin)
        confusions.worst(mistakes, 5 if mistakes.drawable else 20)
    with place:
        if cell and (sheet := confusions.pictures(mistakes, *cell)) is not None:
            pictures[f"{mistakes.side.label}, {cell[0]} taken for {cell[1]}"] = sheet

if not at_hand:
    st.caption(reported.absent([mistakes.data for mistakes in both]))

st.header("Accuracy by class", anchor=False)
classes = pd.concat([mistakes.per_class for mistakes in both], ignore_index=True)
figures["Accuracy by class"] = drawings.figure(charts.class_accuracy, classes)
panels.chart(
    figures["Accuracy by class"],
    key="class-accuracy",
    alt=reported.classes_described(classes),
)
if not all(mistakes.drawable for mistakes in both):
    st.caption("The hardest classes are drawn; all of them are in this table.")
    st.dataframe(
        classes[["label", "class", "images", "right", "accuracy"]],
        hide_index=True,
        column_config={"accuracy": st.column_config.NumberColumn(format="%.1f %%")},
        alt="For each network and class the test pictures, how many were right, and the accuracy.",
    )

panels.notice(
    reported.compared([(one.side.label, one.confusion) for one in both]),
    "Rows are what a picture is, columns what it was taken for, in per cent of the row, where an "
    "empty cell means none; the colour scale from 0 to 100 % is the same for both. "
    f"{HE_2015}, table 6, gives 100 % minus accuracy.",
)
panels.downloads(
    "classes",
    tables={"Accuracy by class": classes}
    | {f"Confusion, {one.side.label}": one.confusion.counts.reset_index() for one in both},
    figures=figures,
    pictures=pictures,
    more=take_away.of_pair(pair.chosen()),
)
