"""A server that nobody has visited yet, and one that is killed while a pair trains."""

import re
import sys
import time

import pytest
from playwright.sync_api import expect

from resnet_viz.ui.shell.server import UNFORESEEN
from tests.browser.conftest import PATIENCE, Server
from tests.browser.support import curves, settled
from tests.unit.runs_support import end_workers

pytestmark = pytest.mark.browser
EPOCHS = 5
TRAINING = re.compile(rf"in epoch [2-{EPOCHS}] of {EPOCHS}")
ENDED = re.compile(f"finished after {EPOCHS} epochs")


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
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text("Left network")).to_be_visible()
    expect(sidebar.get_by_role("combobox", name="Left network")).to_have_value("plain-56 on digits")
    expect(sidebar.get_by_role("link", name="Gradients", exact=True)).to_be_visible()
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


def test_a_pair_goes_on_while_its_server_is_killed_and_started_again(mortal, page):
    page.goto(f"{mortal.url}/training?network=plain20&against=resnet20&epochs_quick={EPOCHS}")
    settled(page)
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_text(TRAINING).first).to_be_visible(timeout=2 * PATIENCE)
    # The code that draws charts is loaded with the first of them: a tab without it cannot go on.
    drawn = page.locator(".st-key-live-error .js-plotly-plot")
    expect(drawn).to_be_visible(timeout=2 * PATIENCE)
    mortal.kill()
    before = {run.name: run.step for run in mortal.store.runs()}
    deadline = time.monotonic() + PATIENCE / 1000
    while any(run.step <= before[run.name] for run in mortal.store.runs()):
        assert time.monotonic() < deadline, "the workers died with the server"
        time.sleep(0.1)
    mortal.start()
    # The tab that was left open finds its server again.
    expect(page.get_by_text(re.compile(f"{TRAINING.pattern}|{ENDED.pattern}"))).to_have_count(2)
    expect(page.get_by_text(ENDED)).to_have_count(2, timeout=4 * PATIENCE)
    settled(page)
    lines = curves(page, "live-error")
    assert len(lines) == 4
    assert all(line == list(range(1, EPOCHS + 1)) for line in lines.values())
    for run in mortal.store.runs():
        assert run.status == "finished"
        assert mortal.store.steps(run.id)["step"].tolist() == list(range(1, run.total_steps + 1))
