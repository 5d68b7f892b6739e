"""A server that nobody has visited yet, and one that is killed while a pair trains."""

import re
import sys
import time

import pandas as pd
import pytest
from playwright.sync_api import expect

from resnet_viz.charts.brackets import FAR_APART
from resnet_viz.ui.shell.page_table import GROUPS
from resnet_viz.ui.shell.server import UNFORESEEN
from tests.browser.conftest import PATIENCE, WITHOUT_WORKER, Server
from tests.browser.support import (
    NARROW,
    curves,
    downloads,
    overflow,
    settled,
    watch_frames,
    watched_frames,
)
from tests.unit.runs_support import end_workers

pytestmark = pytest.mark.browser
EPOCHS = 6
UNDER_WAY = re.compile(rf"in epoch \d of {EPOCHS}")
ENDED = re.compile(f"finished after {EPOCHS} epochs")


# Pixels from a chart's left edge to a point in the middle of its first line.
MIDDLE = """chart => {
    const axis = chart._fullLayout.xaxis, {x} = chart.data[0];
    return axis._offset + axis.d2p(x[Math.floor(x.length / 2)]);
}"""


@pytest.fixture(scope="module")
def mortal(tmp_path_factory):
    """A server of its own, which a test may kill."""
    running = Server(tmp_path_factory.mktemp("mortal"))
    yield running
    running.kill()
    end_workers(running.store)


def test_a_link_may_be_the_first_that_a_server_is_asked_for(mortal, page):
    page.goto(f"{mortal.url}/curves?metric=loss")
    settled(page)
    expect(page.get_by_text("Page not found")).to_have_count(0)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page).to_have_title("Curves · resnet_viz")
    expect(page.locator(".st-key-chip-left")).to_contain_text("plain-56 on digits")
    expect(page.get_by_test_id("stTopNavSection")).to_have_text(list(GROUPS.values()))
    expect(page.get_by_text("loss (cross-entropy)").first).to_be_visible()
    expect(page).to_have_url(re.compile("metric=loss"))


def test_an_error_that_nobody_foresaw_is_a_sentence_and_its_traceback_is_logged(
    tmp_path, page, capfd
):
    (tmp_path / "app.py").write_text("import streamlit as st\nst.title('Here')\n1 / 0\n")
    code = (
        "import pathlib, sys; from resnet_viz.ui.shell import server; "
        "server.APP = pathlib.Path(sys.argv[1]); "
        "server.run(address='localhost', port=int(sys.argv[2]), open_browser=False)"
    )
    running = Server(tmp_path, [sys.executable, "-c", code, str(tmp_path / "app.py")])
    try:
        page.goto(running.url)
        settled(page)
        expect(page.get_by_test_id("stAlert")).to_contain_text(UNFORESEEN)
        expect(page.get_by_text("division by zero")).to_have_count(0)
    finally:
        running.kill()
    assert "ZeroDivisionError: division by zero" in capfd.readouterr().err


def assert_grows_in_place(page, key):
    """Points come to a chart that is zoomed and pointed at: both stay, and no frame is empty."""
    chart = page.locator(f".st-key-{key} .js-plotly-plot")
    expect(chart.locator(".trace path").first).to_be_attached()
    area = chart.locator(".nsewdrag").first.bounding_box()
    assert area["y"] + area["height"] < 720  # a projector's screen: nobody has to scroll
    across, middle = [area["x"] + share * area["width"] for share in (0.02, 0.7)], area["y"] + 150
    state = "chart => [chart.layout.xaxis.range, +chart.dataset.redraws, chart.data[0].x.length]"
    for _ in range(5):  # one press may fall on the moment of a redraw
        began = time.monotonic()
        page.mouse.move(across[0], middle)
        page.mouse.down()
        page.mouse.move(across[1], middle, steps=4)
        page.mouse.up()
        page.mouse.move(sum(across) / 2, middle, steps=3)
        page.wait_for_timeout(200)
        zoomed, redraws, points = chart.evaluate(state)
        if zoomed[1] < EPOCHS:
            break
    assert zoomed[1] < EPOCHS
    page.mouse.move(chart.bounding_box()["x"] + chart.evaluate(MIDDLE), middle, steps=3)
    expect(chart.locator(".hoverlayer .legend").first).to_be_attached()
    watch_frames(page, key)
    page.wait_for_function(
        "([key, redraws]) => +document.querySelector(`.st-key-${key} .js-plotly-plot`)"
        ".dataset.redraws >= redraws + 2",
        arg=[key, redraws],
    )
    seen = watched_frames(page)
    after, drawn, grown = chart.evaluate(state)
    seconds = time.monotonic() - began
    assert after == zoomed
    assert grown > points
    assert drawn - redraws <= seconds + 1
    assert seen["pointed"] >= 0.9 * seen["frames"]  # the pointer has not moved meanwhile
    assert (seen["blank"], seen["charts"]) == (0, 1), seen


