"""A bound in bytes for what Streamlit keeps for all visitors: it bounds caches by number alone."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any


class ByteBudget:
    """Sees that cached results stay below so many bytes: the least recently used are forgotten.

    The newest stays, however large it is.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._sizes: OrderedDict[tuple[Callable[..., None], tuple[Any, ...]], int] = OrderedDict()
        self._lock = threading.Lock()

    def used(
        self, clear: Callable[..., None], arguments: tuple[Any, ...], size: Callable[[], int]
    ) -> None:
        """Note that a result was used, and forget others if there is no room for all.

        Args:
            clear: of the cached function, such as ``function.clear``.
            arguments: that the function was called with.
            size: counts the bytes of the result; asked when it is used for the first time.
        """
        entry, gone = (clear, arguments), []
        with self._lock:
            if entry in self._sizes:
                self._sizes.move_to_end(entry)
                return
            self._sizes[entry] = size()
            while sum(self._sizes.values()) > self.most and len(self._sizes) > 1:
                gone.append(self._sizes.popitem(last=False)[0])
        for forget, of in gone:
            forget(*of)
