import streamlit as st

from resnet_viz.models.published import HE_2015
from resnet_viz.reporting import runs as reported
from resnet_viz.ui.classroom import race_panel
from resnet_viz.ui.inputs import run_form, study_form
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import live_runs, run_table
from resnet_viz.ui.shell import panels

panels.heading(
    "Press **Train** and watch the error curves of two networks side by side: do they part? What "
    "sets the two networks apart stands in the form.",
)

with run_form.room([run.config for run in live_runs.shown_runs()]):
    configs = run_form.choose_runs()
    hindrance = run_form.hindrance()
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Train",
            type="primary",
            icon=":material/play_arrow:",
            disabled=not configs or bool(hindrance),
            on_click=run_form.fold,
            key="train_now",
        )
        run_form.estimate(configs)
if pressed:
    race_panel.start(stored_runs.launcher().submit(*configs, together=len(configs) > 1))
    st.rerun()  # with the form in one line, and the curves in its place

if race_panel.ask(configs):
    st.stop()  # what is recorded would give the answer away

live_runs.show_live(configs)
race_panel.show_outcome()

st.header("Runs", anchor=False)
study_form.vary(configs)  # here, as a telephone has no room for it above the curves
run_table.show_table()

panels.notice(
    reported.noticed(live_runs.recorded_beside(configs)),
    f"{HE_2015}, section 4.2. {reported.unlike_paper()}",
)
live_runs.offer_downloads()
