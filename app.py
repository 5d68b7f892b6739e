"""resnet_viz: the navigation, the pair that every page shows, and the page."""

from resnet_viz.ui.shell import navigation

page = navigation.choose_page()

# Behind the navigation, which is seen while these load: pandas, Plotly and SQLAlchemy take a while.
from resnet_viz.ui.networks import pair  # noqa: E402
from resnet_viz.ui.results import free_threads  # noqa: E402
from resnet_viz.ui.shell import links, panels, projector, warm  # noqa: E402

with panels.sentences():
    links.begin()
    pair.choose_pair()
    projector.switch()
    free_threads.take_if_there()
    page.run()
warm.start()
