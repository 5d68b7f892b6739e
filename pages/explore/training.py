import streamlit as st

from resnet_viz.reporting.degradation import seeds_of_one_network
from resnet_viz.ui.inputs import run_form
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import cached
from resnet_viz.ui.runs import run_panels
from resnet_viz.ui.shell import panels

panels.heading(
    "Press **Train** and watch the error curves of two networks side by side: do they part? What "
    "sets the two networks apart stands under the form.",
)

configs = run_form.choose(pair.chosen())
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
    cached.launcher().submit(*configs, together=len(configs) > 1)

run_panels.live()

st.subheader("Runs", anchor=False)
run_panels.table()

shelf = cached.shipped_records()
recorded = [shelf[name] for name in shelf if name.startswith("plain56-digits-seed")]
panels.notice(
    "On the digits plain-56's *training* error stays high, so it does not overfit; it fails to "
    "train. The same seed gives the same numbers only on one kind of processor: on another, other "
    f"roundings may lead far away. {seeds_of_one_network(recorded)} A run is a process of its own: "
    "reload or close this page, and it goes on.",
    "He et al. 2015, arXiv:1512.03385, section 4.2. The recipe *quick* on the digits is not the "
    "paper's experiment; the recipe *paper* on CIFAR-10 is.",
)
run_panels.downloads()
