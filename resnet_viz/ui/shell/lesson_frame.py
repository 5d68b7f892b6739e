"""What every lesson has besides its own subject."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal

import streamlit as st

from resnet_viz.ui.classroom import class_poll
from resnet_viz.ui.shell import navigation, panels
from resnet_viz.ui.shell.page_table import LESSONS, PAGES


def heading(*, finds: bool = True) -> None:
    """The lesson's place among the others and its question.

    Args:
        finds: whether it says a finding above its evidence.
    """
    lesson = navigation.current()
    number = LESSONS.index(lesson) + 1
    with st.container(key="lesson"):
        st.markdown(f":gray[Lesson {number} of {len(LESSONS)}.] {lesson.question}")
    panels.heading("", finds=finds)


def guess(
    key: str,
    label: str,
    choices: Iterable[str],
    *,
    label_visibility: Literal["visible", "collapsed"] = "visible",
    chosen_first: Callable[[], None] | None = None,
    disabled: bool = False,
) -> str | None:
    """A row of choices, of which one is kept while the visitor is elsewhere.

    Args:
        chosen_first: called when a choice is made where there was none.
    """
    options = list(choices)
    kept = f"{key} kept"  # Streamlit forgets a widget's value on every page that does not draw it
    if key not in st.session_state and st.session_state.get(kept) in options:
        st.session_state[key] = st.session_state[kept]

    def keep() -> None:
        before = st.session_state.get(kept)
        st.session_state[kept] = st.session_state[key]
        if chosen_first and before is None and st.session_state[kept] is not None:
            chosen_first()

    return st.segmented_control(
        label,
        options,
        key=key,
        label_visibility=label_visibility,
        wrap=True,
        on_change=keep,
        disabled=disabled,
    )


def prediction(
    key: str,
    question: str,
    choices: Mapping[str, str],
    answer: str,
    *,
    chosen_first: Callable[[], None] | None = None,
) -> bool:
    """Ask before the answer is shown.

    Args:
        choices: what can be predicted, and what is said to whoever chose it: measured, not typed.
        answer: what came out, whether it could be chosen or not.
        chosen_first: called when a choice is made where there was none.

    Returns:
        Whether a choice was made, so that the answer may be drawn.
    """
    with st.container(border=True, key=f"prediction-{key}"):
        if (asked := class_poll.asked(key, question, list(choices))) is not None:
            return _asked_of_class(asked, key, question, choices, answer, chosen_first)
        st.markdown(f"**Before you look.** {question}")
        chosen = guess(
            key, question, choices, label_visibility="collapsed", chosen_first=chosen_first
        )
        if chosen is None:
            st.caption("Choose one to see the answer.")
            return False
        _judge(chosen, choices, answer)
    return True


def _judge(chosen: str, choices: Mapping[str, str], answer: str) -> None:
    if chosen == answer:
        st.success(f"Yes. {choices[chosen]}", icon=":material/check:")
    else:
        st.info(f"No: {answer}. {choices[chosen]}", icon=":material/lightbulb:")


def _asked_of_class(
    asked: class_poll.Asked,
    key: str,
    question: str,
    choices: Mapping[str, str],
    answer: str,
    chosen_first: Callable[[], None] | None,
) -> bool:
    """The same where a teacher asks a class: nobody sees the answer before it is revealed."""
    begins = "Before you look" if asked.poll is None else "The class is asked"
    st.markdown(f"**{begins}.** {question}")
    mine = None
    if asked.presents:
        class_poll.lead(asked, answer, chosen_first)
    else:
        mine = guess(
            asked.widget(key),
            question,
            choices,
            label_visibility="collapsed",
            disabled=not asked.takes_answers,
        )
        mine = class_poll.take(asked, mine)
        if asked.is_revealed and mine is not None:
            _judge(mine, choices, answer)
    if not asked.is_revealed:
        return False
    if asked.presents or mine is None:
        st.info(f"Measured: {answer}. {choices.get(answer, '')}", icon=":material/lightbulb:")
    class_poll.distribution(asked, answer, mine)
    return True


def mentioned(name: str) -> str:
    """What the lesson that is shown calls another one."""
    here, there = (LESSONS.index(lesson) for lesson in (navigation.current(), PAGES[name]))
    beside = {here - 1: "the lesson before", here + 1: "the next lesson"}
    return beside.get(there, f"lesson {there + 1}")


def ending() -> None:
    """The ways to the lesson before and to the next one."""
    number = LESSONS.index(navigation.current())
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if number > 0:
            before = LESSONS[number - 1]
            navigation.link(before.name, f"Before: {before.title}", ":material/arrow_back:")
        if number + 1 < len(LESSONS):
            after = LESSONS[number + 1]
            navigation.link(after.name, f"Next: {after.title}", ":material/arrow_forward:")
