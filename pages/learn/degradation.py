import streamlit as st

from resnet_viz import charts
from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import degradation as sentences
from resnet_viz.reporting import findings, study
from resnet_viz.reporting.degradation import EQUAL, FAR, HIGHER, LITTLE, LOWER, SAME
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import glossary, lesson_frame, links, panels
from resnet_viz.ui.topics import degradation

ORDERS = ("by layer", "by size")
RATES = ("0.02", "0.1", "0.3")
WIDTHS = ("4", "8", "16", "32", "64")

lesson_frame.heading(finds=False)
figures, tables = {}, {}

st.header("1. A deeper network contains the shallower one", anchor=False)
st.markdown(
    "Take a trained network of 20 layers and put 36 more layers into it. If each new layer passes "
    "on exactly what it gets (it is the "
    f"**{glossary.linked('identity')}**, y = x), the network of 56 layers computes "
    "what the one of 20 does. So there are weights with which the deeper network is *as good*: at "
    "its best it need never be worse on the data that it is trained on."
)
asked = st.container()  # above what moves its answer
data = links.segments(
    "Recorded on", degradation.data_names(), key="recorded_on", names=degradation.DATA
)
title = degradation.DATA[data]
history, ends = degradation.curves(data)
outcome = sentences.outcome(title, ends)
with asked:
    predicted = lesson_frame.prediction(
        "degradation_prediction",
        "plain-20 and plain-56 are trained from scratch, in the same way and on the same pictures. "
        "At the end the *training* error of plain-56 is …",
        dict.fromkeys((LOWER, EQUAL, HIGHER), outcome.text),
        outcome.answer,
    )
