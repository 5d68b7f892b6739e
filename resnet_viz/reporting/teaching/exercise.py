"""An exercise: what is asked, and the answer that follows from a page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Exercise:
    """A question on paper; all of it is plain text, in which nothing is markup.

    Attributes:
        asked: its parts, a line each.
        answer: as many lines as it takes.
        page: the name of the page that shows it.
        query: what the address of that page asks for.
        table: numbers to work with.
        room: lines to write on.
    """

    title: str
    asked: tuple[str, ...]
    answer: tuple[str, ...]
    page: str
    query: Mapping[str, str] = field(default_factory=dict)
    table: pd.DataFrame | None = None
    room: int = 4
