"""Results that take long: one visitor computes each, the others wait for it and read."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import streamlit as st

Result = TypeVar("Result")
PATIENCE = 0.2  # seconds between two looks at how far another visitor's computation is


@dataclass(eq=False)
class Place(Generic[Result]):
    """A place for one result: what is cached whole can show no progress while it comes.

    Made by a function under ``st.cache_resource``, one for each setting.
    """

    found: Result | None = None
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _share: float = 0.0

    def result(self, title: str, compute: Callable[[Callable[[float], None]], Result]) -> Result:
        """What is there; the first who asks computes it, behind a bar that says how far it is.

        Whoever turns to something else ends what they compute, and the next one begins anew.

        Args:
            title: of the bar.
            compute: is given what it tells the share that is done, 0 … 1.
        """
        if self.found is not None:
            return self.found
        bar = st.progress(0.0, text=title)
        while not self._turn.acquire(timeout=PATIENCE):
            bar.progress(self._share, text=title)  # here Streamlit ends whoever has moved on

        def tell(share: float) -> None:
            self._share = share
            bar.progress(share, text=title)

        try:
            if self.found is None:  # nobody has computed it meanwhile
                self.found = compute(tell)
        finally:
            self._share = 0.0
            self._turn.release()
        bar.empty()
        return self.found