if predicted:
    trained, exists = sentences.STEPS[outcome.answer]
    st.header(f"2. {trained}", anchor=False)
    y_range = charts.limits(history, "error")
    for column, residual, name in zip(
        st.columns(2), (False, True), ("Plain networks", "Residual networks"), strict=True
    ):
        figures[name] = drawings.figure(
            charts.figure6, history[history["residual"] == residual], title=name, y_range=y_range
        )
        with column:
            panels.chart(
                figures[name],
                key=f"degradation-{'residual' if residual else 'plain'}",
                alt=study.curves_described(name, title, ends[ends["residual"] == residual]),
            )
    plain = findings.pair(ends, residual=False)
    st.markdown(f"**Is it {glossary.linked('overfitting')}?** {findings.overfitting(plain)}")
    st.caption(findings.measuring(plain))
    tables |= {"Curves": history, "Ends": ends}

    st.header(f"3. {exists}", anchor=False)
    st.markdown(
        "Nobody has to believe step 1. Here, always on the digits, both trained networks of 20 "
        "layers get new blocks at the end of each stage that change nothing. In a **plain** "
        "network they are built by hand: each kernel has a single 1 in its middle (a *Dirac* "
        "kernel), and each batch normalisation is given the mean and deviation of what arrives, "
        "with a scale and a shift that undo them. In a **residual** network setting the last "
        "normalisation to zero is enough, whatever the other weights are: then F(x) = 0, and "
        "F(x) + x = x."
    )
    blocks = int(
        links.segments(
            "New blocks in each of the three stages",
            tuple(map(str, degradation.INSERTED)),
            key="new_blocks",
            default="6",
        )
    )
    rows = degradation.built(blocks)
    held = sentences.held(rows[~rows["residual"]])
    shown = lesson_frame.prediction(
        "insertion_prediction",
        sentences.question(blocks),
        dict.fromkeys((SAME, LITTLE, FAR), held.text),
        held.answer,
    )
    if shown:
        table = sentences.table(rows)
        most = float(rows[["train_error", "test_error"]].max().max())
        for column, (residual, panel) in zip(st.columns(2), rows.groupby("residual"), strict=True):
            name = f"Built, {'residual' if residual else 'plain'}"
            figures[name] = drawings.figure(charts.gaps, panel, most=most)
            with column:
                panels.chart(
                    figures[name],
                    key=f"degradation-built-{'residual' if residual else 'plain'}",
                    alt=sentences.built_described(panel),
                )
        st.dataframe(
            table,
            hide_index=True,
            column_config=degradation.NARROW,
            alt="For each network and how it came about its errors on the digits, and by how much "
            "its logits differ from those of the network of 20 layers.",
        )
        st.caption(
            "Errors on training and test pictures of the digits, all measured after training; seed "
            "0, the shipped networks. The random blocks are those that training begins with, "
            "normalised by what arrives at them. Logits are what a network puts out last: a score "
            "for each class."
        )
        tables |= {"Built": rows}

    st.header("4. Is the identity hard to find, or does a shortcut give it?", anchor=False)
    st.markdown(
        "Training starts with random weights, and it would have to find those of step 3 by itself. "
        "Try it where nothing else is to be learnt: two stacked layers, ReLU(W₂ · ReLU(W₁ · x)), "
        "shall learn **y = x**. With a shortcut they compute ReLU(W₂ · ReLU(W₁ · x) + x) from the "
        "same random weights, and only have to forget. No number in x is below 0, as in a network, "
        "where what a block gets has passed a ReLU: so the last ReLU can let x through as it is."
    )
    with st.container(horizontal=True):
        width = int(links.segments("Numbers in x", WIDTHS, key="identity_width", default="16"))
        rate = float(links.segments("Learning rate", RATES, key="identity_rate", default="0.1"))
    losses = degradation.identity_losses(width, rate)
    learnt = sentences.learnt(losses)
    figures["Identity"] = drawings.figure(charts.identity_losses, losses)
    panels.chart(
        figures["Identity"],
        key="degradation-identity",
        alt=sentences.losses_described(losses),
    )
    st.markdown(learnt)

    st.header("5. Is what trained residual blocks add small?", anchor=False)
    st.markdown(
        "If the best block is near the identity, F(x) should be small. The "
        f"*{glossary.linked('response')}* of a layer "
        "is the standard deviation of what it puts out, after its normalisation. Training "
        "begins with 1 everywhere."
    )
    order = links.segments("Order", ORDERS, key="response_order")
    answers = degradation.responses(data)
    figures["Responses"] = drawings.figure(
        charts.layer_responses, answers, ordered=order == ORDERS[1]
    )
    panels.chart(
        figures["Responses"],
        key="degradation-responses",
        alt=f"Standard deviation of each layer's response in four networks. "
        f"{sentences.answered(answers)}",
    )
    st.markdown(sentences.answered(answers))
    st.caption(
        f"The shipped networks of {title}, seed 0, measured on {degradation.pictures(data)}. "
        "The stem and both layers of each block. Over a point stands the layer's name: "
        "layer2.0.conv1 is the first convolution of stage 2's first block, as blocks are counted "
        "from 0."
    )
    tables |= {"Identity": losses, "Responses": answers}

    said = [
        sentences.concluded(rows) if shown else "",
        outcome.text,
        f"Step 3, on the digits: {sentences.exists(rows)}" if shown else "",
        "The paper's authors call the difficulty “unlikely to be caused by vanishing gradients”; "
        f"{lesson_frame.mentioned('vanishing')} measures these.",
        f"Learning y = x, {learnt[:1].lower()}{learnt[1:]}",
    ]
    panels.notice(
        " ".join(filter(None, said)),
        f"{HE_2015}, sections 1, 3.1 and 4.2, figures 6 and 7; its argument by construction is in "
        "section 1. Zero at the end of a branch as a start: Goyal et al. 2017, arXiv:1706.02677, "
        "section 5.1.",
    )

glossary.words(
    "block", "batch normalisation", "identity", "overfitting", "response", "shortcut", "seed"
)
panels.downloads("degradation", tables=tables, figures=figures)
lesson_frame.ending()
