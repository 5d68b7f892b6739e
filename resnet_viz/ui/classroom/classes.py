"""The class that is held, as pages know it: its store, what it follows, and what is told to all.

One message tells every browser of the class all there is to know; it is published when something
has changed, so that no browser has to ask.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

from resnet_viz.classroom import current
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import Right, Role
from resnet_viz.home import home
from resnet_viz.reporting import class_guesses
from resnet_viz.reporting.markdown import literal
from resnet_viz.teaching.polls import Poll, Polls
from resnet_viz.teaching.races import Races
from resnet_viz.teaching.sessions import ClassSession, Sessions, Target
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell.page_table import LESSONS
from resnet_viz.ui.shell.push import CLASS, hub

SPREAD, MOST_SPREAD = 30, 1500  # milliseconds a follower, in which all ask for a page; and at most
SHORT = 8  # letters of a digest, which only has to differ


@dataclass(frozen=True)
class Books:
    """What the database keeps of classes."""

    sessions: Sessions
    polls: Polls
    races: Races


@dataclass(frozen=True)
class Lecture:
    """The class that is held, for the visitor whose page runs.

    Attributes:
        code: what the visitor is called in it.
        target: what it follows now.
        presents: whether it follows this very tab.
    """

    session: ClassSession
    role: Role
    code: str
    target: Target
    presents: bool

    @property
    def is_presented(self) -> bool:
        """Whether somebody presents."""
        return self.target.presenter is not None

    @property
    def may_present(self) -> bool:
        """Whether the visitor is a teacher."""
        return self.role is Role.TEACHER


def books() -> Books:
    """The store of classes of this server, in the database of its runs."""
    return _books(str(home()))


@st.cache_resource(show_spinner=False)
def _books(folder: str) -> Books:
    database = stored_runs.store().database
    return Books(Sessions(database), Polls(database), Races(database))


def lecture() -> Lecture | None:
    """The class that is held; None where the server holds none."""
    who = visitor.current()
    if who.role is Role.OWNER or (held := current.held()) is None:
        return None
    sessions = books().sessions
    seen = sessions.seen(held.id, who.id)
    if seen is None or seen.session.name != held.name:
        sessions.keep(held)
        seen = sessions.seen(held.id, who.id)
        assert seen is not None
    session, target, code = seen.session, seen.target, seen.code
    if _published.get(CLASS) != session.id:  # after a restart nobody has been told yet
        publish(session.id)
    presents = (
        who.may(Right.PRESENT) and target.presenter == code and _tabs.claim(session.id, _tab())
    )
    return Lecture(session, who.role, code, target, presents)


class _Tabs:
    """Which tab of a teacher is the one that is followed; no longer known after a restart."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_class: dict[str, str] = {}

    def claim(self, class_id: str, tab: str) -> bool:
        """Whether a tab is the one, or takes the place of one that is gone."""
        with self._lock:
            known = self._of_class.get(class_id)
            if known is None or not _is_open(known):
                self._of_class[class_id] = known = tab
            return known == tab

    def of(self, class_id: str) -> str:
        """The one; empty while it is not known."""
        with self._lock:
            return self._of_class.get(class_id, "")

    def take(self, class_id: str, tab: str) -> None:
        """Have a tab be the one."""
        with self._lock:
            self._of_class[class_id] = tab


_tabs = _Tabs()


def _tab() -> str:
    context = get_script_run_ctx()
    return context.session_id if context else ""


def _is_open(tab: str) -> bool:
    return tab == _tab() or not runtime.exists() or runtime.get_instance().is_active_session(tab)


def present(
    here: Lecture, page: str, query: str, *, own_picture: bool, begins: bool = False
) -> Target:
    """Have the class follow the visitor to a page.

    Args:
        begins: whether to do so where it follows somebody else, or nobody, until now.

    Raises:
        ClassroomError: for who may not, and for an address that cannot be followed.
    """
    visitor.current().require(Right.PRESENT)
    sessions = books().sessions
    if begins:
        _tabs.take(here.session.id, _tab())
    target = sessions.present(
        here.session.id, here.code, page, query, own_picture=own_picture, takes_over=begins
    )
    publish(here.session.id)
    return target


def point(here: Lecture, mark: str) -> None:
    """Frame an element on every follower's page; none for an empty text."""
    visitor.current().require(Right.PRESENT)
    books().sessions.point(here.session.id, here.code, mark)
    publish(here.session.id)


def stop(here: Lecture) -> None:
    """Present no longer."""
    visitor.current().require(Right.PRESENT)
    books().sessions.stop(here.session.id, here.code)
    publish(here.session.id)


def change(
    class_id: str, do: Callable[[], object], after: Callable[[], object] | None = None
) -> None:
    """Do what a teacher's button says, and tell the class; whoever is none reads why it is not."""
    try:
        visitor.current().require(Right.PRESENT)
        do()
        if after:
            after()
    except ClassroomError as error:
        st.toast(literal(str(error)), icon=":material/error:")
    publish(class_id)


_published: dict[str, str] = {}  # of which class it was told last


def publish(class_id: str) -> None:
    """Tell every browser of the class what there is to know, if anything of it has changed."""
    known = books()
    target = known.sessions.target(class_id)
    polls, races = known.polls.of_class(class_id), known.races.of_class(class_id)
    told = {
        "class": class_id,
        "presenter": presenter(class_id, target),
        "page": target.page,
        "query": target.query,
        "mark": target.mark,
        "own": target.own_picture,
        "turn": target.turn,
        "spread": min(MOST_SPREAD, SPREAD * hub.followers(CLASS)),
        "states": states(target, polls, [(race.id, race.is_open) for race in races]),
        "counts": {poll.id: class_guesses.answered(poll.answers) for poll in polls}
        | {race.id: class_guesses.guessed(len(race.guesses)) for race in races},
    }
    _published[CLASS] = class_id
    hub.publish(CLASS, json.dumps(told, separators=(",", ":")).encode())


def states(
    target: Target, polls: Iterable[Poll], races: Iterable[tuple[str, bool]]
) -> dict[str, str]:
    """Page -> what tells one state of its questions from another; a page that shows another draws.

    A page without a question has none, and draws nothing anew. Those of a lesson wait while
    somebody presents.
    """
    presented = [target.presenter is not None]
    of_page: dict[str, list[object]] = {"training": [*presented, *races]}
    of_page |= {lesson.name: [*presented, "lesson"] for lesson in LESSONS}
    for poll in polls:
        state = (poll.id, poll.opened is None, poll.is_open, poll.is_revealed)
        of_page.setdefault(poll.page, list(presented)).append(state)
    return {page: short(repr(state)) for page, state in of_page.items() if len(state) > 1}


def states_now(class_id: str, page: str) -> str:
    """The state of a page's questions, as `publish` tells it; empty where it has none."""
    known = books()
    races = [(race.id, race.is_open) for race in known.races.of_class(class_id)]
    return states(known.sessions.target(class_id), known.polls.of_class(class_id), races).get(
        page, ""
    )


def presenter(class_id: str, target: Target) -> str:
    """What tells whose tab is followed from another's; empty where nobody presents."""
    return short(f"{target.presenter} {_tabs.of(class_id)}") if target.presenter else ""


def short(text: str) -> str:
    """A digest that tells texts apart, and nothing about them; empty for an empty text."""
    return hashlib.sha256(text.encode()).hexdigest()[:SHORT] if text else ""
