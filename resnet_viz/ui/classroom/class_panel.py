"""What the teacher sets for the class, and the pause that students see."""

from collections.abc import Mapping

import streamlit as st

from resnet_viz.classroom import current
from resnet_viz.classroom.current import LEAST_SECONDS, MOST_LETTERS, MOST_SECONDS, MOST_VISITORS
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import Right, Role
from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import gate, visitor
from resnet_viz.wording import several

PROBLEM, DOUBT = "class problem", "class doubt"
PAUSED = "The class is paused: the teacher goes on in a moment. Nothing here is lost."
OVER = (
    "No class is held now: whoever opens the teacher's link, which the server showed when it was "
    "started, begins the next one."
)
# Widget -> the setting of the class that it changes, and the right that takes.
FIELDS: Mapping[str, tuple[str, Right]] = {
    "class_name": ("name", Right.TEACH),
    "class_starts": ("students_start", Right.TEACH),
    "class_seconds": ("seconds", Right.TEACH),
    "class_visitors": ("visitors", Right.TEACH),
    "class_pause": ("paused", Right.PRESENT),
}


def require_going_on() -> None:
    """Go on with a page, unless the class is paused for this visitor.

    Raises:
        ClassroomError: if it is.
    """
    if visitor.role() is Role.STUDENT and (held := current.held()) and held.paused:
        raise ClassroomError(PAUSED)


def show() -> None:
    """The settings of the class, and its end.

    Raises:
        ClassroomError: for whoever is not its teacher.
    """
    if current.held() is None:
        raise ClassroomError(OVER)
    visitor.current().require(Right.TEACH)
    _fields()


def _fields() -> None:
    held = current.held()
    assert held is not None
    for key, (field, _) in FIELDS.items():  # another teacher may have changed it
        st.session_state[key] = getattr(held, field)
    st.caption(
        f"{several(gate.visitors(), 'browser')} {'is' if gate.visitors() == 1 else 'are'} here. "
        "What is set here holds for students at once."
    )
    left, right = st.columns(2, gap="large")
    with left:
        st.text_input(
            "Name of the class", max_chars=MOST_LETTERS, key="class_name", on_change=_change,
            args=("class_name",), placeholder="such as Deep learning, Thursday",
        )  # fmt: skip
        st.number_input(
            "Browsers at once",
            1,
            MOST_VISITORS,
            key="class_visitors",
            on_change=_change,
            args=("class_visitors",),
            help="Whoever comes when as many are here reads that the class is full.",
        )
    with right:
        st.toggle(
            "Students may start runs",
            key="class_starts",
            on_change=_change,
            args=("class_starts",),
            help="One run or pair at a time each, behind yours in the queue.",
        )
        st.number_input(
            "Seconds of training for each student in this class",
            LEAST_SECONDS,
            MOST_SECONDS,
            step=10,
            key="class_seconds",
            on_change=_change,
            args=("class_seconds",),
            help="A run that has trained as long as is left is saved and ends.",
        )
        st.toggle(
            "Pause the class",
            key="class_pause",
            on_change=_change,
            args=("class_pause",),
            help="Students see one sentence in place of the pages, and start nothing.",
        )
    if problem := st.session_state.pop(PROBLEM, None):
        st.error(literal(problem))
    _end()


def _end() -> None:
    if not st.session_state.get(DOUBT):
        st.button("End the class", icon=":material/stop_circle:", on_click=_doubt, args=(True,))
        return
    st.warning(
        "Nobody will be its teacher any more, and what students imported is deleted. Runs stay. "
        "The teacher's link begins the next class."
    )
    with st.container(horizontal=True):
        st.button("End it", type="primary", on_click=_ended, key="class_ended")
        st.button("Go on", on_click=_doubt, args=(False,), key="class_goes_on")


def _doubt(doubt: bool) -> None:
    st.session_state[DOUBT] = doubt


def _change(key: str) -> None:
    field, right = FIELDS[key]
    try:
        visitor.current().require(right)
        current.change(**{field: st.session_state[key]})
    except UserError as error:
        st.session_state[PROBLEM] = str(error)


def _ended() -> None:
    _doubt(False)
    try:
        visitor.current().require(Right.TEACH)
        current.end()
    except UserError as error:
        st.session_state[PROBLEM] = str(error)
