"""A note on one page: what to say, which control to move, and what is misunderstood."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Move:
    """A state of the page, which a link opens.

    Attributes:
        label: what the link says.
        query: what the page's address asks for.
        see: what is to be seen then, Markdown.
    """

    label: str
    query: Mapping[str, str]
    see: str


@dataclass(frozen=True)
class Mistake:
    """What students say, and what is so; both Markdown."""

    said: str
    so: str


@dataclass(frozen=True, kw_only=True)
class Note:
    """What whoever teaches a page tomorrow has to know; all texts are Markdown.

    Attributes:
        page: its name.
        minutes: that it takes in class.
        say, ask: a line each; a line without text is left out.
        sources: where it can be read.
    """

    page: str
    minutes: int
    say: tuple[str, ...]
    ask: tuple[str, ...]
    moves: tuple[Move, ...]
    mistakes: tuple[Mistake, ...]
    sources: str
