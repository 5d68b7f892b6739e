"""A page is one script and one row: navigation, Overview and the lessons follow."""

import pytest

from resnet_viz.ui.shell import lesson_frame, page_table
from resnet_viz.ui.shell.page_table import DIGITS, Page
from tests.app.support import open_page, texts, turn_to, values

SCRIPT = """
import streamlit as st
from resnet_viz.ui.shell import lesson_frame

lesson_frame.heading()
st.write("All about the new idea.")
lesson_frame.ending()
"""


class ElsewherePage(Page):
    """A page whose script lies where a test has put it."""

    folder = ""

    @property
    def script(self) -> str:
        return f"{self.folder}/{self.name}.py"


@pytest.fixture
def lesson(tmp_path, monkeypatch) -> Page:
    (tmp_path / "new.py").write_text(SCRIPT)
    monkeypatch.setattr(ElsewherePage, "folder", str(tmp_path))
    page = ElsewherePage(
        name="new",
        group="learn",
        label="New idea",
        title="The new idea",
        icon=":material/star:",
        pair=DIGITS,
        question="What is new?",
    )
    monkeypatch.setitem(page_table.PAGES, page.name, page)
    lessons = (*page_table.LESSONS, page)
    monkeypatch.setattr(lesson_frame, "LESSONS", lessons)
    monkeypatch.setattr(page_table, "LESSONS", lessons)
    return page


def test_a_row_and_a_script_make_a_lesson_with_its_place_title_and_question(lesson):
    app = open_page("new")
    last = len(page_table.LESSONS)
    assert values(app.title) == [lesson.title]
    assert f"Lesson {last} of {last}." in texts(app)
    assert lesson.question in texts(app)
    assert "All about the new idea." in texts(app)
    [before] = [link.proto for link in app.page_link]
    assert before.label == f"Before: {page_table.LESSONS[-2].title}"


def test_overview_and_the_lesson_before_lead_to_it(lesson):
    app = open_page("overview")
    assert lesson.question in values(app.caption)
    assert "Seven lessons, one idea a page" in texts(app)
    assert app.page_link[-1].proto.label.endswith(f"**{lesson.title}**")
    last_before = turn_to(app, page_table.LESSONS[-2].name)
    assert last_before.page_link[-1].proto.label == f"Next: {lesson.title}"
