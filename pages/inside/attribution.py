import pandas as pd
import streamlit as st

from resnet_viz.analysis import METHODS
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import knowledge
from resnet_viz.ui.inputs import picture_cut, picture_form
from resnet_viz.ui.networks import pair, snapshots, take_away
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import attribution, contact_sheet, learning, trust
from resnet_viz.ui.topics.attribution import AUTOMATIC, BOTH, PREDICTED, TARGETS

sides = pair.chosen()
panels.heading(reported.question(side.architecture.is_residual for side in sides))

row = st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="controls")
networks = [side.classifier for side in sides]
chosen = picture_form.choose_pictures(*networks, several=True, row=row)

titles = {name: method.title for name, method in METHODS.items()}
shared = [name for name in networks[0].classes if name in networks[1].classes]
with row:
    method = links.select(
        "Method",
        tuple(METHODS),
        key="method",
        names=titles,
        width=180,
        help=trust.unnoticing(),
    )
    target = links.select(
        "Class to explain", [BOTH, PREDICTED, *shared], key="target", names=TARGETS, width=180
    )
    with st.popover("More", icon=":material/tune:"):
        chosen = picture_cut.choose_cut(chosen)
        sides = snapshots.choose(sides)
        layers = [AUTOMATIC, *networks[0].network.stages, *networks[0].network.blocks()]
        needed = METHODS[method].needs_layer
        layer = links.select("Layer", layers, key="layer") if needed else AUTOMATIC
        opacity = links.slider("Opacity of the map (%)", 0, 100, 60, 5, key="opacity", says="60 %")

if not chosen:
    st.info("Upload one photograph or several above; each becomes a picture here.")
    st.stop()

opened = contact_sheet.opened(chosen)
answers, figures, pictures = {sample.name: [] for sample in chosen}, {}, {}
found = {}
picture, *columns = panels.evidence().columns([24, 43, 43], gap="small")
with picture, st.container(key="given"):
    attribution.show_picture(opened, sides, signed=METHODS[method].signed)
for number, sample in enumerate(chosen):
    explained = attribution.shared_class(sides, sample, target)
    question = attribution.Asked(method, explained, layer, opacity)
    for column, side in zip(columns, sides, strict=True):
        with column, panels.sentences():
            if sample is opened:
                side.header()
            answer = attribution.answer(side, sample, question)
            answers[sample.name].append(answer)
            if sample is opened:
                found[side.key] = answer.found
            figures[f"Answers of {side.label} on {sample.name}"] = answer.figure
            if answer.picture is not None:
                pictures[answer.described] = answer.picture
            if sample is opened:
                attribution.show_answer(side, sample, answer, number=number)

given = [answer for said in answers.values() for answer in said]
if not given:
    st.stop()
of_opened = answers[opened.name]
both = list(dict.fromkeys(answer.explained for answer in of_opened))
if len(of_opened) == len(sides):
    st.caption(reported.question_of_maps(both, shared=bool(shared)))
if len(chosen) > 1:
    panels.finding(reported.counted([[one.judged for one in said] for said in answers.values()]))
    contact_sheet.draw(chosen, answers)
elif of_opened:
    panels.finding(reported.finding(opened.title, [one.judged for one in of_opened]))
if any(answer.judged.right is False for answer in given):
    st.caption(attribution.limits(sides))
tables = trust.section(sides, opened, found)

now = pair.chosen()
explained = attribution.shared_class(now, opened, target)
learned = learning.section(
    now,
    opened,
    method=method,
    asked={
        side.key: learning.Asked(
            side.classifier.classes.index(explained) if explained in shared else None,
            None if layer == AUTOMATIC else layer,
        )
        for side in now
    },
    opacity=opacity / 100,
)
snapshots.watch(now)

panels.notice(
    reported.method(METHODS[method])
    + reported.noticed(knowledge.schooling(network) for network in networks),
    f"{METHODS[method].paper}; on what such maps can and cannot show: Adebayo et al. 2018, "
    "arXiv:1810.03292.",
)
panels.downloads(
    "attribution",
    tables={"Probabilities": pd.concat([answer.rows for answer in given], ignore_index=True)}
    | ({} if learned is None else {"While it learned": learned})
    | tables,
    figures=figures,
    pictures=pictures | {f"{opened.name} as it was cut": opened.image},
    more=take_away.of_pair(pair.chosen()),
)
