"""Results that take long: one visitor computes each, the others wait for it and read."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import streamlit as st

Result = TypeVar("Result")
PATIENCE = 0.2  # seconds between two looks at how far another visitor's computation is


class Turns:
    """Lets a bounded number of visitors compute at once; the others wait, and are told so.

    Args:
        most: how many.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = threading.BoundedSemaphore(most)

    @contextmanager
    def take(self, wait: Callable[[], object]) -> Iterator[None]:
        """Have a turn until the work ends, however it does.

        Args:
            wait: called again and again until there is one; what it raises ends the waiting.
        """
        while not self._free.acquire(timeout=PATIENCE):
            wait()
        try:
            yield
        finally:
            self._free.release()


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

        Whoever turns to something else ends what they compute, and the next one begins anew.

        Args:
            title: of the bar.
            compute: is given what it tells the share that is done, 0 … 1.
            turns: that it waits for, where only so many such computations may run at once.
        """
        if self.found is not None:
            return self.found
        bar = st.progress(0.0, text=title)
        while not self._turn.acquire(timeout=PATIENCE):
            bar.progress(self._share, text=title)  # here Streamlit ends whoever has moved on

        def tell(share: float) -> None:
            self._share = share
            bar.progress(share, text=title)

        def wait() -> None:
            bar.progress(
                0.0, text=f"{title} It waits: {turns.most if turns else 0} are computed now."
            )

        try:
            if self.found is None:  # nobody has computed it meanwhile
                with turns.take(wait) if turns else nullcontext():
                    self.found = compute(tell)
        finally:
            self._share = 0.0
            self._turn.release()
        bar.empty()
        return self.found
