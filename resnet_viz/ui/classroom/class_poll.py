"""A lesson's prediction while a teacher presents: a poll; nobody sees the answer before all do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import streamlit as st

from resnet_viz import charts
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.reporting import class_guesses
from resnet_viz.reporting.markdown import literal
from resnet_viz.teaching.polls import Poll
from resnet_viz.ui.classroom import classes, following
from resnet_viz.ui.classroom.classes import Lecture
from resnet_viz.ui.shell import navigation, panels

SOON = "The teacher opens this question in a moment."
LATER = (
    "The class has not been asked this question yet. It waits until the teacher asks it, or "
    "presents no longer."
)
KEPT = "Your answer is kept, without your name. You may change it until the question is closed."
CHOOSE = "Choose one: your answer is counted without your name."
CLOSED = "This question is closed. The answer comes when the teacher shows it."
UNANSWERED = "This question is closed, and you did not answer it."


@dataclass(frozen=True)
class Asked:
    """A prediction as a class is asked it.

    Attributes:
        poll: None while the class has not been asked it.
        presents: whether the visitor is the one who asks.
    """

    lecture: Lecture
    poll: Poll | None

    @property
    def presents(self) -> bool:
        """Whether the visitor is the one who asks."""
        return self.lecture.presents

    @property
    def is_revealed(self) -> bool:
        """Whether the answer may be seen."""
        return self.poll is not None and self.poll.is_revealed

    @property
    def takes_answers(self) -> bool:
        """Whether a choice can be made, or changed."""
        return self.poll is not None and self.poll.is_open

    def widget(self, key: str) -> str:
        """The key of the choices: a guess from before the class is no answer in it."""
        return f"{key} asked {self.poll.id if self.poll else ''}"


def asked(key: str, question: str, choices: Sequence[str]) -> Asked | None:
    """What stands in place of a prediction; None where it stands for itself.

    It does where nobody presents, and for a teacher beside the one who does. A student waits on
    every lesson while somebody presents: who looks around on their own would know the answer.
    """
    here = classes.lecture()
    if here is None or not here.is_presented:
        return None
    polls, page = classes.books().polls, navigation.current().name
    if here.presents:
        known = polls.find(here.session.id, key, question, choices)
        poll = known or polls.ask(here.session.id, page, key, question, choices)
        if known is None:
            classes.publish(here.session.id)
        return Asked(here, poll)
    if here.may_present:
        return None
    result = Asked(here, polls.find(here.session.id, key, question, choices))
    if result.poll is not None:
        _recall(result, key)
    return result


def _recall(asked: Asked, key: str) -> None:
    """Show the answer that a visitor gave before they loaded the page anew, or in another tab."""
    assert asked.poll is not None
    state, widget = st.session_state, asked.widget(key)
    mine = classes.books().polls.answer_of(asked.poll.id, asked.lecture.code)
    if mine is not None and (state.get(widget) is None or not asked.takes_answers):
        state[widget] = mine
    if asked.is_revealed and mine is not None:
        state.setdefault(f"{key} kept", mine)  # after the class the lesson stays as it was seen


def take(asked: Asked, chosen: str | None) -> str | None:
    """Keep a student's choice while the question is open; what counts as theirs."""
    if asked.poll is None:
        is_here = asked.lecture.target.page == navigation.current().name
        st.caption(SOON if is_here else LATER)
        return None
    polls, poll = classes.books().polls, asked.poll
    mine = polls.answer_of(poll.id, asked.lecture.code)
    if asked.takes_answers and chosen is not None and chosen != mine:
        try:
            polls.answer(poll.id, asked.lecture.code, chosen)
        except ClassroomError as error:  # closed meanwhile
            st.warning(literal(str(error)))
        else:
            mine, poll = chosen, polls.poll(poll.id)
            classes.publish(asked.lecture.session.id)
    if poll.opened is None:
        st.caption(SOON)
    elif not poll.is_revealed:
        open_now, closed_now = (KEPT, CLOSED) if mine else (CHOOSE, UNANSWERED)
        st.caption(open_now if poll.is_open else closed_now)
        counts(poll.id, class_guesses.answered(poll.answers))
    return mine


def lead(asked: Asked, answer: str, chosen_first: Callable[[], None] | None) -> None:
    """The choices, how many have answered, and a teacher's buttons, here and in the page's head."""
    poll = asked.poll
    assert poll is not None
    st.markdown("\n".join(f"- {literal(choice)}" for choice in poll.choices))
    if poll.is_revealed:
        return
    if poll.opened is not None:
        counts(poll.id, class_guesses.answered(poll.answers))
    with st.container(horizontal=True):
        _buttons(asked.lecture, poll, answer, chosen_first, place="page")
    if (head := following.controls()) is not None:
        with head:
            _buttons(asked.lecture, poll, answer, chosen_first, place="head")


def _buttons(
    here: Lecture, poll: Poll, answer: str, chosen_first: Callable[[], None] | None, *, place: str
) -> None:
    polls = classes.books().polls
    reopened = "Open again" if poll.opened is not None else "Open poll"
    wanted: list[tuple[str, str, Callable[[], object]]] = []
    if poll.is_open:
        wanted.append(("Close poll", "lock", partial(polls.close, poll.id)))
    else:
        wanted.append((reopened, "how_to_vote", partial(polls.open, poll.id)))
    if poll.opened is not None:
        wanted.append(("Reveal", "visibility", partial(polls.reveal, poll.id, answer)))
    for label, icon, do in wanted:
        if st.button(
            label,
            key=f"{place} {label} {poll.id}",
            icon=f":material/{icon}:",
            type="tertiary" if place == "head" else "secondary",
            on_click=classes.change,
            args=(here.session.id, do, chosen_first if label == "Reveal" else None),
        ):
            # Pressed before a restarted server had drawn it: then nothing was called.
            classes.change(here.session.id, do)
            st.rerun()


def counts(poll_id: str, text: str) -> None:
    """How many have answered, which every browser keeps up to date by itself."""
    st.html(f'<p class="class-counts" data-counts="{poll_id}">{text}</p>')


def distribution(asked: Asked, answer: str, mine: str | None) -> None:
    """What the class said, beside what was measured."""
    assert asked.poll is not None
    said = class_guesses.right(asked.poll)
    panels.chart(
        charts.poll_bars(asked.poll.counts, answer, mine=mine),
        key=f"class-answers-{asked.poll.id}",
        alt=f"How many of the class chose what. {said}",
    )
    st.caption(literal(said))
