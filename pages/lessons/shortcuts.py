import numpy as np
import pandas as pd
import streamlit as st

from resnet_viz import analysis, charts
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.models.published import HE_2015, HE_2016, RESNET34_BY_OPTION, SHORTCUT_VARIATIONS
from resnet_viz.reporting import equations, numbers, tables
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.inputs import picture_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import glossary, lesson_frame, links, panels
from resnet_viz.ui.topics import shortcuts

WHAT = {
    "A": "x itself, with zeros for new channels, and of a map that gets smaller every second pixel",
    "B": "x itself where the shapes agree, and elsewhere a 1×1 convolution",
    "C": "a 1×1 convolution everywhere",
}

SIGNED = "blue and red are the two signs, the darker the larger"
UNSIGNED = "dark is 0, bright is large"
APART = 4  # pixels between two channels, which are pale where a projection puts out little

lesson_frame.heading()
figures, pictures = {}, {}

st.subheader("What happens to the tensor", anchor=False)
st.markdown(
    "F(x) and x can only be added when they have the same shape. In the first "
    f"{glossary.linked('block')} of a {glossary.linked('stage')} F(x) mostly has half the height "
    "and width and more channels: something has to be done to x."
)
side = next((side for side in reversed(pair.chosen()) if side.architecture.is_residual), None)
if side is None:
    st.info("Choose a residual network in the sidebar: neither of the two has shortcuts.")
