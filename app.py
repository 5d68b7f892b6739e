"""resnet_viz: the navigation, the head of the page, and the page."""

from resnet_viz.ui.shell import head, navigation, turns

with turns.pages.taken():
    page = navigation.choose_page()
    head.begin()

    # Behind the heading, which is seen while these load: pandas, Plotly and SQLAlchemy take long.
    from resnet_viz.ui.classroom import class_panel, figures
    from resnet_viz.ui.networks import pair
    from resnet_viz.ui.results import free_threads, stored_runs
    from resnet_viz.ui.shell import links, panels, warm

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
