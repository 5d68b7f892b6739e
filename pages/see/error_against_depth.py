import streamlit as st

from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import final_errors as reported
from resnet_viz.reporting.run_labels import data_title
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import final_errors, study_files

panels.heading(
    "Follow each line to the right: where does more depth stop to help, and is the *training* "
    "error, the solid line, going up with it?",
)

with panels.controls():
    chosen = final_errors.choose_study()
    frame, axes = reported.with_varied(chosen.numbers)
    axis = final_errors.choose_axis(axes)
final_errors.show(chosen, axis)
st.caption(final_errors.legend(chosen))

st.header("In the paper and here", anchor=False)
table = reported.table(frame, on_paper_data=chosen.on_paper_data)
st.dataframe(
    table,
    hide_index=True,
    height=panels.table_height(min(len(table), 15)),
    alt=f"For each network the final errors measured here on {data_title(chosen.study.data)}, mean "
    "of the seeds and their range, and the paper's test error on CIFAR-10.",
)
panels.notice(
    f"{reported.hints()['training']} A network that is worse on its own training data when it is "
    "deeper does not overfit: this is what the paper calls *degradation*. Its own figures beside "
    "ours are of CIFAR-10 and of a longer recipe, unless the table says otherwise.",
    f"{HE_2015}, section 4.2, table 6 and figure 6.",
)
study_files.offer_downloads(chosen, frame, axes, axis)
