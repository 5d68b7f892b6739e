import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.gradients import QUANTITIES, log_range
from resnet_viz.models.architecture import ACTIVATIONS, NORMS
from resnet_viz.reporting import findings, histories, knowledge
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import links, panels

RECORDED, LIVE, FRESH = "recorded", "on a batch", "fresh networks"
DEPTHS = (20, 32, 44, 56, 110)

panels.heading(
    "Look at the slope from the first layer to the last: falling to the left, the first layers "
    "hardly hear the loss; rising to the left, a small step shakes them.",
)

with st.container(horizontal=True, vertical_alignment="bottom"):
    way = links.segments("Gradients", (RECORDED, LIVE, FRESH), key="gradients")
    quantity = links.segments("Quantity", tuple(QUANTITIES), key="quantity", names=QUANTITIES)

sides = pair.chosen()
if way == FRESH:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        depth = links.select("Depth", list(map(str, DEPTHS)), key="depth", default="56")
        activation = links.select("Activation", list(ACTIVATIONS), key="activation")
        norm = links.select("Normalisation", list(NORMS), key="norm")
        shortcut = links.select("Shortcut of the residual net", ["A", "B", "C"], key="shortcut")
    options = {"activation": activation, "norm": norm}
    sides = (
        pair.fresh("left", f"plain{depth}", options),
        pair.fresh("right", f"resnet{depth}", options | {"shortcut": shortcut}),
    )


def measured(side: pair.Side) -> pd.DataFrame | None:
    """Norms on a batch of the data that the network knows; a sentence where there are none."""
    classifier = side.classifier
    data = knowledge.data_of(classifier)
    if data is None:
        st.info(f"{side.label} is not measured. {knowledge.how_to_have_data(classifier)}")
        return None
    norms = cached.gradient_norms(classifier.digest, data, 64, 0, classifier)
    return named(norms.assign(position=range(len(norms))), side)


def named(norms: pd.DataFrame, side: pair.Side) -> pd.DataFrame:
    """Norms with the network's name and family, as the charts take them."""
    return norms.assign(label=side.label, residual=side.architecture.is_residual)


recorded = {}
if way == RECORDED:
    recorded = {
        side.key: named(histories.gradients(record), side)
        for side in sides
        if (record := side.record) is not None and not record.gradients.empty
    }
    for side in sides:
        if side.key not in recorded:
            st.info(f"{side.label} has no recorded training; choose “{LIVE}” to measure it now.")
    if not recorded:
        st.stop()
    moments = sorted({epoch for frame in recorded.values() for epoch in frame["epoch"]})
    if len(moments) > 1:
        moment = links.steps(
            "Epoch (0 is initialisation)",
            [f"{epoch:.2f}" for epoch in moments],
            key="moment",
            says="initialisation",
        )
        epoch = min(moments, key=lambda value: abs(value - float(moment)))
    else:
        epoch = moments[0]
    shown = [
        frame[frame["epoch"] == min(frame["epoch"].unique(), key=lambda value: abs(value - epoch))]
        for frame in recorded.values()
    ]
    everything = pd.concat(recorded.values(), ignore_index=True)
    y_range = log_range(everything[quantity])
else:
    shown = [norms for side in sides if (norms := measured(side)) is not None]
    y_range = None
    if not shown:
        st.stop()

norms = pd.concat(shown, ignore_index=True)
figures = {
    "By layer": cached.figure(charts.gradient_norms, norms, quantity=quantity, y_range=y_range)
}
panels.chart(
    figures["By layer"],
    key="gradients-by-layer",
    alt=f"{QUANTITIES[quantity]} of each layer on a logarithmic axis: "
    + "; ".join(
        f"{label} from {line[quantity].iloc[0]:.2g} in the first layer to "
        f"{line[quantity].iloc[-1]:.2g} in the last"
        for label, line in norms.groupby("label", sort=False)
    )
    + ".",
)

if recorded:
    st.subheader("Through training", anchor=False)
    for column, (key, frame) in zip(st.columns(len(recorded)), recorded.items(), strict=True):
        with column:
            next(side for side in sides if side.key == key).header()
            title = frame["label"].iloc[0]
            figures[title] = cached.figure(
                charts.gradient_heatmap, frame, quantity=quantity, colour_range=y_range
            )
            panels.chart(
                figures[title],
                key=f"gradients-{key}",
                alt=f"{QUANTITIES[quantity]} of {title}: layers from top to "
                "bottom, epochs from left to right, logarithm as colour.",
            )

slopes = [
    f"{label}, {findings.slope(line, quantity)}"
    for label, line in norms.groupby("label", sort=False)
]
panels.notice(
    f"Here, of {QUANTITIES[quantity]}: in {'; in '.join(slopes)}. Try it on fresh networks: with "
    "sigmoid and no normalisation gradients vanish toward the first layers; with ReLU and batch "
    "normalisation they *grow* toward them at initialisation, in a plain net the more the deeper "
    "it is, in a residual one far less. So vanishing gradients are not what ails the paper's plain "
    "nets, which are normalised.",
    "He et al. 2015, arXiv:1512.03385, section 4.1 (“unlikely to be caused by vanishing "
    "gradients”); Yang et al. 2019, arXiv:1902.08129 (explosion). The gradient of one batch's mean "
    "cross-entropy, between the backward pass and the optimiser's step; batch statistics.",
)
tables = {"Norms": norms} | ({"History": everything} if recorded else {})
panels.downloads("gradients", tables=tables, figures=figures)
