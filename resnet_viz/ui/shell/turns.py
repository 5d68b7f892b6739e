"""Pages are made one after the other, first come, first served.

Threads of Python take turns at its one interpreter anyway, and each change costs: a page that is
made among fifty at once takes the server 1.3 to 1.7 times the work that it takes in its turn. Most
of the difference goes into waiting for the lock around Streamlit's settings, which every message
reads.
"""

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """Lets so many work at once, and takes no notice of those whose work is long, or turns out so.

    Args:
        at_once: how many.
        longest: seconds after which a turn is over for the others, though its work may go on:
            who waits for a network to be explained keeps nobody from a page.
    """

    def __init__(self, at_once: int, longest: float) -> None:
        self._at_once, self._longest = at_once, longest
        self._lock = threading.Lock()
        self._begun: dict[threading.Event, float] = {}
        self._waiting: deque[threading.Event] = deque()
        self._of_thread = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait for a turn, and hold it meanwhile."""
        turn = threading.Event()
        with self._lock:
            self._waiting.append(turn)
            self._hand_on()
        try:
            while not turn.wait(self._longest / 2):
                with self._lock:
                    self._hand_on()
            self._of_thread.turn = turn
            yield
        finally:
            self._end(turn)

    def give_up(self) -> None:
        """End the turn that this thread holds, as what it does now takes long; none is no error."""
        if turn := getattr(self._of_thread, "turn", None):
            self._end(turn)

    def _end(self, turn: threading.Event) -> None:
        self._of_thread.turn = None
        with self._lock:
            self._begun.pop(turn, None)
            self._hand_on()

    def _hand_on(self) -> None:
        now = time.monotonic()
        for turn in [turn for turn, at in self._begun.items() if now > at + self._longest]:
            del self._begun[turn]
        while self._waiting and len(self._begun) < self._at_once:
            turn = self._waiting.popleft()
            self._begun[turn] = now
            turn.set()


pages = Turns(at_once=1, longest=1.0)
