"""What every page has: letters for the stage, the file that holds its charts."""

import base64
import io
import json
import re

import plotly.graph_objects as go
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from resnet_viz.ui.results import drawings
from resnet_viz.ui.shell import page_table, panels, stage
from tests.app.support import charts, open_page

SMALLEST = 16  # of letters on the stage: 1.35 times the 12 that the pages' smallest have


def sizes(figure, within: str = "") -> list[float]:
    """The sizes of all letters that a figure sets."""
    if isinstance(figure, list):
        return [size for part in figure for size in sizes(part, within)]
    if not isinstance(figure, dict):
        return []
    own = [figure["size"]] if "font" in within and "size" in figure else []
    return own + [size for key, part in figure.items() for size in sizes(part, key)]


def test_a_table_shows_all_its_rows_on_the_stage_too(monkeypatch):
    usual = panels.table_height(12)
    monkeypatch.setattr(stage.st, "session_state", {stage.KEY: True})
    assert panels.table_height(12) == pytest.approx(1.15 * usual, abs=1)


@pytest.mark.parametrize("page", page_table.PAGES)
def test_the_stage_enlarges_every_letter_of_every_chart(page):
    app = open_page(page, stage="true")
    for chart in app.get("plotly_chart"):
        figure = json.loads(chart.proto.spec)
        figure["layout"].pop("template", None)
        assert min(sizes(figure), default=SMALLEST) >= SMALLEST, chart.key
        for trace in figure["data"]:
            bar = trace.get("colorbar", {}) if trace.get("showscale", True) else {}
            assert not bar or bar["tickfont"]["size"] >= SMALLEST


def test_the_downloaded_page_names_each_chart_and_takes_no_title_for_markup():
    figure = go.Figure(go.Scatter(y=[1, 2]))
    page = panels._html({"plain-56": figure, "<b>another</b>": figure})().decode()
    assert page.index("<h2>plain-56</h2>") < page.index("<h2>&lt;b&gt;another&lt;/b&gt;</h2>")
    assert page.count("Plotly.newPlot(") >= 2
    assert figure.layout.xaxis.automargin is None  # the page's own chart is left as it was


def test_two_charts_of_one_name_are_not_taken_for_each_other():
    def named(title):
        def chart(values):
            return go.Figure(layout={"title": {"text": title}})

        return chart

    first, second = named("one"), named("two")
    second.__module__ = "another"
    drawn = [drawings.figure(chart, [1, 2]).layout.title.text for chart in (first, second)]
    assert drawn == ["one", "two"]


def test_the_file_of_charts_holds_the_pictures_too_under_their_names():
    maps = Image.new("RGB", (4, 4), (200, 10, 20))
    page = panels._html({"chart": go.Figure()}, {"Grad-CAM of <a net>": maps})().decode()
    assert "<h2>Grad-CAM of &lt;a net&gt;</h2>" in page
    [data] = re.findall(r'src="data:image/png;base64,([^"]+)"', page)
    shown = Image.open(io.BytesIO(base64.b64decode(data)))
    assert shown.getpixel((0, 0)) == (200, 10, 20)


def test_a_chart_that_nobody_changes_is_written_once_and_shown_in_its_place_again():
    def script():
        import plotly.graph_objects as go
        import streamlit as st

        from resnet_viz.ui.shell import panels

        def figure(value):
            return go.Figure(go.Scatter(y=[value]), layout={"height": 200})

        st.session_state.setdefault("stage", False)
        known = st.session_state.setdefault("known", panels.numbered(figure(1)))
        left, right = st.columns(2)
        with left:
            panels.chart(known, key="same", alt="One line.")
        with right:
            panels.chart(figure(2), key="anew", alt="Another line.")

    written: list[str] = []
    whole = panels._chart
    app = AppTest.from_function(script)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(panels, "_chart", lambda f, k, a: (written.append(k), whole(f, k, a)))
        first = charts(app.run())
        assert [len(column.get("plotly_chart")) for column in app.columns] == [1, 1]
        assert charts(app.run()) == first
        assert [len(column.get("plotly_chart")) for column in app.columns] == [1, 1]
        assert written == ["same", "anew", "anew"]
        app.session_state["stage"] = True
        app.run()
        assert written[3:] == ["same", "anew"]  # larger there, and so another chart
