import pandas as pd
import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.models.published import HE_2015, HE_2016
from resnet_viz.reporting import headlines
from resnet_viz.reporting import shortcuts as reported
from resnet_viz.ui.inputs import picture_cut, picture_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import glossary, lesson_frame, links, panels
from resnet_viz.ui.topics import shortcuts

lesson_frame.heading()
figures, pictures = {}, {}

side = next((side for side in reversed(pair.chosen()) if side.architecture.is_residual), None)
if side is None:
    st.info("Choose a residual network above: neither of the two has shortcuts.")
else:
    row = panels.controls()
    chosen = picture_form.choose_pictures(side.classifier, row=row)
    with row:
        block, option = shortcuts.choose_block(side)
        with st.popover("More", icon=":material/tune:"):
            chosen = picture_cut.choose_cut(chosen)
    if chosen:
        with panels.evidence():
            pictures = shortcuts.show_tensor(side, chosen[0], block, option)
    else:
        st.info("Take or choose a picture first: block and option have nothing to show yet.")
    st.caption(reported.chosen(option, block))
st.header("What happens to the tensor", anchor=False)
st.markdown(
    "F(x) and x can only be added when they have the same shape. In the first "
    f"{glossary.linked('block')} of a {glossary.linked('stage')} F(x) mostly has half the height "
    "and width and more channels: something has to be done to x."
)

st.header("What it costs, and what it brings", anchor=False)
networks = ("resnet34", "resnet50", "resnet56", "resnet20")
name = links.select("Count it for", networks, key="counted", names=TITLES)
architecture = ARCHITECTURES[name]
groups = shortcuts.recorded(reported.OPTIONS)
ends = reported.ends(groups)
table = reported.costs(architecture, analysis.shortcut_costs(architecture), ends)
st.dataframe(
    table,
    hide_index=True,
    alt="For each option the paper's error on ImageNet, the error measured here on the digits, and "
    "its parameters and multiply-adds.",
)
if len(ends):
    panels.finding(headlines.options(ends))
    figures["Options A, B, C"] = drawings.figure(charts.errors_by_shortcut, ends)
    panels.chart(
        figures["Options A, B, C"],
        key="shortcut-options",
        alt="Error after the last epoch of ResNet-56 on the digits for options A, B and C, a point "
        "for each seed.",
    )
    st.caption(reported.conditions(ends, groups))
    st.markdown(reported.ranked(ends))

st.header("Why nothing should stand on the shortcut", anchor=False)
st.markdown(
    "What if the shortcut is not x but λ·x? After L blocks it has put the factor λᴸ on x, and as "
    "well on the gradient on its way back. That is what arrives through the shortcuts alone: the "
    "branches F carry x too, so a network may learn although little comes this way."
)
label = "λ on every shortcut (0.1–1.2)"
scale = float(links.number(label, 0.1, 1.2, 0.5, step=0.05, key="shortcut_scale", width=260))
blocks = reported.block_counts()
figures["What is left of x"] = drawings.figure(
    charts.signal_left, scale, max(blocks.values()), {str(d): n for d, n in blocks.items()}
)
panels.chart(
    figures["What is left of x"],
    key="signal-left",
    alt=reported.left_described(scale),
)
st.caption(reported.left(scale))

variations = reported.ends(shortcuts.recorded(reported.VARIATIONS))
predicted = False
if len(variations) and variations["shortcut"].nunique() > 1:
    choices, answer = reported.answers(variations)
    predicted = lesson_frame.prediction(
        "variation",
        "ResNet-56 is trained on the digits with nothing on its shortcuts, with half of x, and "
        "with dropout on them. Which one errs most on the test split?",
        choices,
        answer,
    )
    if predicted:
        figures["Variations"] = drawings.figure(charts.errors_by_shortcut, variations)
        panels.chart(
            figures["Variations"],
            key="shortcut-variations",
            alt=reported.variations_described(variations),
        )
        st.dataframe(
            reported.variations_table(variations),
            hide_index=True,
            alt="For each variation the paper's error on CIFAR-10 and the errors measured here.",
        )
        st.caption(reported.SCALED)

panels.notice(
    reported.noticed(ends, variations if predicted else variations.iloc[:0]),
    f"{HE_2015}, section 4.1 and table 3 (options; ImageNet, 10-crop); {HE_2016}, section 3 and "
    "table 1 (variations). Here: scikit-learn's digits, recorded by the command in "
    "checkpoints/README.md.",
)
glossary.words(
    "shortcut",
    "projection",
    "block",
    "stage",
    "stride",
    "channel",
    "tensor",
    "identity",
    "dropout",
    "seed",
)
panels.downloads(
    "shortcuts",
    tables={"Costs": table, "Runs": pd.concat([ends, variations]).drop_duplicates()},
    figures=figures,
    pictures=pictures,
)
lesson_frame.ending()
