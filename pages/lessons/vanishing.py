import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.analysis.experiments.fresh_networks import IMAGES, PAPER
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import vanishing as sentences
from resnet_viz.reporting.numbers import number
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import glossary, lesson_frame, links, panels
from resnet_viz.ui.topics import vanishing
from resnet_viz.ui.topics.vanishing import ASKED, AT_FIRST, NAMES, PAPERS_DEPTH

SMALLER, LEVEL, LARGER = "much smaller", "about as large", "much larger"

lesson_frame.heading()

with st.container(horizontal=True):
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
where = f"at z = {slope.first:.2f}" if slope.first == slope.last else "for every z above 0"
figures = {
    "Activation": charts.activation(
        curve, name=name, largest=slope.largest, first=slope.first, last=slope.last
    )
}
left, right = st.columns(2)
with left:
    st.subheader("One layer: one factor", anchor=False)
    panels.chart(
        figures["Activation"],
        key="vanishing-activation",
        alt=f"{name} and its derivative for inputs from −6 to 6; the derivative is largest "
        f"{where}: {slope.largest:.4g}.",
    )
with right:
    st.subheader("Many layers: a product", anchor=False)
    st.markdown(
        f"A *{glossary.linked('gradient')}* says how much something changes with something before "
        "it; to a weight it says which way to move, and near zero nothing is learned. Take the "
        f"smallest network there is, one number a layer: aₖ = {name}(w · aₖ₋₁), from the input a₀ "
        "on. How much does the last number change when a₁, the first layer's, changes a little? "
        f"By the {glossary.linked('chain rule')} every layer in between multiplies by **w · "
        "f′(z)**: its weight, times the slope at the z = w · aₖ₋₁ where it happens to stand. "
        f"{name}'s slope is at most **{slope.largest:.4g}** ({where})."
    )
    with st.container(horizontal=True):
        weight = links.number(
            "Weight w (0.1–10)", 0.1, 10.0, 1.0, key="chain_weight", step=0.5, width=200
        )
        start = links.number(
            "Input a₀ (−10–10)", -10.0, 10.0, 1.0, key="chain_input", step=0.5, width=200
        )
    chain = analysis.scalar_chain(activation, depth, weight, start)
    first, most = chain.iloc[0], weight * slope.largest
    product, bound = (sentences.reached(first, column) for column in ("product", "bound"))
    with st.container(horizontal=True):
        st.metric(f"At most {most:.4g} to the power of {depth - 1}", bound)
        st.metric(f"The product of these {depth - 1} factors", product)
    st.caption(
        f"Of {depth} layers, {depth - 1} lie behind the first. Move the layers, the weight and the "
        "input: which of them can save the product?"
    )

st.subheader("And in a real network?", anchor=False)
paper = sentences.ends(vanishing.measured("relu", PAPERS_DEPTH, kinds=(PAPER,))).iloc[0]
measured = (
    f"Measured, {vanishing.SEEDS} seeds: {number(paper['ratio'])} times the last one's "
    f"(from {number(paper['least'])} to {number(paper['most'])}). Such a network's gradient "
    f"{sentences.course(paper['ratio'])} toward the first layers."
)
OUTCOMES = {"shrinks": SMALLER, "stays about level": LEVEL, "grows": LARGER}
predicted = lesson_frame.prediction(
    "vanishing_prediction",
    f"A plain network as in the paper: {PAPERS_DEPTH} layers, ReLU, batch normalisation after "
    "every convolution, no shortcuts, not yet trained. Compared with the gradient of the last "
    f"convolution, that of the first is … (“{LEVEL}”: within a factor of {sentences.LEVEL:g})",
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
        alt=f"Gradient norm of each convolution of {depth} layers over the last one's, "
        f"logarithmic, {name}, at initialisation. In the first: the chain's product "
        f"{product}, at most {bound}; "
        + "; ".join(f"{row.label} {row.ratio:.2g}" for row in found.itertuples())
        + ".",
    )
    st.caption(
        f"Networks of {depth} layers with {name} and random weights, {IMAGES} digits: "
        f"the median of {vanishing.SEEDS} seeds with a band from the least to the largest, dotted "
        "and hollow without normalisation. Grey: the chain of one number a layer, its product and "
        "what this is at most. All as multiples of their last; “about level” is what stays "
        f"within a factor of {sentences.LEVEL:g}. A network's gradient is the norm of "
        "∂loss/∂weights of each layer, the chain's is ∂(its last number)/∂(each layer's)."
        f"{sentences.cut(chain)}"
    )
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
        f"In the chain of {depth} layers with {name} the first layer's gradient is "
        f"{'as large as' if product == '1' else f'{product} times'} the last one's. On the way "
        "from the last convolution to the first, the gradient of "
        f"{sentences.said(found)}. Gradients that vanish are a matter of activation, weights and "
        f"normalisation. In the paper's plain network, {PAPERS_DEPTH} layers with ReLU and batch "
        f"normalisation, the gradient {sentences.course(paper['ratio'])} toward the first layers "
        f"(× {number(paper['ratio'])}): {sentences.concluded(paper['ratio'])}",
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
