import streamlit as st

from resnet_viz.analysis.experiments.equal_cost import OUTER, weights, width_at_equal_cost
from resnet_viz.charts import cardinality as drawn
from resnet_viz.models.published import XIE_2016
from resnet_viz.reporting import cardinality as sentences
from resnet_viz.reporting import headlines
from resnet_viz.ui.shell import glossary, lesson_frame, panels
from resnet_viz.ui.topics import cardinality
from resnet_viz.wording import several

lesson_frame.heading()
st.markdown(
    f"A {glossary.linked('bottleneck')} block squeezes its many channels into few (1×1), looks "
    "around (3×3), and widens them again (1×1). ResNeXt does this in many narrow *paths* at once "
    "and adds up what they find: it splits, transforms, and merges. The number of paths is called "
    f"*{glossary.linked('cardinality')}*, C."
)
one = weights(1, sentences.ONE_PATH)
right = width_at_equal_cost(sentences.MANY_PATHS, one)
predicted = lesson_frame.prediction(
    "cardinality_prediction",
    sentences.question(one),
    sentences.answers(right, one),
    answer=str(right),
)

pairs = sentences.pairs()
st.header("Choose the paths", anchor=False)
figures, tables = {}, {}
with panels.sentences():
    paths, width, budget = cardinality.choose_paths(hidden=() if predicted else (right,))
    panels.finding(headlines.paths(paths, width, weights(paths, width), budget))
    st.markdown(sentences.chosen(paths, width, budget))
    one_by_one, together = st.columns(2)
    figures["Paths"] = drawn.block_as_paths(paths, width, OUTER)
    figures["Grouped"] = drawn.block_grouped(paths, width, OUTER)
    with one_by_one:
        st.markdown(f"**As C = {several(paths, 'path')}**")
        panels.chart(
            figures["Paths"],
            key="block-paths",
            alt=sentences.paths_described(paths, width),
        )
    with together:
        st.markdown("**As one grouped convolution**")
        panels.chart(
            figures["Grouped"],
            key="block-grouped",
            alt=sentences.grouped_described(paths, width),
        )
    st.markdown(sentences.compared(cardinality.forms(paths, width)))
    groups, widths = st.columns(2)
    figures["Groups"] = drawn.connections(paths, width)
    with groups:
        st.markdown(sentences.connected(paths, width))
        panels.chart(
            figures["Groups"],
            key="block-groups",
            alt=sentences.connections_described(paths, width),
        )
    with widths:
        st.markdown(sentences.equally_dear(budget))
        if predicted:
            on_curve = pairs if budget == one else pairs.iloc[:0]  # theirs cost what this one does
            figures["Widths"] = drawn.width_over_cardinality(
                sentences.curve(budget), on_curve, (paths, width)
            )
            panels.chart(
                figures["Widths"],
                key="block-widths",
                alt=sentences.curve_described(paths, width, on_curve),
            )
            if on_curve.empty:
                st.caption(sentences.on_another_curve())
        else:
            st.caption("Make your prediction above: this curve gives the answer.")

st.header("What the paper found", anchor=False)
if predicted:
    tables["Pairs"] = pairs
    st.dataframe(
        pairs,
        hide_index=True,
        column_config={
            "cardinality": "C",
            "width": "d",
            "error": st.column_config.NumberColumn("paper: ImageNet error", format="%.1f %%"),
            "inner": "C·d",
            "weights": st.column_config.NumberColumn("weights, counted here", format="localized"),
            "relative": st.column_config.NumberColumn("of one path's", format="%.1f %%"),
        },
        alt="The paper's pairs of C and d, the weights that the formula gives, and the paper's "
        f"top-1 error on ImageNet: {sentences.errors(pairs)}.",
    )
    st.caption(
        f"The errors are published, not measured here: {XIE_2016}, table 3, networks of 50 layers "
        "on ImageNet-1K, one crop."
    )
else:
    st.caption("Make your prediction above: the paper's pairs give the answer.")

st.header("Is it free?", anchor=False)
table = cardinality.counted()
if not predicted:  # the whole name has the answer in it: 32 paths of 4 channels
    table = table.assign(network=table["network"].str.partition(" ")[0])
tables["Two networks"] = table
first, second = table["network"]
st.markdown(sentences.free(table))
guess = lesson_frame.guess("cardinality_guess", "Your guess", sentences.GUESSES)
found = cardinality.times()
label = "Measure on this machine" if found is None else "Measure again"
if st.button(label, icon=":material/timer:", disabled=guess is None, key="measure"):
    cardinality.measure()
    if found is not cardinality.times():
        st.rerun()  # the button has another name now
if found is None or guess is None:
    st.caption("Nothing is shown before it is measured; it takes some seconds.")
else:
    table = tables["Two networks"] = sentences.measured(table, found)
    tables["Passes"] = found.passes
    came_out, took = sentences.outcome(found), sentences.took(table, found)
    if came_out is None:
        st.warning(f"Too noisy to tell, measure again: {took}", icon=":material/warning:")
    elif guess == came_out:
        st.success(f"Yes: {came_out}. {took}", icon=":material/check:")
    else:
        st.info(f"No: {came_out}. {took}", icon=":material/lightbulb:")
    if came_out is not None:  # of rounds that differ so much nothing more is concluded
        ratios = sentences.ratios(table, found)
        st.markdown(sentences.in_kernels(ratios))
        figures["Cost"] = drawn.relative(ratios, of=second, to=first)
        panels.chart(
            figures["Cost"],
            key="block-cost",
            alt=sentences.ratios_described(ratios, of=second, to=first),
        )
    st.caption(sentences.how_measured(found, cardinality.SIDE))
st.dataframe(
    table,
    hide_index=True,
    column_config={
        "parameters": st.column_config.NumberColumn(format="localized"),
        "torchvision: parameters": st.column_config.NumberColumn(format="localized"),
        "multiply-adds (G)": st.column_config.NumberColumn(format="%.2f"),
        "in 3×3 (G)": st.column_config.NumberColumn(format="%.2f"),
        "torchvision: multiply-adds (G)": st.column_config.NumberColumn(format="%.2f"),
        "measured: ms a picture": st.column_config.NumberColumn(format="%.1f"),
        "measured: ms in 3×3": st.column_config.NumberColumn(format="%.1f"),
    },
    alt="Parameters and multiply-adds of both networks, counted here and documented by torchvision"
    + ("." if found is None else ", and the time measured here."),
)

panels.notice(
    sentences.noticed(pairs),
    f"{XIE_2016}, section 3.3 and table 3; figure 3 for the forms of the block. Parameters and "
    "multiply-adds beside those counted here: torchvision's documentation.",
)
glossary.words(
    "cardinality", "bottleneck", "channel", "grouped convolution", "multiply-adds", "parameter"
)
panels.downloads("cardinality", tables=tables, figures=figures)
lesson_frame.ending()
