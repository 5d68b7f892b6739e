"""Present and follow: what the teacher's address says is drawn for everyone who has not gone away.

The state of a page is in its address, so an address is all that has to travel. A follower's browser
takes it as it takes a step back or forward: Streamlit then draws what it says. What a visitor has
brought or guessed is in no address, and stays their own.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

import streamlit as st

from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import classes
from resnet_viz.ui.classroom.classes import Lecture
from resnet_viz.ui.shell import navigation, push
from resnet_viz.ui.shell.page_table import CLASS_PAGES, PAGES

if TYPE_CHECKING:
    from streamlit.delta_generator import DeltaGenerator

CONTROLS, POINTING, CHANGED = "class controls", "class pointing", "class changed"
OWN = ("stage",)  # what an address says of the visitor's own screen
PRIVATE: Mapping[str, tuple[str, ...]] = {"image": ("upload", "camera")}  # pictures of one's own
WORDS = {
    "follows": "You follow the teacher.",
    "away": "You look around on your own.",
    "leave": "Look around on your own",
    "back": "Back to the teacher",
    "own": "The teacher looks at a picture of their own; here is one that you have.",
    "pointed": "The teacher points at something there",
}

_mount = st.components.v2.component(
    "class_following",
    js=Path(__file__).with_suffix(".js").read_text("utf-8").replace("__FOLLOW__", push.FOLLOW),
    isolate_styles=False,
)


@contextmanager
def in_class() -> Iterator[None]:
    """Follow the teacher, or present; what is drawn within stands beside a teacher's buttons.

    Nothing without a class.
    """
    st.session_state.pop(CONTROLS, None)
    here = classes.lecture()
    if here is None:
        yield
    elif not here.may_present:
        _connect(here, key="class-follower")
        yield
    else:
        if here.presents:
            _or_say(lambda: _show_here(here))
        with st.container(
            horizontal=True, gap="small", width="content", vertical_alignment="center", key="class"
        ):
            st.session_state[CONTROLS] = st.container(
                horizontal=True, gap="xsmall", width="content"
            )
            _teach()
            yield


def controls() -> "DeltaGenerator | None":
    """Where in the page's head what the teacher does with its questions stands."""
    return st.session_state.get(CONTROLS)


def followed(query: str) -> tuple[str, bool]:
    """What followers are shown of an address, and whether it asks for a picture of one's own."""
    kept, own = [], False
    for key, value in parse_qsl(query, keep_blank_values=True):
        if value in PRIVATE.get(key, ()):
            own = True
        elif key not in OWN:
            kept.append((key, value))
    return urlencode(kept), own


@st.fragment
def _teach() -> None:
    here = classes.lecture()
    if here is None or not here.may_present or st.session_state.pop(CHANGED, False):
        st.rerun()
    with st.container(horizontal=True, gap="xsmall", width="content", vertical_alignment="center"):
        if here.presents:
            _while_presenting(here)
        else:
            _before_presenting(here)
    _connect(here, key="class-presenter")


def _while_presenting(here: Lecture) -> None:
    if _page() in PAGES:
        st.toggle(
            "Point",
            key=POINTING,
            help="Press what is to be framed on every screen; the same once more takes the frame "
            "away.",
        )
    if st.button(
        "Stop",
        key="class_stop",
        icon=":material/stop_screen_share:",
        type="tertiary",
        help="The class follows this page. Press to let everybody go on alone.",
    ):
        classes.stop(here)
        st.rerun()


def _before_presenting(here: Lecture) -> None:
    if here.is_presented:
        mine = here.target.presenter == here.code
        who = "You present in another tab" if mine else "Another teacher presents"
        st.caption(f"{who}.", width="content")
    if st.button(
        "Present here" if here.is_presented else "Present",
        key="class_present",
        icon=":material/present_to_all:",
        type="tertiary",
        help="The class sees this page, and goes where you go.",
    ):
        st.session_state.pop(POINTING, None)
        _or_say(lambda: _show_here(here, begins=True))
        st.rerun()


def _show_here(here: Lecture, *, begins: bool = False) -> None:
    """Have the class see this page; from a page that is a teacher's alone, the one before it."""
    page, (query, own) = _page(), followed(_query())
    if page not in PAGES:
        page, query = here.target.page or next(iter(PAGES)), here.target.query
        own = here.target.own_picture
    classes.present(here, page, query, own_picture=own, begins=begins)


def _connect(here: Lecture, *, key: str) -> None:
    page = _page()
    data = {
        "class": here.session.id,
        "presenter": classes.presenter(here.session.id, here.target),
        "teaches": here.may_present,
        "presents": here.presents,
        "pointing": here.presents and bool(st.session_state.get(POINTING)),
        "page": page,
        "told": f"{here.target.page}?{here.target.query}",
        "states": classes.states_now(here.session.id, page),
        "pages": [*PAGES, *CLASS_PAGES],
        "first": next(iter(PAGES)),
        "own": list(OWN),
        "words": WORDS,
    }
    with st.container(key="class-tab"):
        _mount(
            key=key,
            data=data,
            on_changed_change=_note_change,
            on_moved_change=_heard(key, "moved", _move),
            on_pointed_change=_heard(key, "pointed", _point),
        )


def _note_change() -> None:
    """Have a teacher's page run again, too, and not its head alone."""
    st.session_state[CHANGED] = True


def _heard(key: str, what: str, do: Callable[[Lecture, str], object]) -> Callable[[], None]:
    """What is done with a message of the tab of whoever presents; of others it is not heard."""

    def hear() -> None:
        here = classes.lecture()
        if here and here.presents:
            _or_say(lambda: do(here, str(st.session_state[key][what] or "")))

    return hear


def _move(here: Lecture, address: str) -> None:
    page, _, asked = address.partition("?")
    if page in PAGES:
        query, own = followed(asked)
        classes.present(here, page, query, own_picture=own)


def _point(here: Lecture, mark: str) -> None:
    classes.point(here, mark)


def _or_say(do: Callable[[], object]) -> None:
    try:
        do()
    except ClassroomError as error:
        st.toast(literal(str(error)), icon=":material/error:")


def _page() -> str:
    return navigation.current().name


def _query() -> str:
    asked = st.query_params
    return urlencode([(key, value) for key in asked for value in asked.get_all(key)])
