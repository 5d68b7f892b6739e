"""Names for files and folders made from what anybody may have written."""

import unicodedata

LONGEST = 120  # bytes of a name, and characters of a path that a sentence shows
PUNCTUATION = " .-_"


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
