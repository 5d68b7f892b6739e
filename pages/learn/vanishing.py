import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.analysis.experiments.fresh_networks import IMAGES, PAPER
from resnet_viz.models.published import HE_2015
from resnet_viz.numbers import number
from resnet_viz.reporting import headlines
from resnet_viz.reporting import vanishing as sentences
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import glossary, lesson_frame, links, panels
from resnet_viz.ui.topics import vanishing
from resnet_viz.ui.topics.vanishing import ASKED, AT_FIRST, NAMES, PAPERS_DEPTH

SMALLER, LEVEL, LARGER = "much smaller", "about as large", "much larger"

lesson_frame.heading()

with panels.controls():
    activation = links.segments("Activation", tuple(NAMES), key="function", names=NAMES)
    depth = int(
        links.segments(
            "Layers",
            tuple(map(str, vanishing.DEPTHS)),
            key="chain_layers",
            default=AT_FIRST["chain_layers"],
        )
    )
name = NAMES[activation]

slope = analysis.largest_slope(activation)
curve = analysis.activation_curve(activation)
figures = {
    "Activation": charts.activation(
        curve, name=name, largest=slope.largest, first=slope.first, last=slope.last
    )
}
left, right = panels.evidence().columns(2)
with left:
    st.header("One layer: one factor", anchor=False)
    panels.chart(
        figures["Activation"],
        key="vanishing-activation",
        alt=sentences.activation_described(name, slope),
    )
with right:
    st.header("Many layers: a product", anchor=False)
    st.markdown(
        f"A *{glossary.linked('gradient')}* says how much something changes with something before "
        "it; to a weight it says which way to move, and near zero nothing is learned. Take the "
        f"smallest network there is, one number a layer: aₖ = {name}(w · aₖ₋₁), from the input a₀ "
        "on. How much does the last number change when a₁, the first layer's, changes a little? "
        f"By the {glossary.linked('chain rule')} every layer in between multiplies by **w · "
        "f′(z)**: its weight, times the slope at the z = w · aₖ₋₁ where it happens to stand. "
        f"{sentences.steepest(name, slope)}"
    )
    with st.container(horizontal=True):
        weight = links.number(
            "Weight w (0.1–10)", 0.1, 10.0, 1.0, key="chain_weight", step=0.5, width=260
        )
        start = links.number(
            "Input a₀ (−10–10)", -10.0, 10.0, 1.0, key="chain_input", step=0.5, width=260
        )
    chain = analysis.scalar_chain(activation, depth, weight, start)
    panels.finding(headlines.chain(name, chain))
    called = sentences.factors(depth, weight * slope.largest)
    with st.container(horizontal=True):
        for label, column in zip(called, ("bound", "product"), strict=True):
            st.metric(label, sentences.reached(chain.iloc[0], column))
    st.caption(sentences.behind(depth))

st.header("And in a real network?", anchor=False)
paper = sentences.ends(vanishing.measured("relu", PAPERS_DEPTH, kinds=(PAPER,))).iloc[0]
measured = sentences.measured(paper, vanishing.SEEDS)
OUTCOMES = {"shrinks": SMALLER, "stays about level": LEVEL, "grows": LARGER}
predicted = lesson_frame.prediction(
    "vanishing_prediction",
    sentences.question(PAPERS_DEPTH, LEVEL),
    dict.fromkeys((SMALLER, LEVEL, LARGER), measured),
    OUTCOMES[sentences.course(paper["ratio"])],
    chosen_first=vanishing.follow_question,
)

tables = {"Activation": curve, "Chain": chain}
if predicted:
    asked, shown = f"{ASKED['function']}, {PAPERS_DEPTH} layers", f"{name}, {depth} layers"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f"Shown below: **{shown}**"
            + (", as in the question." if shown == asked else f"; the question was about {asked}."),
            width="content",
        )
        if shown != asked:
            st.button(
                f"Show the paper's networks: {asked}",
                key="paper",
                icon=":material/school:",
                on_click=vanishing.show_asked,
            )
    norms = vanishing.measured(activation, depth)
    found = sentences.ends(norms)
    figures["Gradients"] = drawings.figure(charts.reaching, chain, norms)
    panels.chart(
        figures["Gradients"],
        key="vanishing-gradients",
        alt=sentences.chart_described(name, chain, found),
    )
    st.caption(sentences.chart_explained(name, chain, vanishing.SEEDS, IMAGES))
    table = found[["label", "ratio", "first", "last"]].rename(
        columns={
            "label": "network",
            "ratio": "first / last",
            "first": "norm, first",
            "last": "norm, last",
        }
    )
    st.dataframe(
        table.map(lambda value: value if isinstance(value, str) else number(value)),
        hide_index=True,
        alt="Gradient norms of the first and the last convolution and their ratio, for each "
        "network.",
    )
    st.caption(
        f"Each number is the median of {vanishing.SEEDS} seeds; the median of quotients is not the "
        "quotient of the medians beside it."
    )
    if tiny := sentences.tiny(found):
        st.caption(sentences.why_tiny(tiny))
    tables |= {"Gradients": norms, "Ends": found}
    panels.notice(
        sentences.noticed(
            name, chain, found, paper, PAPERS_DEPTH, lesson_frame.mentioned("degradation")
        ),
        f"{HE_2015}, section 4.1; Yang et al. 2019, arXiv:1902.08129: with batch normalisation "
        "and without shortcuts gradients explode with depth. The chain: Bengio et al. 1994; "
        "Glorot & Bengio 2010. Norms of the gradient of one batch's mean cross-entropy at each "
        "layer's weights, batch statistics, float64.",
    )
glossary.words(
    "activation",
    "chain rule",
    "gradient",
    "gradient norm",
    "batch normalisation",
    "shortcut",
    "seed",
)
panels.downloads("vanishing", tables=tables, figures=figures)
lesson_frame.ending()
