import streamlit as st

from resnet_viz import charts
from resnet_viz.models.choices import SHORTCUTS
from resnet_viz.models.published import HE_2015, RESNEXT50_BY_CARDINALITY, XIE_2016
from resnet_viz.reporting import architecture as reported
from resnet_viz.reporting import headlines
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import architecture_exports, architectures, families

panels.heading(
    "Follow the line from the image down to the classes: where do maps become smaller and "
    "channels more, and what can go around each block?",
)

with panels.controls():
    shown = architectures.choose_networks()
    size = architectures.size(shown)
    unfold = architectures.unfolded()

with st.spinner("Counting the blocks …"):
    outlines = {label: architectures.outline(network, size) for label, network in shown.items()}
drawn = [
    charts.Drawn(label, outlines[label], network.shortcut, SHORTCUTS[network.shortcut].legend)
    for label, network in shown.items()
]
picture, chosen = panels.evidence().columns([5, 4], gap="large")
with chosen:
    part = architectures.part(outlines)
    for mark, (label, network) in zip(architectures.MARKS, shown.items(), strict=False):
        architectures.explain(label, network, outlines[label], part, mark=mark)
with picture:
    architectures.draw(drawn, unfold=unfold, marked=part)
panels.finding(headlines.architecture(outlines))

st.header("Layer by layer", anchor=False)
label = next(iter(shown))
if len(shown) > 1:
    label = links.segments("Layers of", tuple(shown), key="layers")
with st.spinner("Counting the layers …"):
    table = architectures.layer_table(shown[label], size)
layers = reported.layers(table)
st.dataframe(
    layers,
    hide_index=True,
    placeholder="",
    column_config={
        **{
            name: st.column_config.NumberColumn(width=width)
            for name, width in architectures.NARROW.items()
        },
        reported.COLUMNS["share"]: st.column_config.NumberColumn(format="%.1f"),
        "parameters": st.column_config.NumberColumn(format="localized"),
        "multiply-adds": st.column_config.NumberColumn(format="localized"),
    },
    alt=f"Every layer of {label} with kernel, shapes, parameters, multiply-adds and receptive "
    "field; search and sort it by its heading.",
)
st.caption(
    f"{label}: "
    + reported.compared(
        shown[label], size, int(table["parameters"].sum()), int(table["multiply_adds"].sum())
    )
    + " Multiply-adds are those of convolutions and linear layers, for one image; a layer's share "
    "is that of their sum."
)
architecture_exports.draw(label, shown[label], size)

st.header("The family", anchor=False)
family = families.marked(list(shown.values()))
st.dataframe(
    families.lit(family),
    hide_index=True,
    placeholder=reported.NOTHING,
    height="content",
    column_config={
        "here": st.column_config.TextColumn("", help="drawn above, with this mark", width=30),
        "parameters": st.column_config.NumberColumn(format="localized"),
        "multiply-adds": st.column_config.NumberColumn("multiply-adds (10⁹)", format="%.3f"),
        "torchvision": st.column_config.NumberColumn(format="%.3f"),
        "paper": st.column_config.NumberColumn(format="%.1f"),
        "paper's error (%)": st.column_config.TextColumn(width=180),
    },
    alt="Every network of the table with blocks a stage, parameters and multiply-adds counted "
    "here, and beside them what is published.",
)
st.caption(
    "● and ◆ mark what is drawn above. Parameters and multiply-adds are counted here, for images "
    "as large as the last column says. Published: "
    f"torchvision's documentation; {HE_2015}, tables 1, 2, 3 and 6 (errors on ImageNet of ten "
    f"crops, the letter is the shortcut option); {XIE_2016}, table 3 (one crop, by which ResNet-50 "
    f"has {RESNEXT50_BY_CARDINALITY[1, 64]} %)."
)
panels.notice(
    reported.finding(outlines),
    f"{HE_2015}, section 3.3 and figure 3. Counted by running the networks on tensors without "
    "numbers.",
)
panels.downloads(
    "architecture",
    tables={"Layers": layers, "Family": family},
    drawings={" and ".join(shown): drawings.text(charts.drawing, drawn, unfold=unfold)},
)
