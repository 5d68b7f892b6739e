import streamlit as st

from resnet_viz import charts
from resnet_viz.analysis.experiments.spurious_cue import METHOD
from resnet_viz.reporting import spurious_cue as reported
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import glossary, lesson_frame, navigation, panels
from resnet_viz.ui.topics import spurious_cue

lesson_frame.heading()
accuracies = spurious_cue.accuracies()
with panels.evidence():
    spurious_cue.show_examples()
st.markdown(
    "Training pictures, drawn by code: a shape on textures and clutter. Of each it is known "
    f"which pixels are the shape. The pictures of the {glossary.linked('test split')} are of the "
    "same kind."
)
predicted = lesson_frame.prediction(
    "spurious_cue_prediction",
    reported.question(),
    dict.fromkeys((reported.MOST, reported.HALF, reported.FEW), reported.found(accuracies)),
    reported.answer(accuracies),
)
panels.finding(reported.found(accuracies) if predicted else reported.at_first(accuracies))

figures, tables = {}, {}
if predicted:
    st.header("1. The tag taken away, and put on another shape", anchor=False)
    for column, (label, rows) in zip(
        st.columns(2), accuracies.groupby("label", sort=False), strict=True
    ):
        figures[label] = drawings.figure(charts.accuracy_by_tag, rows)
        with column:
            st.markdown(f"**{label}**")
            panels.chart(
                figures[label],
                key=f"accuracy-{label}",
                alt=reported.accuracies_described(rows),
            )
    st.markdown(reported.on_the_wrong_class(accuracies))
    tables["Accuracies"] = reported.table(accuracies)
    st.dataframe(
        tables["Accuracies"],
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="%.1f %%")
            for name in tables["Accuracies"].columns[1:]
        },
        alt=reported.accuracies_described(accuracies),
    )
    st.caption(reported.measured())

    st.header("2. Where does each network look?", anchor=False)
    st.markdown(
        f"{glossary.linked('Grad-CAM')} shows where a network finds support for a class. Here it "
        "is drawn for the *true* class of one test picture, whatever the network answers."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sample = spurious_cue.choose_picture()
    spurious_cue.show_maps(sample)

    st.header("3. Do the maps lie on the shape?", anchor=False)
    st.markdown(
        "One picture may deceive. Of these pictures every pixel of the shape is known, so the maps "
        f"of many can be scored: by the *{glossary.linked('pointing game')}* (is the strongest "
        "point of the map on the shape?) and by the "
        f"*{glossary.linked('intersection over union')}* of the shape and the map's strongest "
        "pixels, as many as the shape has. A score means something beside maps that ask no "
        "network: a random one, a hill in the middle of every picture, and the picture's own edges."
    )
    located = spurious_cue.located()
    scores = reported.scores(located)
    figures["Strongest points"] = drawings.figure(charts.strongest_points, scores)
    panels.chart(
        figures["Strongest points"],
        key="strongest-points",
        alt=reported.scores_described(scores),
    )
    st.markdown(reported.looked(scores))
    st.dataframe(
        scores,
        hide_index=True,
        column_config={
            "in_shape": st.column_config.NumberColumn("strongest in shape", format="%.0f %%"),
            "in_tag": st.column_config.NumberColumn("in tag", format="%.0f %%"),
            "elsewhere": st.column_config.NumberColumn(format="%.0f %%"),
            "overlap": st.column_config.NumberColumn("overlap (IoU)", format="%.2f"),
        },
        alt=reported.scores_described(scores),
    )
    tables |= {"Scores": scores, "Pictures": located}

    st.header("4. Train it here", anchor=False)
    st.markdown(reported.trained_here())
    navigation.link(
        "training",
        "**Train the pair** on shapes with a tag",
        ":material/play_circle:",
        **reported.training(),
    )
    panels.notice(
        reported.noticed(accuracies),
        "Lapuschkin et al. 2019, arXiv:1902.10178 (horses by a photographer's name); Geirhos et "
        "al. 2020, arXiv:2004.07780 (shortcut learning); the pointing game: Zhang et al. 2018, "
        f"arXiv:1608.00507; {METHOD.title}: {METHOD.paper}.",
    )
glossary.words(
    "spurious cue", "accuracy", "test split", "Grad-CAM", "pointing game", "intersection over union"
)
panels.downloads("wrong-reason", tables=tables, figures=figures)
lesson_frame.ending()
