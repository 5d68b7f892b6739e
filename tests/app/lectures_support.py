"""Visitors of a class that is held for a test, each with tabs of their own."""

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from resnet_viz.classroom.roles import Role, Visitor
from resnet_viz.ui.classroom import badge, classes
from resnet_viz.ui.classroom.classes import Books
from resnet_viz.ui.shell import page_table
from tests.app.support import ROOT, seen
from tests.unit.classroom_support import classroom

__all__ = ["TEACHER", "classroom", "held", "open_as", "press"]

TEACHER = Visitor("teacher", Role.TEACHER)
OTHER_TEACHER = Visitor("another teacher", Role.TEACHER)
WHO = "visitor of the test"


def student(name: str) -> Visitor:
    return Visitor(name, Role.STUDENT)


@pytest.fixture
def held(classroom, monkeypatch) -> Books:
    """The books of the class; whose tab it is stands in the tab's session."""
    monkeypatch.setattr(badge, "read", lambda _: st.session_state.get(WHO))
    monkeypatch.setattr(classes, "_tabs", classes._Tabs())
    monkeypatch.setattr(classes, "_published", {})
    return classes.books()


def open_as(visitor: Visitor, name: str, **link: str) -> AppTest:
    """A page in a new tab of a visitor."""
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240)
    app.session_state[WHO] = visitor
    app.switch_page((page_table.PAGES | page_table.CLASS_PAGES)[name].script)
    app.query_params.update(link)
    return seen(app.run(), name) if name in page_table.PAGES else app.run()


def press(app: AppTest, label: str) -> AppTest:
    """The first of the buttons that are called so."""
    button = next(button for button in app.button if button.label == label)
    button.click()
    return app.run()
