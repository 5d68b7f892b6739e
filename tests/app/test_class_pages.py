"""The pages that only a class has: who sees them, and what the teacher sets on them."""

import pytest

from resnet_viz.classroom import address, current, mode
from resnet_viz.ui.classroom import class_panel, join_panel
from resnet_viz.ui.shell.page_table import CLASS_PAGES, PAGES
from tests.app.class_support import ADA, TEACHER, classroom, come_as
from tests.app.support import ROOT, open_page, texts, values

__all__ = ["classroom", "come_as"]


def open_class(name: str):
    from streamlit.testing.v1 import AppTest

    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    app.switch_page(CLASS_PAGES[name].script)
    app.run()
    assert not app.exception
    return app


def test_a_server_without_a_class_has_none_of_its_pages(monkeypatch):
    import streamlit as st

    listed = []
    navigation = st.navigation
    monkeypatch.setattr(
        st, "navigation", lambda pages, **how: listed.append(pages) or navigation(pages, **how)
    )
    open_page("overview")
    assert {page.url_path for group in listed[-1].values() for page in group} == {
        page.address for page in PAGES.values()
    }


def test_the_page_of_a_class_is_its_teachers(come_as):
    come_as(ADA)
    app = open_class("class")
    assert values(app.title) == [CLASS_PAGES["class"].title]
    assert len(app.error) == 1
    assert not app.toggle
    come_as(TEACHER)
    app = open_class("class")
    assert not app.error
    app.text_input(key="class_name").set_value("Thursday")
    app.number_input(key="class_seconds").set_value(60)
    app.number_input(key="class_visitors").set_value(30)
    app.toggle(key="class_starts").set_value(False)
    app.run()
    held = current.held()
    assert (held.name, held.seconds, held.visitors, held.students_start) == (
        "Thursday",
        60,
        30,
        False,
    )


def test_a_paused_class_sees_one_sentence_and_its_teacher_goes_on(come_as):
    come_as(TEACHER)
    open_class("class").toggle(key="class_pause").set_value(True).run()
    assert current.held().paused
    come_as(ADA)
    app = open_page("training")
    assert class_panel.PAUSED in texts(app)
    assert "Train" not in [button.label for button in app.button]
    come_as(TEACHER)
    assert class_panel.PAUSED not in texts(open_page("training"))


@pytest.mark.parametrize("key", class_panel.FIELDS)
def test_a_student_who_sends_a_setting_of_the_class_changes_nothing(come_as, key):
    """As a widget's message would that a browser keeps of when its visitor was the teacher."""
    come_as(TEACHER)
    app = open_class("class")
    widget = next(
        widget
        for kind in ("text_input", "number_input", "toggle")
        for widget in getattr(app, kind)
        if widget.key == key
    )
    before = current.held()
    come_as(ADA)
    widget.set_value("x" if key == "class_name" else 30 if "s" in key[-1:] else True)
    app.run()
    assert current.held() == before


def test_whoever_ends_the_class_is_asked_and_is_its_teacher_no_more(come_as):
    come_as(TEACHER)
    app = open_class("class")
    [button] = [button for button in app.button if button.label == "End the class"]
    app = button.click().run()
    app.button(key="class_ended").click().run()
    assert current.held() is None
    assert class_panel.OVER in texts(app)


def test_the_code_leads_to_the_address_that_others_reach(come_as, monkeypatch):
    import streamlit as st

    come_as(ADA)
    mode.begin("a-secret-of-the-tests", "http://192.0.2.5:8501/lab")
    for url, link in (
        ("http://localhost:8501/lab/join", "http://192.0.2.5:8501/lab"),
        ("http://127.0.0.1:8501/lab/join", "http://192.0.2.5:8501/lab"),
        ("https://class.example.org/lab/join", "https://class.example.org/lab"),
        ("http://192.0.2.5:8501/join", "http://192.0.2.5:8501"),
    ):
        monkeypatch.setattr(type(st.context), "url", property(lambda _, url=url: url))
        assert join_panel.students_link() == link
    app = open_class("join")
    assert "192.0.2.5" in texts(app)
    assert join_panel.code(link).startswith("data:image/svg+xml;base64,")


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0"])
def test_these_addresses_are_within_this_machine(host):
    assert address.is_within(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "class.example.org", "fe80::1"])
def test_these_addresses_others_reach(host):
    assert not address.is_within(host)
