"""The class: rights, the badge that a browser keeps, what is kept over a restart."""

import stat
from itertools import product

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import HTMLResponse, PlainTextResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

from resnet_viz.classroom import address, current, mode, signing
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import RIGHTS, Right, Role, Visitor, require
from resnet_viz.ui.classroom import badge, entrance, visitor
from tests.unit.classroom_support import SECRET, Browser, classroom

__all__ = ["classroom"]

TEACHING = {Right.TEACH, Right.PRESENT}


@pytest.mark.parametrize(("role", "right"), [*product(Role, Right)])
def test_the_table_of_rights_is_the_one_that_was_asked_for(role, right):
    allowed = {
        Role.OWNER: right not in TEACHING,
        Role.TEACHER: True,
        Role.STUDENT: False,
    }[role]
    assert (role in RIGHTS[right]) is allowed
    assert Visitor("1", role).may(right) is allowed
    if allowed:
        require(role, right)
    else:
        with pytest.raises(ClassroomError):
            require(role, right)


def test_the_key_is_for_one_user_alone_and_stays(classroom):
    value = signing.signed("a.b")
    assert signing.verified(value) == "a.b"
    path = signing.folder() / signing.KEY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    signing._keys.clear()  # as in a new process
    assert signing.verified(value) == "a.b"


@pytest.mark.parametrize("forged", ["", ".", "a", "a.b.", "a.b.0", "é.ü", "a.c.{}", "a.b.{}0"])
def test_a_badge_that_was_not_signed_here_is_none(classroom, forged):
    mac = signing.signed("a.b").rpartition(".")[2]
    assert signing.verified(forged.format(mac)) is None


def test_a_class_goes_on_until_it_is_ended(classroom):
    current.change(name=" Thursday  lab ", students_start=True, seconds=60)
    again = current.begin()
    assert (again.id, again.name) == (classroom.id, "Thursday lab")
    current.end()
    assert current.held() is None
    new = current.begin()
    assert new.id != classroom.id
    assert (new.name, new.students_start, new.seconds, new.paused) == ("", True, 60, False)


@pytest.mark.parametrize(
    "wrong", [{"seconds": 0}, {"seconds": "9"}, {"visitors": 0}, {"name": "n" * 81}]
)
def test_a_class_has_only_settings_that_can_be(classroom, wrong):
    with pytest.raises(ClassroomError):
        current.change(**wrong)
    assert current.held() == classroom


def test_a_damaged_class_is_a_sentence(classroom):
    (signing.folder() / current.FILE).write_text("[1]")
    with pytest.raises(ClassroomError, match="damaged"):
        current.held()


def test_a_secret_is_taken_from_a_file_before_the_environment(classroom, tmp_path, monkeypatch):
    assert mode.given_secret() is None
    monkeypatch.setenv(mode.VARIABLE, "of-the-environment")
    assert mode.given_secret() == "of-the-environment"
    file = tmp_path / "secret"
    file.write_text("of-the-file-in-here\n")
    assert mode.given_secret(str(file)) == "of-the-file-in-here"
    for wrong in ("short", "with/a/slash/in/it", "with letters é"):
        file.write_text(wrong)
        with pytest.raises(ClassroomError) as error:
            mode.given_secret(str(file))
        assert wrong not in str(error.value)
    assert mode.new_secret() != mode.new_secret()


@pytest.fixture
def browser(classroom):
    """A browser of the class; pages at /, no script behind them."""
    routes = [
        Route(f"/{address.TEACH}/{{secret}}", entrance.teach),
        Route("/code.js", lambda _: PlainTextResponse("code")),
        Route("/{page:path}", lambda _: HTMLResponse("<head></head>")),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(entrance.Entrance)])
    return Browser(app)


def test_a_browser_is_a_student_with_its_first_document_and_stays_so(browser):
    assert "set-cookie" not in browser.get("/code.js").headers
    first = browser.get("/curves")
    said = first.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said
    known = badge.read(browser.cookies)
    assert known.role is Role.STUDENT
    assert "set-cookie" not in browser.get("/").headers
    assert badge.read(browser.cookies) == known


def test_the_teachers_link_makes_a_teacher_and_leaves_the_address_bar(browser):
    browser.get("/")
    student = badge.read(browser.cookies)
    answer = browser.get(f"/{address.TEACH}/{SECRET}")
    assert (answer.status, answer.headers["location"]) == (303, "/join")
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert SECRET not in answer.text + str(answer.headers)
    teacher = badge.read(browser.cookies)
    assert (teacher.id, teacher.role) == (student.id, Role.TEACHER)
    signing._keys.clear()  # the server is killed and comes again
    mode.begin(mode.new_secret())
    assert current.begin().id == current.held().id
    assert badge.read(browser.cookies) == teacher
    current.end()  # the class is over, and another one begins
    current.begin()
    assert badge.read(browser.cookies).role is Role.STUDENT


def test_another_secret_makes_nobody_a_teacher(browser, caplog):
    for wrong in ("", "a", SECRET + "a", SECRET[:-1], "é", "a/b"):
        answer = browser.get(f"/{address.TEACH}/{wrong}")
        assert answer.status in (200, 403)  # a page like any other, or refused
    known = badge.read(browser.cookies)
    assert known is None or known.role is Role.STUDENT
    assert SECRET[:-1] not in caplog.text


WHO = """
import streamlit as st
from resnet_viz.ui.classroom import visitor
st.text(visitor.role())
st.text(visitor.visitor_id())
"""


def who(monkeypatch, cookies=None, user=None) -> tuple[str, str]:
    import streamlit as st

    monkeypatch.setattr(type(st.context), "cookies", property(lambda _: cookies or {}))
    monkeypatch.setattr(visitor, "people_sign_in", lambda: user is not None)
    if user is not None:
        monkeypatch.setattr(type(st.user), "to_dict", lambda _: user)
    app = AppTest.from_string(WHO).run()
    first = tuple(text.value for text in app.text)
    assert tuple(text.value for text in app.run().text) == first
    return first


def test_everybody_is_the_owner_where_no_class_is_held(monkeypatch):
    assert who(monkeypatch) == ("owner", "owner")


def test_a_page_knows_its_visitor_by_the_badge(classroom, monkeypatch):
    assert who(monkeypatch)[0] == "student"
    teacher = Visitor(badge.new_id(), Role.TEACHER)
    cookies = {badge.name(): badge.write(teacher)}
    assert who(monkeypatch, cookies) == ("teacher", teacher.id)
    forged = {badge.name(): cookies[badge.name()].replace(teacher.id, badge.new_id())}
    assert who(monkeypatch, forged)[0] == "student"


@pytest.mark.parametrize(
    ("user", "role"),
    [
        ({"is_logged_in": False}, "student"),
        ({"is_logged_in": True, "email": "Ada@Example.org"}, "teacher"),
        ({"is_logged_in": True, "email": "ada@example.org", "email_verified": False}, "student"),
        ({"is_logged_in": True, "email": "eve@example.org"}, "student"),
        ({"is_logged_in": True, "email": ""}, "student"),
        ({}, "student"),
    ],
)
def test_where_people_sign_in_named_addresses_are_teachers(monkeypatch, tmp_path, user, role):
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path))
    monkeypatch.setenv(visitor.TEACHERS, "ada@example.org, ,grace@example.org")
    assert who(monkeypatch, user=user)[0] == role


def test_what_runs_for_nobodys_page_has_a_students_rights(classroom):
    assert visitor.role() is Role.STUDENT
