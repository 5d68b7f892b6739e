"""Where the pictures of an archive belong in a data set, under names that are safe to have."""

import os
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from resnet_viz.data.errors import DataError
from resnet_viz.data.pictures import SUFFIXES
from resnet_viz.data.split_names import kind

LONGEST = 120  # bytes of a name, and characters of a path that a sentence shows
PUNCTUATION = " .-_"

Parts = tuple[str, ...]  # the folders on the way to a file, and its name


@dataclass(frozen=True)
class Layout:
    """``<class>/*``, or that for training and for the test each, under safe names.

    Attributes:
        places: of each picture; None for one that lies outside the class folders.
        folders: the class folders, those without a picture too.
    """

    places: list[Path | None]
    folders: set[Path]


def arrange(pictures: Sequence[Parts], folders: Collection[Parts]) -> Layout:
    """The layout of pictures and folders whose paths anybody may have written.

    Folders that all pictures have in common above their class folders are left away.

    Raises:
        DataError: if no picture lies in a class folder, some lie deeper, or two class folders
            cannot be told apart by safe names.
    """
    common = _common(pictures)
    below = [_once(parts[len(common) :]) for parts in pictures]
    is_split = any(map(_is_split, below))
    level = 2 if is_split else 1  # folders above a picture
    names = _Names()
    places = []
    for parts in below:
        if len(parts) > level + 1 or (len(parts) == 3 and not _is_split(parts)):
            raise DataError(
                f"The folders of the archive are nested too deeply at “{plain('/'.join(parts))}”; "
                "give ‹class›/*, or train/‹class›/* and test/‹class›/*."
            )
        places.append(names.of(parts) if len(parts) == level + 1 else None)
    if not any(places):
        raise DataError(
            "The archive has no class folders; put the pictures of each class into a folder of "
            "its own."
        )
    classes = (_once(parts[len(common) :]) for parts in folders if parts[: len(common)] == common)
    return Layout(
        places,
        {
            names.folder(parts)
            for parts in classes
            if len(parts) == level and (not is_split or kind(parts[0]))
        },
    )


def _common(pictures: Sequence[Parts]) -> Parts:
    common: Parts = ()
    while True:
        depth = len(common)
        shared = {parts[depth] for parts in pictures if len(parts) > depth + 1}
        deepest = max(map(len, pictures), default=0)
        if len(shared) != 1 or deepest <= depth + 2 or any(map(kind, shared)):
            return common
        common += tuple(shared)


def _is_split(parts: Parts) -> bool:
    return len(parts) == 3 and kind(parts[0]) is not None


def _once(parts: Parts) -> Parts:
    """The way to a picture without a part's name that comes again: seg_train/seg_train."""
    again = len(parts) > 3 and kind(parts[0]) and kind(parts[0]) == kind(parts[1])
    return parts[1:] if again else parts


class _Names:
    """Safe names for class folders and pictures, each its own."""

    def __init__(self) -> None:
        self._originals: dict[Path, str] = {}
        self._taken: set[tuple[Path, str]] = set()

    def folder(self, parts: Parts) -> Path:
        """The place of a class folder."""
        above = Path(*(safe(part).casefold() for part in parts[:-1]))
        name = safe(parts[-1])
        if self._originals.setdefault(above / name.casefold(), parts[-1]) != parts[-1]:
            raise DataError(
                f"Two class folders would both be called “{name}” here; rename one of them."
            )
        return above / name

    def of(self, parts: Parts) -> Path:
        """The place of a picture, numbered where another one of its folder has that name."""
        folder = self.folder(parts[:-1])
        stem, suffix = os.path.splitext(parts[-1])
        suffix = suffix if suffix.lower() in SUFFIXES else ""
        stem = safe(stem, "picture")
        numbered = (f"{stem}-{number}{suffix}" for number in count(2))
        name = next(
            name
            for name in chain([f"{stem}{suffix}"], numbered)
            if (folder, name.casefold()) not in self._taken
        )
        self._taken.add((folder, name.casefold()))
        return folder / name


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
