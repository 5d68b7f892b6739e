"""Results that take long: one visitor computes each, the others wait for it and read."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import streamlit as st

from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.shell.turns import pages
from resnet_viz.wording import several

Result = TypeVar("Result")
PATIENCE = 0.2  # seconds between two looks at how far another visitor's computation is


class Turns:
    """Lets a bounded number of visitors compute at once; the others wait, and are told so.

    The next turn is whose visitor has the fewest computations under way, and of equals theirs who
    waits longest: many tabs bring nobody forward.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._change = threading.Condition()
        self._waiting: list[tuple[object, str]] = []  # tickets and whose, in order of arrival
        self._working: Counter[str] = Counter()

    @contextmanager
    def take(self, wait: Callable[[int], object], who: str = "") -> Iterator[None]:
        """Have a turn until the work ends, however it does.

        Args:
            wait: called again and again until there is one, with how many wait before this one;
                what it raises ends the waiting.
            who: of which visitor.
        """
        ticket = object()
        with self._change:
            self._waiting.append((ticket, who))
        try:
            while not self._has_turn(ticket, who):
                wait(self._before(ticket))
        except BaseException:
            self._leave(ticket)
            raise
        try:
            yield
        finally:
            with self._change:
                self._working[who] -= 1
                self._change.notify_all()

    def _has_turn(self, ticket: object, who: str) -> bool:
        """Take the turn, if it comes soon."""

        def is_mine() -> bool:
            return self._working.total() < self.most and self._order()[0][0] is ticket

        with self._change:
            if not self._change.wait_for(is_mine, PATIENCE):
                return False
            self._waiting.remove((ticket, who))
            self._working[who] += 1
            self._change.notify_all()
            return True

    def _order(self) -> list[tuple[object, str]]:
        return sorted(self._waiting, key=lambda waiting: self._working[waiting[1]])

    def _before(self, ticket: object) -> int:
        with self._change:
            return [waiting for waiting, _ in self._order()].index(ticket)

    def _leave(self, ticket: object) -> None:
        with self._change:
            self._waiting = [waiting for waiting in self._waiting if waiting[0] is not ticket]
            self._change.notify_all()


def waits_for(busy: int, before: int) -> str:
    """What is said to whoever waits for a turn, behind the title of what they wait for.

    Args:
        busy: how many compute.
        before: how many wait and come first.
    """
    ahead = f"{several(before, 'other comes', 'others come')} before you"
    return (
        f"The server is busy with {several(busy, 'other')}; {ahead if before else 'you are next'}."
    )


@dataclass(eq=False)
class Place(Generic[Result]):
    """A place for one result: what is cached whole can show no progress while it comes.

    Made by a function under ``st.cache_resource``, one for each setting.
    """

    found: Result | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _share: float = 0.0

    def result(
        self,
        title: str,
        compute: Callable[[Callable[[float], None]], Result],
        turns: Turns | None = None,
    ) -> Result:
        """What is there; the first who asks computes it, behind a bar that says how far it is.

        Whoever turns to something else ends what they compute, and the next one begins anew. The
        pages of others are made meanwhile.

        Args:
            title: of the bar.
            compute: is given what it tells the share that is done, 0 … 1.
            turns: that it waits for, where only so many such computations may run at once.
        """
        if self.found is not None:
            return self.found
        pages.give_up()
        bar = st.progress(0.0, text=title)
        while not self._turn.acquire(timeout=PATIENCE):
            bar.progress(self._share, text=title)  # here Streamlit ends whoever has moved on

        def tell(share: float) -> None:
            self._share = share
            bar.progress(share, text=title)

        def wait(before: int) -> None:
            bar.progress(0.0, text=f"{title} {waits_for(turns.most if turns else 0, before)}")

        try:
            if self.found is None:  # nobody has computed it meanwhile
                with turns.take(wait, visitor.visitor_id()) if turns else nullcontext():
                    self.found = compute(tell)
        finally:
            self._share = 0.0
            self._turn.release()
        bar.empty()
        return self.found
