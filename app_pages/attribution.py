import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.analysis import METHODS, default_layer, layers
from resnet_viz.ui import cached, knowledge, links, pair, panels, samples

PREDICTED, AUTOMATIC = "predicted", "automatic"

panels.heading(
    "Where do the networks look?",
    "Look at whether the two maps agree: the same picture, the same question, one network with "
    "shortcuts and one without.",
)

sides = pair.chosen()
chosen = samples.choose(*(side.classifier for side in sides), several=True)

titles = {name: method.title for name, method in METHODS.items()}
shared = [name for name in sides[0].classifier.classes if name in sides[1].classifier.classes]
with st.container(horizontal=True, vertical_alignment="bottom"):
    method = links.segments("Method", tuple(METHODS), key="method", names=titles)
    target = links.select("Class to explain", [PREDICTED, *shared], key="target")
    stages = [AUTOMATIC, *sides[0].classifier.network.stages, *sides[0].classifier.network.blocks()]
    layer = links.select("Layer", stages, key="layer") if METHODS[method].needs_layer else AUTOMATIC
    links.check_number("opacity", 0, 100, "60 %")
    opacity = st.slider(
        "Opacity of the map (%)", 0, 100, 60, 5, key="opacity", bind="query-params", width=220
    )
st.caption(f"{METHODS[method].title}: {METHODS[method].sentence} {METHODS[method].paper}.")

if not chosen:
    st.info("Upload one photograph or several above; each becomes a row here.")
    st.stop()

signed = METHODS[method].signed
rows, figures, pictures = [], {}, {}
for number, sample in enumerate(chosen):
    if len(chosen) > 1:
        st.subheader(sample.name, anchor=False)
    for column, side in zip(st.columns(2, gap="medium"), sides, strict=True):
        classifier = side.classifier
        with column:
            side.header()
            at = None if layer == AUTOMATIC else layer
            if at is not None and at not in set(layers(classifier)["layer"]):
                st.info(f"{side.label} has no layer {at}; {default_layer(classifier)} is shown.")
                at = None
            wanted = None if target == PREDICTED else classifier.classes.index(target)
            found = cached.attribution(
                classifier.digest, sample.key, method, wanted, at, classifier, sample.image
            )
            seen = classifier.crop(sample.image)
            seen = seen.resize((360, 360), 0 if max(seen.size) <= 64 else 3)
            heatmap = found.heatmap.numpy()
            name = classifier.classes[found.target]
            described = f"{titles[method]} of {side.label} for {name} on {sample.name}"
            left, right = st.columns(2, gap="small", wrap=False)
            with left:
                caption = sample.name + (f": {sample.label}" if sample.label else "")
                st.image(seen, width="stretch", caption=caption, alt=f"{sample.name}, as seen.")
            with right:
                if found.blank:
                    st.info(found.note)
                else:
                    picture = charts.overlay(seen, heatmap, opacity=opacity / 100, signed=signed)
                    pictures[described] = picture
                    where = f", {found.layer}" if found.layer else ""
                    st.image(
                        picture,
                        width="stretch",
                        caption=f"for {name}{where}",
                        alt=f"{described}; strongest at "
                        f"{charts.strongest(heatmap)} of the picture.",
                    )
                    if found.note:
                        st.caption(found.note)
            probabilities = pd.DataFrame(
                {"class": classifier.classes, "probability": found.probabilities.numpy()}
            )
            bars = charts.predictions(
                probabilities, residual=side.architecture.is_residual, target=name
            )
            figures[described] = bars
            best = probabilities.loc[probabilities["probability"].idxmax()]
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

bar = st.columns([1, 3])[0]
ends = "against the class … for it" if signed else "0 … strongest in this map"
bar.image(charts.colour_bar(signed=signed), width="stretch", caption=ends, alt=ends)
known = {knowledge.data_title(side.classifier) for side in sides}
panels.notice(
    f"Each network only knows its own classes (trained on {', '.join(sorted(known))}): on anything "
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
