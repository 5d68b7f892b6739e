from resnet_viz.reporting.teaching.plans import PLANS
from resnet_viz.ui.shell import links, panels
from resnet_viz.ui.topics import teaching

panels.heading("", finds=False)
teaching.require_teacher()
shown = links.segments(
    "Show", (teaching.NOTES, *PLANS, teaching.EXERCISES), key="teach", label_visibility="collapsed"
)
if shown == teaching.NOTES:
    teaching.show_note()
elif shown in PLANS:
    teaching.show_plan(PLANS[shown])
else:
    teaching.show_exercises()
