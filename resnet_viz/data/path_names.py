"""Names of files and folders: as text for the person, safe to have, and in the order of numbers."""

import os
import re
import unicodedata
from collections.abc import Sequence

LONGEST = 120  # bytes of a name, and characters of a path that a sentence shows
NAMED = 5  # files or classes that a sentence names; of the others it gives the number
PUNCTUATION = " .-_"

Parts = tuple[str, ...]  # the folders on the way to a file, and its name


def some(names: Sequence[str]) -> str:
    """The first of some names in quotation marks, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(f"“{shown(name)}”" for name in names[:NAMED]) + more


def shown(name: str) -> str:
    """A file name as text: one that is not Unicode could not be sent to a page."""
    return os.fsencode(name).decode(errors="replace")


def natural(name: str) -> tuple[object, ...]:
    """What to sort by, for 2 to come before 10."""
    # digits as their number of places and themselves: int would refuse thousands of them
    numbers = (part.lstrip("0") for part in re.split(r"(\d+)", name)[1::2])
    words = re.split(r"\d+", name)
    ranks = [(len(number), number) for number in numbers]
    return (*(rank for pair in zip(words, [*ranks, ()], strict=True) for rank in pair), name)


def safe(name: str, otherwise: str = "unnamed") -> str:
    """The name with letters and digits of any script, spaces, dots, hyphens and underscores only.

    It leads nowhere, hides nothing and means nothing to a page: no separators, no dot in front.
    """
    kept = _kept(unicodedata.normalize("NFC", name), PUNCTUATION).lstrip(" ._")
    return kept.encode()[:LONGEST].decode(errors="ignore").rstrip(" .") or otherwise


def plain(path: str) -> str:
    """A path as text for the person, without anything that a page could obey."""
    return _kept(path, PUNCTUATION + "/")[:LONGEST]


def _kept(text: str, punctuation: str) -> str:
    return "".join(
        character
        if unicodedata.category(character)[0] in "LMN" or character in punctuation
        else "_"
        for character in text
    )
