"""The lessons: their order, and what every one of them has besides its own subject."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from resnet_viz.ui import panels


@dataclass(frozen=True)
class Lesson:
    """One idea, one page.

    Attributes:
        script: its page; the name of the file is its address.
        question: what it answers, asked before anything is shown.
    """

    script: str
    title: str
    icon: str
    question: str

    @property
    def page(self) -> str:
        """The script as ``st.Page`` takes it."""
        return f"app_pages/lessons/{self.script}.py"


LESSONS: tuple[Lesson, ...] = (
    Lesson(
        "convolution",
        "How a convolution changes sizes",
        ":material/grid_4x4:",
        "How large is what comes out of a convolution, and which pixels does it never read?",
    ),
    Lesson(
        "vanishing",
        "Vanishing gradients",
        ":material/trending_down:",
        "What is left of a gradient after many layers, and is it this that shortcuts mended?",
    ),
    Lesson(
        "degradation",
        "Degradation",
        ":material/stacked_line_chart:",
        "A deeper network contains the shallower one, so it could do at least as well. Does it?",
    ),
    Lesson(
        "shortcuts",
        "Shortcuts when shapes differ",
        ":material/alt_route:",
        "How can x be added to F(x) when F(x) is smaller and has more channels, and does it matter "
        "what else stands on the way?",
    ),
    Lesson(
        "cardinality",
        "Cardinality: many narrow paths",
        ":material/account_tree:",
        "Does a network err less with many narrow paths than with a wide one at the same cost?",
    ),
)


def heading(script: str) -> None:
    """The lesson's place among the others, its title and its question."""
    number = _number(script)
    lesson = LESSONS[number]
    st.caption(f"Lesson {number + 1} of {len(LESSONS)}")
    panels.heading(lesson.title, lesson.question)


def guess(
    key: str,
    label: str,
    choices: Iterable[str],
    *,
    label_visibility: Literal["visible", "collapsed"] = "visible",
    chosen_first: Callable[[], None] | None = None,
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
        label, options, key=key, label_visibility=label_visibility, wrap=True, on_change=keep
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
        st.markdown(f"**Before you look.** {question}")
        chosen = guess(
            key, question, choices, label_visibility="collapsed", chosen_first=chosen_first
        )
        if chosen is None:
            st.caption("Choose one to see the answer.")
            return False
        if chosen == answer:
            st.success(f"Yes. {choices[chosen]}", icon=":material/check:")
        else:
            st.info(f"No: {answer}. {choices[chosen]}", icon=":material/lightbulb:")
    return True


def ending(script: str) -> None:
    """The ways to the lesson before and to the next one."""
    number = _number(script)
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        if number > 0:
            before = LESSONS[number - 1]
            st.page_link(before.page, label=f"Before: {before.title}", icon=":material/arrow_back:")
        if number + 1 < len(LESSONS):
            after = LESSONS[number + 1]
            st.page_link(after.page, label=f"Next: {after.title}", icon=":material/arrow_forward:")


def _number(script: str) -> int:
    return next(i for i, lesson in enumerate(LESSONS) if lesson.script == script)
