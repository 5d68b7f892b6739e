import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import transfer as reported
from resnet_viz.ui.inputs import finetune_form
from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import transfer

panels.heading(
    "Ask of each number what it was bought with: a larger network, or more images?",
)

figures, tables, noticed = {}, {}, []
if (recorded := transfer.recorded()) is not None:
    study, found = recorded.study, recorded.found
    figures["Accuracy over images"] = drawings.figure(
        charts.accuracy_over_images, study.rows, reported.WAYS, chance=100 / len(study.target)
    )
    tables["The study"] = study.rows
    noticed.append(f"In the small study, {found[0].lower()}{found[1:]}")
    seen = panels.evidence()
    seen.header("A small study, recorded here", anchor=False)  # inside, as a telephone moves it up
    left, right = seen.columns([3, 4], gap="medium")
    with left:
        panels.chart(
            figures["Accuracy over images"],
            key="transfer-images",
            alt=f"Test accuracy over training images a class, three ways. {found}",
        )
    with right:
        st.dataframe(
            recorded.results,
            hide_index=True,
            height=panels.table_height(len(recorded.results)),
            column_config=transfer.columns(reported.RESULTS),
            alt="Test and training accuracy in per cent by images a class and way: mean of the "
            "seeds and their range; and how many images a run is shown.",
        )
        st.caption(recorded.conditions)
    panels.finding(recorded.headline)

st.header("The article's six networks, from ImageNet to CIFAR-10", anchor=False)
rows = transfer.article()
points = transfer.points(rows)
figures["Accuracy over parameters"] = drawings.figure(
    charts.accuracy_over_parameters, points, reported.ORIGINS
)
left, right = st.columns([3, 2], gap="medium")
with left:
    panels.chart(
        figures["Accuracy over parameters"],
        key="transfer-parameters",
        alt="; ".join(points["text"]) + ".",
    )
with right:
    st.markdown(
        f"{reported.tuning()} The grey points are torchvision's numbers on ImageNet itself; the "
        "two blue rings are all the numbers that the article which this dashboard follows gives "
        "of CIFAR-10. Filled points are runs of this machine: there are none until they are "
        "trained."
    )
    st.caption(
        "A diamond has cardinality 32: ResNeXt-50 groups its 3×3 convolutions, at about the size "
        "and cost of ResNet-50."
    )
st.dataframe(
    rows[reported.filled(rows)],
    hide_index=True,
    placeholder="",
    column_config=transfer.columns(reported.TABLE),
    alt="For each of the six networks its parameters, multiply-adds, ImageNet accuracy, the "
    "article's loss and accuracy on CIFAR-10 where it gives them, and those of runs made here.",
)
configs = finetune_form.six()
with st.container(horizontal=True, vertical_alignment="center"):
    finetune_form.start(configs, key="tune_six")
    finetune_form.estimate(configs)
finetune_form.started("tune_six")
finetune_form.lacking(configs)
finetune_form.bring()

tables["The six networks"] = rows
noticed.append(reported.size_matters(rows))

st.header("On your own pictures", anchor=False)
st.markdown(
    "One folder a class: a trained network keeps what it knows of pictures and learns your "
    "classes. The run appears on the Training page, and its network on every page."
)
configs = finetune_form.own()
finetune_form.start(configs, key="tune_own")
finetune_form.started("tune_own")

panels.notice(
    " ".join(noticed),
    "On how transferable features are: Yosinski et al. 2014, arXiv:1411.1792; on whether better "
    "ImageNet networks transfer better: Kornblith et al. 2019, arXiv:1805.08974.",
)
panels.downloads("transfer", tables=tables, figures=figures)
