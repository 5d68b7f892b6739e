import pandas as pd
import streamlit as st

from resnet_viz.analysis.sliding_window import Window, read
from resnet_viz.charts import windows as drawn
from resnet_viz.charts.products import products
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import convolution as reported
from resnet_viz.reporting import headlines
from resnet_viz.ui.shell import glossary, lesson_frame, panels, stage
from resnet_viz.ui.topics import convolution

lesson_frame.heading()
st.markdown(
    f"A {glossary.linked('convolution')} lays a small square of weights, its "
    f"*{glossary.linked('kernel')}*, over the picture, multiplies each pixel under it by its "
    "weight, adds these up, writes the sum into one cell, and moves on. So the number of cells "
    "that come out is the number of places that the kernel has."
)
predicted = lesson_frame.prediction(
    "convolution_prediction",
    "A picture of 300×300 pixels comes into ResNet-34. Its first kernel has 7×7 weights, 3 rows of "
    "zeros are laid around the picture, and the kernel moves by 2 pixels at a time. How many "
    "cells a side come out?",
    reported.answers(convolution.STEM, convolution.WRONG),
    answer=str(convolution.STEM.output),
)

st.header("Move it", anchor=False)
numbers = convolution.choose_window()
figures, tables = {}, {}
with panels.sentences():
    window = Window(**numbers)
    panels.finding(headlines.window(window))
    cell = convolution.choose_cell(window)
    taps = (window.taps(cell[0]), window.taps(cell[1]))
    st.markdown(f"Cells a side that come out: {reported.formula(window)}")
    if window.dilation == 1:
        st.caption("⌊ ⌋ rounds down; with d = 1 the numerator is n + 2p − f.")
    into, out = st.columns(2)
    figures["Picture"] = drawn.window_on_picture(window.size, window.padding, taps, window.unread)
    figures["Output"] = drawn.output_grid(window.output, cell, window.padded)
    with into:
        st.markdown(f"**In:** {reported.into(window)}")
        panels.chart(
            figures["Picture"],
            key="window",
            alt=reported.picture_described(window, cell),
        )
    with out:
        press = (
            "; press a cell to move the kernel"
            if drawn.pressable(window.output, window.padded)
            else "; its cells are too small to press: choose row and column above"
        )
        st.markdown(f"**Out:** {window.output}×{window.output}{press}")
        st.plotly_chart(
            stage.enlarged(figures["Output"]),
            key=convolution.OUTPUT,
            on_select=convolution.follow,
            selection_mode="points",
            config=panels.CHART_CONFIG,
            alt=reported.output_described(window, cell),
        )
    st.markdown(f"**What is lost?** {reported.lost(window)}")
    st.markdown("**What is added up for the chosen cell?** A photograph's pixels times weights:")
    weights, chosen_filter = convolution.choose_weights(window.kernel)
    pixels = read(convolution.photograph(window.size), taps)
    figures["Products"] = products(pixels, weights)
    panels.chart(
        figures["Products"],
        key="products",
        alt=reported.products_described(pixels, weights),
    )
    st.markdown(reported.added_up(pixels, weights, cell))
    st.caption(reported.weights_origin(window.size, window.kernel, chosen_filter))

st.header("The walk through a network", anchor=False)
if predicted:
    name, pixels = convolution.choose_walk()
    with panels.sentences():
        layers = convolution.walk(name, pixels)
        steps = reported.steps(layers)
        tables["Walk"] = reported.in_numbers(layers)
        title = ARCHITECTURES[name].title
        st.markdown(reported.walked(title, layers, steps))
        figures["Walk"] = drawn.size_walk(steps)
        panels.chart(
            figures["Walk"],
            key="walk-chart",
            alt=reported.walk_described(title, steps),
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

panels.notice(
    reported.noticed(**convolution.EXAMPLES, lesson=lesson_frame.mentioned("shortcuts")),
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