def test_a_pair_trains_through_a_reload_a_stop_and_the_end_of_its_server(mortal, page, tmp_path):
    page.goto(f"{mortal.url}/training?network=plain32&against=resnet32&epochs_quick={EPOCHS}")
    settled(page)
    page.locator(".st-key-train_now").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(UNDER_WAY).first).to_be_visible(timeout=2 * PATIENCE)
    page.reload()
    expect(page.get_by_text(UNDER_WAY).first).to_be_visible()
    page.get_by_role("button", name="Stop both", exact=True).click()
    expect(page.get_by_text(re.compile("stopped in epoch"))).to_have_count(2)
    page.get_by_role("button", name="Resume both", exact=True).click()
    expect(page.get_by_text(UNDER_WAY).first).to_be_visible(timeout=2 * PATIENCE)
    # The code that draws charts is loaded with the first of them: a tab without it cannot go on.
    expect(page.locator(".st-key-live-error .js-plotly-plot")).to_be_visible(timeout=2 * PATIENCE)
    assert_grows_in_place(page, "live-loss")
    mortal.kill()
    before = {run.name: run.step for run in mortal.store.runs()}
    deadline = time.monotonic() + PATIENCE / 1000
    while any(run.step <= before[run.name] for run in mortal.store.runs()):
        assert time.monotonic() < deadline, "the workers died with the server"
        time.sleep(0.1)
    mortal.command = WITHOUT_WORKER
    mortal.start()
    # The tab that was left open finds its server again.
    expect(page.get_by_text(re.compile(f"{UNDER_WAY.pattern}|{ENDED.pattern}"))).to_have_count(2)
    expect(page.get_by_text(ENDED)).to_have_count(2, timeout=4 * PATIENCE)
    settled(page)
    lines = curves(page, "live-error")
    chart = page.locator(".st-key-live-error .js-plotly-plot")
    drawn = chart.evaluate("chart => chart.calcdata.map(line => line.length)")
    assert drawn == [EPOCHS] * len(lines)  # and not only known
    ends = chart.evaluate("chart => chart.data.map(line => line.y.at(-1))")
    apart, span = abs(ends[0] - ends[2]), chart.evaluate("chart => chart.layout.yaxis.range")
    notes = chart.evaluate("chart => chart.layout.annotations.map(note => note.text)")
    is_far = apart >= FAR_APART * (span[1] - span[0])
    assert (f"<b>{apart:.1f} points</b>" in notes) == is_far
    assert list(lines) == [
        f"{network} {split}"
        for network in ("plain-32", "ResNet-32")
        for split in ("training", "test")
    ]
    epochs = list(range(1, EPOCHS + 1))
    assert all(line == epochs for line in lines.values())
    for run in mortal.store.runs():
        assert run.status == "finished"
        assert mortal.store.steps(run.id)["step"].tolist() == list(range(1, run.total_steps + 1))
        assert run.latest["test_accuracy"] > 50  # five times as often right as by chance
    tables = {path.name: path for path in downloads(page, tmp_path)}
    assert set(tables) == {
        "training-runs.csv",
        "training-epochs.csv",
        "training-steps.csv",
        "training.html",
    }
    assert sorted(pd.read_csv(tables["training-epochs.csv"])["epoch"]) == sorted(2 * epochs)
    page.keyboard.press("Escape")
    page.set_viewport_size(NARROW)
    settled(page)
    assert overflow(page) <= 0
