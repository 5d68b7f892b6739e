import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.analysis import METHODS
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import knowledge
from resnet_viz.ui.inputs import picture_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import attribution
from resnet_viz.ui.topics.attribution import AUTOMATIC, PREDICTED, TRUE

sides = pair.chosen()
panels.heading(reported.question(side.architecture.is_residual for side in sides))

chosen = picture_form.choose_pictures(*(side.classifier for side in sides), several=True)

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
answers, figures, pictures = [], {}, {}
for number, sample in enumerate(chosen):
    if len(chosen) > 1:
        st.header(sample.name, anchor=False)
    # One question for both networks, as far as both know what the picture shows.
    asked = sample.label if target == TRUE and sample.label in shared else target
    question = attribution.Asked(method, asked, layer, opacity)
    attribution.show_original(sample, sides)
    explained = []
    for column, side in zip(st.columns(2, gap="medium"), sides, strict=True):
        with column, panels.sentences():
            side.header()
            answer = attribution.show_answer(side, sample, question, number=number)
            answers.append(answer)
            explained.append(answer.explained)
            figures[answer.described] = answer.figure
            if answer.picture is not None:
                pictures[answer.described] = answer.picture
    if len(set(explained)) > 1:
        st.caption(reported.two_questions(*explained, shared=bool(shared)))
if not answers:
    st.stop()

panels.notice(
    reported.noticed(knowledge.schooling(side.classifier) for side in sides),
    "Selvaraju et al. 2017, arXiv:1610.02391; on what such maps can and cannot show: Adebayo et "
    "al. 2018, arXiv:1810.03292.",
)
panels.downloads(
    "attribution",
    tables={"Probabilities": pd.concat([answer.rows for answer in answers], ignore_index=True)},
    figures=figures,
    pictures=pictures,
)
