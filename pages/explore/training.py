import streamlit as st

from resnet_viz.reporting import runs as reported
from resnet_viz.ui.inputs import run_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import live_runs, run_table
from resnet_viz.ui.shell import panels

HARD = "plain56-digits-seed"  # what the recorded runs of the network that hardly trains begin with

panels.heading(
    "Press **Train** and watch the error curves of two networks side by side: do they part? What "
    "sets the two networks apart stands under the form.",
)

configs = run_form.choose_runs(pair.chosen())
with st.container(horizontal=True, vertical_alignment="center"):
    pressed = st.button(
        "Train",
        type="primary",
        icon=":material/play_arrow:",
        disabled=not configs,
        on_click=run_form.fold,
        key="train_now",
    )
    run_form.estimate(configs)
if pressed:
    stored_runs.launcher().submit(*configs, together=len(configs) > 1)

live_runs.show_live()

st.subheader("Runs", anchor=False)
run_table.show_table()

shipped = stored_runs.shipped_records()
panels.notice(
    reported.noticed([shipped[name] for name in shipped if name.startswith(HARD)]),
    "He et al. 2015, arXiv:1512.03385, section 4.2. The recipe *quick* on the digits is not the "
    "paper's experiment; the recipe *paper* on CIFAR-10 is.",
)
live_runs.offer_downloads()
