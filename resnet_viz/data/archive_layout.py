"""Where the pictures of an archive belong in a data set, under names that are safe to have."""

import os
from collections.abc import Sequence
from itertools import chain, count
from pathlib import Path

from resnet_viz.data.errors import DataError
from resnet_viz.data.layout import Layout
from resnet_viz.data.path_names import Parts, safe
from resnet_viz.data.pictures import SUFFIXES


def place(layout: Layout, files: Sequence[Parts]) -> dict[int, Path]:
    """Where pictures go, by their indices: ``<class>/*``, or that for training and for the test.

    Args:
        files: what anybody may have called them.

    Raises:
        DataError: if two classes cannot be told apart by safe names.
    """
    names = _Names()
    return {
        index: names.of((*_above(part), label, files[index][-1]))
        for part, labels in layout.parts.items()
        for label, indices in labels.items()
        for index in indices
    }


def folders(layout: Layout) -> set[Path]:
    """The class folders, those without a picture too."""
    names = _Names()
    return {
        names.folder((*_above(part), label))
        for part, labels in layout.parts.items()
        for label in labels
    }


def _above(part: str) -> Parts:
    return () if part == "." else (part,)


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
