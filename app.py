"""resnet_viz: the navigation, the head of the page, and the page."""

from resnet_viz.ui.shell import head, navigation

page = navigation.choose_page()
head.begin()

# Behind the heading, which is seen while these load: pandas, Plotly and SQLAlchemy take a while.
from resnet_viz.ui.classroom import class_panel, figures  # noqa: E402
from resnet_viz.ui.networks import pair  # noqa: E402
from resnet_viz.ui.results import free_threads, stored_runs  # noqa: E402
from resnet_viz.ui.shell import links, panels, warm  # noqa: E402

with panels.sentences():
    links.begin()
    head.end(pair.choose_pair)
    free_threads.take_if_there()
    try:
        class_panel.require_going_on()
        with figures.timed():
            page.run()
    finally:
        links.fail(stored_runs.trouble())
warm.start()