else:
    chosen = picture_form.choose(side.classifier)
    outline = analysis.outline(side.architecture, side.classifier.input_size)
    blocks = outline[outline["kind"] == side.architecture.block]
    changing = blocks.loc[blocks["input"] != blocks["output"], "part"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        block = links.select(
            "Block", list(blocks["part"]), key="at", default=next(iter(changing), None)
        )
        row = blocks[blocks["part"] == block].iloc[0]
        fewer = row["output"][0] < row["input"][0]  # zeros cannot take channels away
        option = links.segments("Option", ("B", "C") if fewer else tuple(WHAT), key="option")
    st.caption(f"Option {option}: {WHAT[option]}. {block} is {shortcuts.place(block)}.")
    if not chosen:
        st.info("Take or choose a picture first: block and option have nothing to show yet.")
    else:
        x, outputs = cached.shortcut_outputs(
            side.classifier.digest, chosen[0].key, block, side.classifier, chosen[0].image
        )
        out = outputs[option].numpy()
        shown = {"x": x.numpy(), "what is added to F(x)": out}
        # One scale for both, so that a value that is kept keeps its colour.
        most = max(float(np.quantile(np.abs(values), 0.995)) for values in shown.values()) or 1.0
        for column, (title, values) in zip(st.columns(2), shown.items(), strict=True):
            signed = bool(values.min() < 0)
            picture = charts.grid(values, most=most, signed=signed, gap=APART)
            pictures[f"{title}, {block}, option {option}"] = picture
            with column:
                st.markdown(f"**{title}**: {equations.shape(values.shape)}")
                st.image(
                    picture,
                    width="stretch",
                    alt=f"{title} at {block} of {side.label}: {len(values)} channels.",
                )
                ends = f"{f'−{most:.2g} … 0' if signed else '0'} … {most:.2g}"
                st.image(
                    charts.colour_bar(signed=signed),
                    width="stretch",
                    caption=f"{ends}: {SIGNED if signed else UNSIGNED}",
                    alt=f"The colours of {title} stand for {ends}.",
                )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.image(
                cached.seen_large(
                    side.classifier.digest, chosen[0].key, side.classifier, chosen[0].image
                ),
                width=64,
                alt=f"{chosen[0].name}, as the network sees it.",
            )
            st.caption(
                f"{literal(chosen[0].name)} in {literal(side.label)}. "
                + shortcuts.happened(option, x.numpy(), out)
            )

st.subheader("What it costs, and what it brings", anchor=False)
networks = ("resnet34", "resnet50", "resnet56", "resnet20")
name = links.select("Count it for", networks, key="counted", names=TITLES)
architecture = ARCHITECTURES[name]
costs = analysis.shortcut_costs(architecture)
groups = shortcuts.recorded(shortcuts.OPTIONS)
ends = shortcuts.ends(groups)
measured = {
    shortcuts.LETTERS[str(shortcut)]: tables.spread(list(rows["test_error"]))
    for shortcut, rows in ends.groupby("shortcut", sort=False)
}
side_in_pixels = architecture.input_size
table = pd.DataFrame(
    {
        "option": option,
        "paper: ResNet-34 on ImageNet": f"{RESNET34_BY_OPTION[option]} %",
        "here: ResNet-56 on digits": f"{measured[option]} %" if option in measured else "–",
        f"{architecture.title}: parameters": f"{parameters:,}",
        "of the shortcuts": f"{parameters - costs['A'][0]:,}",
        f"multiply-adds at {side_in_pixels}×{side_in_pixels}": f"{multiply_adds / 1e6:,.1f} M",
    }
    for option, (parameters, multiply_adds) in costs.items()
)
st.dataframe(
    table,
    hide_index=True,
    alt="For each option the paper's error on ImageNet, the error measured here on the digits, and "
    "its parameters and multiply-adds.",
)
if len(ends):
    figures["Options A, B, C"] = cached.figure(charts.errors_by_shortcut, ends)
    panels.chart(
        figures["Options A, B, C"],
        key="shortcut-options",
        alt="Error after the last epoch of ResNet-56 on the digits for options A, B and C, a point "
        "for each seed.",
    )
    st.caption(
        f"Here: recipe quick, {int(ends['epochs'].max())} epochs, seeds "
        f"{', '.join(map(str, sorted(ends['seed'].unique())))}, pictures of 8×8 pixels; mean "
        f"(least – largest). Trained on: {shortcuts.hardware(groups)}."
    )
    st.markdown(shortcuts.ranked(ends))

st.subheader("Why nothing should stand on the shortcut", anchor=False)
st.markdown(
    "What if the shortcut is not x but λ·x? After L blocks it has put the factor λᴸ on x, and as "
    "well on the gradient on its way back. That is what arrives through the shortcuts alone: the "
    "branches F carry x too, so a network may learn although little comes this way."
)
label = "λ on every shortcut (0.1–1.2)"
scale = float(links.number(label, 0.1, 1.2, 0.5, step=0.05, key="shortcut_scale", width=260))
depths = {ARCHITECTURES[n].depth: sum(ARCHITECTURES[n].blocks) for n in shortcuts.DEPTHS}
deep = depths[56]
left = numbers.number(scale**deep)
figures["What is left of x"] = cached.figure(
    charts.signal_left, scale, max(depths.values()), {str(d): n for d, n in depths.items()}
)
panels.chart(
    figures["What is left of x"],
    key="signal-left",
    alt=f"{scale:g} to the power of the number of blocks: {left} after the {deep} blocks of "
    "ResNet-56.",
)
st.caption(
    f"{scale:g} to the power of {deep}, the blocks of ResNet-56, is {left}. Dotted: as many blocks "
    "as ResNet-20, ResNet-56 and ResNet-110 have."
)

variations = shortcuts.ends(shortcuts.recorded(shortcuts.VARIATIONS))
predicted = False
if len(variations) and variations["shortcut"].nunique() > 1:
    means = variations.groupby("shortcut", sort=False)["test_error"].mean()
    worst, best = str(means.idxmax()), str(means.idxmin())
    asked = [shortcuts.IDENTITY, shortcuts.HALF, shortcuts.DROPOUT]
    found = {name: means[name] for name in asked if name in means}
    ranking = "; ".join(f"{name} {error:.1f} %" for name, error in found.items())
    predicted = lesson_frame.prediction(
        "variation",
        "ResNet-56 is trained on the digits with nothing on its shortcuts, with half of x, and "
        "with dropout on them. Which one errs most on the test split?",
        dict.fromkeys(found, f"Mean test errors: {ranking}."),
        max(found, key=lambda name: found[name]),
    )
    if predicted:
        figures["Variations"] = cached.figure(charts.errors_by_shortcut, variations)
        panels.chart(
            figures["Variations"],
            key="shortcut-variations",
            alt=f"Error after the last epoch by what stands on the shortcut; {worst} is worst with "
            f"{means[worst]:.1f} %, {best} best with {means[best]:.1f} %.",
        )
        st.dataframe(
            pd.DataFrame(
                {
                    "on the shortcut": shortcut,
                    "here: test error": f"{tables.spread(list(of['test_error']))} %",
                    "paper: ResNet-110 on CIFAR-10": f"{SHORTCUT_VARIATIONS[str(shortcut)]} %",
                    "here: training error": f"{tables.spread(list(of['train_error']))} %",
                }
                for shortcut, of in variations.groupby("shortcut", sort=False)
            ),
            hide_index=True,
            alt="For each variation the paper's error on CIFAR-10 and the errors measured here.",
        )
        st.caption(shortcuts.SCALED)

panels.notice(
    shortcuts.noticed(ends, variations if predicted else variations.iloc[:0]),
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
