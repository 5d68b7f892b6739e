"""The page of a teacher's notes: a note for each page shown in class, plans, and exercises."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.teaching import exercises, facts, notes, plans, sheet
from resnet_viz.reporting.teaching.exercise import Exercise
from resnet_viz.reporting.teaching.note import Mistake, Move, Note
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import links, navigation
from resnet_viz.ui.shell.page_table import PAGES
from resnet_viz.ui.topics import spurious_cue

NOTES, EXERCISES = "notes", "exercises"
OPEN = ":material/open_in_browser:"


def require_teacher() -> None:
    """Go on only for whoever may read the notes: a student would read the answers.

    Raises:
        ClassroomError: for everybody else.
    """
    visitor.current().require(Right.NOTES)


def show_note() -> None:
    """Draw the choice of a page and the note on it."""
    written = _notes()
    labels = {name: PAGES[name].label for name in written}
    note = written[links.segments("Page", tuple(written), key="note", names=labels)]
    st.header(f"{PAGES[note.page].title} · {note.minutes} min", anchor=False)
    words, controls = st.columns(2, gap="medium")
    with words:
        st.markdown(_list("Say", note.say))
        st.markdown(_list("Ask", note.ask))
    with controls:
        st.markdown("**Move**")
        for move in note.moves:
            _show_move(note.page, move)
    st.markdown("**What students get wrong**")
    for column, mistake in zip(st.columns(len(note.mistakes)), note.mistakes, strict=True):
        with column:
            _show_mistake(mistake)
    st.caption(note.sources)


def show_plan(plan: Sequence[plans.Step]) -> None:
    """Draw a plan, a line for each of its steps."""
    st.caption(
        "Before class: reload the tab, which remembers guesses while it is open, and press P for "
        "the stage, whose letters are larger."
    )
    for step, time in zip(plan, plans.times(tuple(plan)), strict=True):
        with st.container(border=True):
            when, do, ask = st.columns((2, 4, 3), vertical_alignment="center")
            with when:
                st.markdown(f"**{time} min**")
                _link(step.page, PAGES[step.page].label, step.query)
            do.markdown(step.do)
            ask.markdown(f"**Ask.** {step.ask}")


def show_exercises() -> None:
    """Draw the exercises with their answers folded, and the files to print."""
    found = _exercises()
    st.caption(
        f"{len(found)} exercises; every answer is counted or read from the shipped records when "
        "this page is drawn. The files print from any browser, black on white."
    )
    with st.container(horizontal=True):
        for label, name, answers in (
            ("Exercises (HTML, printable)", "exercises.html", False),
            ("With answers", "exercises-with-answers.html", True),
        ):
            st.download_button(
                label,
                partial(sheet.html, found, answers=answers, source=SOURCE),
                name,
                "text/html",
                icon=":material/print:",
                key=f"download {name}",
                on_click="ignore",
            )
    for number, one in enumerate(found, start=1):
        with st.container(border=True):
            _show_exercise(number, one)


SOURCE = (
    "Counted and recorded by resnet_viz: the table of architectures, and the runs that come with "
    "it. Papers: He et al. 2015, arXiv:1512.03385; Xie et al. 2016, arXiv:1611.05431."
)


def _show_exercise(number: int, one: Exercise) -> None:
    first, *rest = one.asked
    st.markdown(f"**{number}. {literal(one.title)}**")
    st.markdown(literal(first))
    if one.table is not None:
        st.dataframe(one.table, hide_index=True, width="content", alt=f"{one.title}: the numbers.")
    if rest:
        st.markdown(_lines(rest))
    with st.expander("Answer", icon=":material/key:"):
        st.markdown(_lines(one.answer))
        _link(one.page, f"On the page: {PAGES[one.page].label}", one.query)


def _show_move(page: str, move: Move) -> None:
    with st.container(gap=None):
        _link(page, move.label, move.query)
        if move.see:
            st.caption(move.see)


def _show_mistake(mistake: Mistake) -> None:
    with st.container(border=True, height="stretch"):
        st.markdown(f"**“{mistake.said}”**")
        st.markdown(mistake.so)


def _lines(texts: Sequence[str]) -> str:
    """Plain texts for Markdown, each in a line of its own."""
    return "  \n".join(map(literal, texts))


def _list(title: str, lines: Sequence[str]) -> str:
    """A heading and a list of those lines that say anything."""
    return "\n".join([f"**{title}**\n", *(f"- {line}" for line in lines if line)])


def _link(page: str, label: str, query: Mapping[str, str]) -> None:
    navigation.link(page, label, OPEN, **query)


@st.cache_resource(show_spinner=False)
def _facts() -> facts.Facts:
    try:
        cue = spurious_cue.accuracies()
    except UserError:  # its networks are missing: what they show is left out
        cue = None
    return facts.of(stored_runs.shipped_records(), cue)


@st.cache_resource(show_spinner=False)
def _notes() -> dict[str, Note]:
    return notes.notes(_facts())


@st.cache_resource(show_spinner=False)
def _exercises() -> list[Exercise]:
    return exercises.exercises(_facts())
