import pandas as pd
import streamlit as st

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.charts import windows as drawn
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import HE_2015
from resnet_viz.ui.shell import glossary, lesson_frame, panels, projector
from resnet_viz.ui.topics import convolution

lesson_frame.heading()
st.markdown(
    f"A {glossary.linked('convolution')} lays a small square of weights, its "
    f"*{glossary.linked('kernel')}*, over the picture, multiplies each pixel under it by its "
    "weight, adds these up, writes the sum into one cell, and moves on. So the number of cells "
    "that come out is the number of places that the kernel has."
)
first = Window(300, 7, padding=3, stride=2)
came = (
    f"⌊(n + 2p − f) / s⌋ + 1 = ⌊({first.size} + 2·{first.padding} − {first.kernel}) / "
    f"{first.stride}⌋ + 1 = **{first.output}**, with n pixels a side of the picture, f of the "
    "kernel, p rows of zeros, and s pixels at a time; ⌊ ⌋ rounds down"
)
bare, slow = Window(300, 7, stride=2), Window(300, 7, padding=3)
predicted = lesson_frame.prediction(
    "convolution_prediction",
    "A picture of 300×300 pixels comes into ResNet-34. Its first kernel has 7×7 weights, 3 rows of "
    "zeros are laid around the picture, and the kernel moves by 2 pixels at a time. How many "
    "cells a side come out?",
    {
        str(bare.output): f"{came}. Without the zeros it would be {bare.output}.",
        str(first.output): f"{came}.",
        str(slow.output): f"{came}. Moving by 1 pixel it would be {slow.output}.",
    },
    answer=str(first.output),
)

st.subheader("Move it", anchor=False)
numbers = convolution.choose()
figures, tables = {}, {}
with panels.sentences():
    window = Window(**numbers)
    cell = convolution.choose_cell(window)
    taps = (window.taps(cell[0]), window.taps(cell[1]))
    st.markdown(f"Cells a side that come out: {convolution.formula(window)}")
    if window.dilation == 1:
        st.caption("⌊ ⌋ rounds down; with d = 1 the numerator is n + 2p − f.")
    into, out = st.columns(2)
    figures["Picture"] = drawn.window_on_picture(window.size, window.padding, taps, window.unread)
    figures["Output"] = drawn.output_grid(window.output, cell, window.padded)
    with into:
        padded = f", with padding {window.padded}×{window.padded}" if window.padding else ""
        st.markdown(f"**In:** {window.size}×{window.size}{padded}")
        panels.chart(
            figures["Picture"],
            key="window",
            alt=f"A picture of {window.size} by {window.size} pixels with {window.padding} rows of "
            f"padding. For row {cell[0]} and column {cell[1]} of the output the kernel reads rows "
            f"{', '.join(map(str, taps[0]))} and columns {', '.join(map(str, taps[1]))}. "
            f"{convolution.lost(window)}",
        )
    with out:
        press = (
            "; press a cell to move the kernel"
            if drawn.pressable(window.output, window.padded)
            else "; its cells are too small to press: choose row and column above"
        )
        st.markdown(f"**Out:** {window.output}×{window.output}{press}")
        st.plotly_chart(
            projector.enlarged(figures["Output"]),
            key=convolution.OUTPUT,
            on_select=convolution.follow,
            selection_mode="points",
            config=panels.CHART_CONFIG,
            alt=f"{window.output} by {window.output} cells come out, drawn to the same scale; row "
            f"{cell[0]}, column {cell[1]} is chosen.",
        )
    st.markdown(f"**What is lost?** {convolution.lost(window)}")

st.subheader("The walk through a network", anchor=False)
if predicted:
    name, pixels = convolution.choose_walk()
    with panels.sentences():
        layers = convolution.walk(name, pixels)
        steps = convolution.steps(layers)
        tables["Walk"] = convolution.in_numbers(layers)
        title = ARCHITECTURES[name].title
        st.markdown(
            f"{title}: {' → '.join(map(str, steps['side']))} pixels a side. "
            f"{len(layers)} windows slide one after the other, {len(steps) - 1} change the size."
        )
        figures["Walk"] = drawn.size_walk(steps)
        panels.chart(
            figures["Walk"],
            key="walk-chart",
            alt=f"What each step of {title} puts out: "
            + "; ".join(f"{row.step} {row.shape}" for row in steps.itertuples())
            + ".",
        )
        st.dataframe(
            tables["Walk"],
            hide_index=True,
            alt=f"Every convolution and pooling of {title} with the formula with its numbers, the "
            "shape that came out, kernel f, padding p and stride s.",
        )
        st.caption(
            "“shape that came out” is what the network gave when the mere shape of an image was "
            "sent through it, without use of the formula. “avgpool” is one window as large as what "
            "it is given."
        )
else:
    st.caption("Make your prediction above: the walk gives the answer.")

same, half = Window(56, 3, padding=1), Window(56, 3, padding=1, stride=2)
projection = Window(56, 1, stride=2)
skipped = 1 - (1 - len(projection.unread) / projection.size) ** 2
panels.notice(
    f"A 3×3 kernel with padding 1 keeps the size at stride 1 ({same.size} → {same.output}) and "
    f"halves it at stride 2 ({half.size} → {half.output}); an odd size is rounded up (75 → "
    f"{Window(75, 3, padding=1, stride=2).output}). At stride 2 an even size leaves a rest: "
    f"{half.size} + 2·{half.padding} − {half.kernel} = {half.room} does not divide by "
    f"{half.stride}, and what is lost is the padding on the far side alone. A 1×1 kernel with "
    "stride 2, as some shortcuts have it (lesson 4), jumps over "
    f"{100 * skipped:.0f} % of the pixels that it is given.",
    f"Dumoulin & Visin 2016, arXiv:1603.07285 (the formula); {HE_2015}, table 1 (kernels and "
    "strides of ResNet-34). Rows and columns are counted from 0; ⌊ ⌋ rounds down.",
)
tables["Window"] = pd.DataFrame([numbers])
glossary.words(
    "convolution",
    "kernel",
    "padding",
    "stride",
    "dilation",
    "channel",
    "feature map",
    "max-pooling",
)
panels.downloads("convolution", tables=tables, figures=figures)
lesson_frame.ending()
