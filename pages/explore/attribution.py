import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.analysis import METHODS, default_layer, layers
from resnet_viz.reporting import knowledge
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.numbers import size
from resnet_viz.ui.inputs import picture_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import links, panels

TRUE, PREDICTED, AUTOMATIC = "true, else predicted", "predicted", "automatic"
ORIGINAL = 160  # pixels of a picture as it came, at most
PALE = 0.35  # of the opacity, for a map whose amounts are not to be trusted

sides = pair.chosen()
apart = len({side.architecture.is_residual for side in sides}) > 1
panels.heading(
    "Look at whether the two maps agree: the same picture and the same class"
    + (", one network with shortcuts and one without." if apart else ", two networks."),
)

chosen = picture_form.choose(*(side.classifier for side in sides), several=True)

titles = {name: method.title for name, method in METHODS.items()}
shared = [name for name in sides[0].classifier.classes if name in sides[1].classifier.classes]
with st.container(horizontal=True, vertical_alignment="bottom"):
    method = links.segments("Method", tuple(METHODS), key="method", names=titles)
    target = links.select("Class to explain", [TRUE, PREDICTED, *shared], key="target")
    stages = [AUTOMATIC, *sides[0].classifier.network.stages, *sides[0].classifier.network.blocks()]
    layer = links.select("Layer", stages, key="layer") if METHODS[method].needs_layer else AUTOMATIC
    opacity = links.slider(
        "Opacity of the map (%)", 0, 100, 60, 5, key="opacity", says="60 %", width=220
    )
st.caption(f"{METHODS[method].title}: {METHODS[method].sentence} {METHODS[method].paper}.")

if not chosen:
    st.info("Upload one photograph or several above; each becomes a row here.")
    st.stop()

signed = METHODS[method].signed
bar = st.columns([1, 3])[0]
ends = "against the class … for it" if signed else "0 … strongest in each map"
bar.image(charts.colour_bar(signed=signed), width="stretch", caption=ends, alt=ends)
rows, figures, pictures = [], {}, {}
for number, sample in enumerate(chosen):
    if len(chosen) > 1:
        st.subheader(sample.name, anchor=False)
    title = sample.title
    # One question for both networks, as far as both know what the picture shows.
    asked = sample.label if target == TRUE and sample.label in shared else target
    answered = []
    width, height = sample.image.size
    if any((width, height) != (side.classifier.input_size,) * 2 for side in sides):
        with st.container(horizontal=True, vertical_alignment="center"):
            small = cached.thumbnail(sample.key, ORIGINAL, sample.image)
            st.image(small, width=small.width, alt=f"{title}, the original.")
            st.caption(f"{literal(title)}. The original: {size(width, height)} pixels.")
    for column, side in zip(st.columns(2, gap="medium"), sides, strict=True):
        classifier = side.classifier
        known = (classifier.digest, sample.key)
        with column, panels.sentences():
            side.header()
            at = None if layer == AUTOMATIC else layer
            if at is not None and at not in set(layers(classifier)["layer"]):
                st.info(f"{side.label} has no layer {at}; {default_layer(classifier)} is shown.")
                at = None
            wanted = None if asked in (TRUE, PREDICTED) else classifier.classes.index(asked)
            left, right = st.columns(2, gap="small", wrap=False)
            with left:
                given = size(classifier.input_size, classifier.input_size)
                part = size(*cached.part_seen(*known, classifier, sample.image))
                made = f", made of the {part} in the middle" if part != given else ""
                st.image(
                    cached.seen_large(*known, classifier, sample.image),
                    width="stretch",
                    caption=f"{literal(title)}, as the network sees it: {given}{made}",
                    output_format="PNG",
                    alt=f"{title}, as {side.label} sees it, {given} pixels.",
                )
            found = cached.attribution(*known, method, wanted, at, classifier, sample.image)
            name = classifier.classes[found.target]
            answered.append(name)
            described = f"{titles[method]} of {side.label} for {name} on {sample.name}"
            with right:
                if found.blank:
                    st.info(found.note)
                else:
                    strength = opacity / 100 * (PALE if found.inexact else 1)
                    pictures[described] = cached.overlay(
                        *known,
                        method,
                        found.target,
                        found.layer,
                        strength,
                        classifier,
                        sample.image,
                        found,
                    )
                    where = f", {found.layer}" if found.layer else ""
                    pale = ", drawn pale" if found.inexact else ""
                    st.image(
                        pictures[described],
                        width="stretch",
                        caption=f"for {literal(name)}{where}{pale}",
                        output_format="PNG",
                        alt=f"{described}{', inexact' if found.inexact else ''}; strongest at "
                        f"{charts.strongest(found.heatmap.numpy())} of the picture.",
                    )
                    if found.note:
                        st.caption(found.note)
            probabilities = pd.DataFrame(
                {"class": classifier.classes, "probability": found.probabilities.numpy()}
            )
            bars = cached.figure(
                charts.predictions,
                probabilities,
                residual=side.architecture.is_residual,
                target=name,
            )
            figures[described] = bars
            best = probabilities.loc[probabilities["probability"].idxmax()]
            if sample.label is not None:
                st.markdown(panels.verdict(best["class"], sample.label, classifier.classes))
            panels.chart(
                bars,
                key=f"predictions-{number}-{side.key}",
                alt=f"{side.label} takes {sample.name} for {best['class']} with "
                f"{100 * best['probability']:.0f} %.",
            )
            rows.append(
                probabilities.assign(
                    picture=sample.name, network=side.label, explained=name, layer=found.layer
                )
            )
    if len(set(answered)) > 1:
        remedy = "choose one class above" if shared else "these networks have no class in common"
        st.caption(
            f"The left map is for {literal(answered[0])}, the right one for "
            f"{literal(answered[1])}: two questions, so the maps are not comparable; {remedy}."
        )
if not rows:
    st.stop()

known = dict.fromkeys(knowledge.schooling(side.classifier) for side in sides)
panels.notice(
    f"Each network only knows its own classes ({'; '.join(known)}): on anything "
    "else it names the nearest class it has. A map says where a network finds reasons, not whether "
    "they are good ones; each map has its own scale.",
    "Selvaraju et al. 2017, arXiv:1610.02391; on what such maps can and cannot show: Adebayo et "
    "al. 2018, arXiv:1810.03292.",
)
panels.downloads(
    "attribution",
    tables={"Probabilities": pd.concat(rows, ignore_index=True)},
    figures=figures,
    pictures=pictures,
)
