import streamlit as st

from resnet_viz.ui import cached, pair, panels, run_form, run_panels

panels.heading(
    "Train a pair, live",
    "Press **Train** and watch the two error curves part: same layers, same data, same seed; only "
    "the shortcuts differ.",
)

configs = run_form.choose(pair.chosen())
with st.container(horizontal=True, vertical_alignment="center"):
    pressed = st.button(
        "Train", type="primary", icon=":material/play_arrow:", disabled=not configs, key="train_now"
    )
    run_form.estimate(configs)
if pressed:
    cached.launcher().submit(*configs, together=len(configs) > 1)

run_panels.live()

st.subheader("Runs", anchor=False)
run_panels.table()

panels.notice(
    "The plain network's *training* error stays high, so it does not overfit; it fails to train. "
    "A run is a process of its own: reload or close this page, and it goes on.",
    "He et al. 2015, arXiv:1512.03385, section 4.2. The recipe *quick* on the digits is not the "
    "paper's experiment; the recipe *paper* on CIFAR-10 is.",
)
run_panels.downloads()
