"""A teacher and two students, each with a browser of their own, and a server that is killed."""

import sys
import time
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from resnet_viz.classroom import mode
from resnet_viz.ui.shell.navigation import PRODUCT
from tests.browser.conftest import PATIENCE, WIDE, Server
from tests.browser.support import NARROW, opened, settled, turn_to

SECRET = "a-secret-of-the-tests"
WITH_CLASS = (
    sys.executable,
    "-c",
    "import os, sys; from resnet_viz import cli; from resnet_viz.ui.shell import warm; "
    f"os.environ['{mode.VARIABLE}'] = '{SECRET}'; warm._keep_warm = lambda: None; "
    "cli.main(['serve', '--classroom', '--no-open', '--port', sys.argv[-1]])",
)
BOX = ".st-key-prediction-convolution_prediction"


@pytest.fixture
def server(tmp_path):
    running = Server(tmp_path, WITH_CLASS)
    yield running
    running.kill()


@pytest.fixture
def tabs(chromium):
    """Tabs of a teacher and of two students, who share no cookies."""
    with ExitStack() as stack:
        contexts = [chromium.new_context(viewport=size) for size in (WIDE, NARROW, NARROW)]
        for context in contexts:
            context.set_default_timeout(PATIENCE)
            stack.callback(context.close)
        yield [context.new_page() for context in contexts]


def bar(page: Page):
    return page.locator(".class-bar")


def named(page: Page, label: str) -> None:
    expect(page).to_have_title(f"{label} · {PRODUCT}")


def test_a_class_follows_answers_and_goes_on_after_its_server_was_killed(server, tabs):
    teacher, ada, bob = tabs
    opened(teacher, f"{server.url}/teach/{SECRET}")
    for student in (ada, bob):
        opened(student, f"{server.url}/glossary")
    turn_to(teacher, "curves")
    teacher.get_by_role("button", name="Present").click()
    for student in (ada, bob):
        named(student, "Curves")
        settled(student)

    # A control that the teacher moves is moved for all, and the page is not loaded anew.
    ada.evaluate("window.sameDocument = true")
    teacher.get_by_role("radio", name="loss").click()
    teacher.wait_for_url("**metric=loss*")
    began = time.monotonic()
    ada.wait_for_url("**metric=loss*")
    assert time.monotonic() - began < 5  # within a second on a machine that does nothing else
    assert ada.evaluate("window.sameDocument")

    # Whoever goes away stays there, and comes back.
    bob.get_by_role("button", name="Look around on your own").click()
    turn_to(teacher, "convolution")
    named(ada, "Convolution sizes")
    named(bob, "Curves")
    bob.get_by_role("button", name="Back to the teacher").click()
    named(bob, "Convolution sizes")
    expect(bar(bob)).to_contain_text("You follow the teacher")

    teacher.get_by_role("button", name="Open poll").first.click()
    for student, place in ((ada, 0), (bob, 1)):
        choice = student.locator(f"{BOX} [role=radio]").nth(place)
        expect(choice).to_be_enabled()
        choice.click()
    expect(teacher.locator(".class-counts")).to_have_text("2 answers so far")

    server.kill()
    server.start()
    began = time.monotonic()
    for page in (teacher, ada, bob):
        settled(page)
    expect(bar(ada)).to_contain_text("You follow the teacher")
    reveal = teacher.get_by_role("button", name="Reveal").first
    reveal.click()
    for page in (teacher, ada, bob):
        expect(page.locator(f"{BOX} .js-plotly-plot")).to_be_visible()
    assert time.monotonic() - began < 30  # within ten seconds where nothing else runs

    teacher.get_by_text("Point", exact=True).click()
    teacher.wait_for_function("resnetVizClass.data.pointing")
    teacher.locator(f"{BOX} .js-plotly-plot").click()
    expect(ada.locator('[class*="st-key-class-answers-"]').first).to_have_css(
        "outline-style", "solid"
    )
