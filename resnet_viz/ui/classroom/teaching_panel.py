"""What a teacher has of the class that is held and of those before: questions, answers, reports."""

import time
from functools import partial

import streamlit as st

from resnet_viz import charts
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import Right
from resnet_viz.reporting import class_guesses
from resnet_viz.reporting.markdown import literal
from resnet_viz.teaching.polls import Poll
from resnet_viz.teaching.sessions import ClassSession
from resnet_viz.ui.classroom import class_files, classes, visitor
from resnet_viz.ui.shell import panels
from resnet_viz.ui.shell.page_table import PAGES


def show() -> None:
    """The questions of the class with their answers, its files, and the classes before it.

    Raises:
        ClassroomError: for whoever may not present.
    """
    visitor.current().require(Right.PRESENT)
    here = classes.lecture()
    if here is None:
        return
    st.header("Shown and asked", anchor=False)
    target = here.target
    if here.is_presented:
        who = "You present" if target.presenter == here.code else "Another teacher presents"
        st.markdown(f"{who} **{PAGES[target.page].title}**.")
    else:
        st.markdown("Nobody presents. **Present** in the head of a page has the class follow it.")
    polls = [poll for poll in classes.books().polls.of_class(here.session.id) if poll.opened]
    for poll in polls:
        _poll(poll)
    if not polls:
        st.caption("A lesson's question becomes one for the class while you present the lesson.")
    _files(here.session)
    before = [one for one in classes.books().sessions.every() if one.id != here.session.id]
    if before:
        st.header("Classes before", anchor=False)
        for session in before:
            with st.expander(f"{literal(session.name or 'A class')}, {_day(session)}"):
                _files(session)
                st.button(
                    "Delete with its answers",
                    key=f"class delete {session.id}",
                    icon=":material/delete:",
                    on_click=_delete,
                    args=(session.id,),
                )


def _poll(poll: Poll) -> None:
    state = "revealed" if poll.is_revealed else "open" if poll.is_open else "closed"
    title = f"{PAGES[poll.page].title}: {class_guesses.answered(poll.answers)}, {state}"
    with st.expander(literal(title)):
        st.markdown(poll.question)
        if poll.answer is not None:
            said = class_guesses.right(poll)
            panels.chart(
                charts.poll_bars(poll.counts, poll.answer),
                key=f"class-poll-{poll.id}",
                alt=f"How many of the class chose what. {said}",
            )
            st.caption(literal(said))


def _files(session: ClassSession) -> None:
    name = panels.slug(session.name) or "class"
    with st.container(horizontal=True):
        for label, suffix, mime, make in (
            ("Report (HTML)", "report.html", "text/html", class_files.report),
            ("Answers (CSV)", "answers.csv", "text/csv", class_files.answers),
            ("Guesses (CSV)", "guesses.csv", "text/csv", class_files.guesses),
        ):
            st.download_button(
                label,
                partial(make, session),
                f"{name}-{suffix}",
                mime,
                key=f"class {suffix} {session.id}",
                icon=":material/download:",
                on_click="ignore",
            )


def _day(session: ClassSession) -> str:
    return time.strftime("%Y-%m-%d", time.localtime(session.begun))


def _delete(class_id: str) -> None:
    try:
        visitor.current().require(Right.PRESENT)
        classes.books().sessions.delete(class_id)
    except ClassroomError as error:
        st.toast(literal(str(error)), icon=":material/error:")
