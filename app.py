"""resnet_viz: navigation and the pair that every page shows."""

import sys

import streamlit as st

# While one visitor's page imports or computes, the server goes on sending to the others.
sys.setswitchinterval(0.0005)

st.set_page_config(page_title="resnet_viz", page_icon="resnet_viz/ui/icon.png", layout="wide")

page = st.navigation(
    {
        "": [
            st.Page(
                "app_pages/overview.py", title="Overview", icon=":material/home:", default=True
            ),
            st.Page("app_pages/architecture.py", title="Architecture", icon=":material/schema:"),
            st.Page("app_pages/training.py", title="Training", icon=":material/play_circle:"),
            st.Page("app_pages/study.py", title="Study", icon=":material/science:"),
            st.Page("app_pages/transfer.py", title="Transfer", icon=":material/move_down:"),
            st.Page("app_pages/curves.py", title="Curves", icon=":material/show_chart:"),
            st.Page("app_pages/gradients.py", title="Gradients", icon=":material/network_node:"),
            st.Page("app_pages/feature_maps.py", title="Feature maps", icon=":material/grid_view:"),
            st.Page("app_pages/classes.py", title="Classes", icon=":material/grid_on:"),
            st.Page(
                "app_pages/attribution.py",
                title="Attribution",
                icon=":material/center_focus_strong:",
            ),
        ],
        # In the order of ui/lessons.py.
        "Lessons": [
            st.Page(
                "app_pages/lessons/convolution.py",
                title="Convolution sizes",
                icon=":material/grid_4x4:",
            ),
            st.Page(
                "app_pages/lessons/vanishing.py",
                title="Vanishing gradients",
                icon=":material/trending_down:",
            ),
            st.Page(
                "app_pages/lessons/degradation.py",
                title="Degradation",
                icon=":material/stacked_line_chart:",
            ),
            st.Page(
                "app_pages/lessons/shortcuts.py", title="Shortcuts", icon=":material/alt_route:"
            ),
            st.Page(
                "app_pages/lessons/cardinality.py",
                title="Cardinality",
                icon=":material/account_tree:",
            ),
            st.Page("app_pages/glossary.py", title="Glossary", icon=":material/menu_book:"),
        ],
    },
    expanded=True,
)

# Behind the navigation, which is seen while these load: pandas, Plotly and SQLAlchemy take a while.
from resnet_viz.ui import links, pair, panels, projector, warm  # noqa: E402

with panels.sentences():
    links.begin()
    pair.choose(page.url_path)
    projector.switch()
    page.run()
warm.start()
