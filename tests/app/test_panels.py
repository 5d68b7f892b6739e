"""What every page has: verdicts, letters for projectors, the file that holds its charts."""

import plotly.graph_objects as go

from resnet_viz.models import ARCHITECTURES, foreign
from resnet_viz.ui import panels

IMAGENET = foreign.class_names(ARCHITECTURES["resnet18"])


def test_the_downloaded_page_names_each_chart_and_takes_no_title_for_markup():
    figure = go.Figure(go.Scatter(y=[1, 2]))
    page = panels._html({"plain-56": figure, "<b>another</b>": figure})().decode()
    assert page.index("<h2>plain-56</h2>") < page.index("<h2>&lt;b&gt;another&lt;/b&gt;</h2>")
    assert page.count("Plotly.newPlot(") >= 2
    assert figure.layout.xaxis.automargin is None  # the page's own chart is left as it was


def test_a_network_of_imagenet_knows_cats_by_their_kinds():
    assert "cat" not in IMAGENET
    assert set(panels.KINDS["cat"]) <= set(IMAGENET)
    assert panels.verdict("tabby", "cat", IMAGENET).endswith("**right**: tabby, a cat")
    assert "**wrong**: says espresso, it is cat" in panels.verdict("espresso", "cat", IMAGENET)
    assert "has no class called **deer**" in panels.verdict("tabby", "deer", IMAGENET)
