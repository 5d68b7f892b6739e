"""Layouts of pictures that tests write down: as a folder, a zip and a tar, and what they give."""

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from resnet_viz import data
from resnet_viz.data import local_sets
from tests.unit.archives_support import picture, tarred, zipped


class Gives(NamedTuple):
    """The classes in order, how many pictures for training and for the test, and what is noted."""

    classes: str
    train: int
    test: int
    notes: tuple[str, ...] = ()


Files = Mapping[str, int | str]  # a folder -> so many pictures in it; a file -> its text
TWO = {"cat": 5, "dog": 5}
NAMES = [f"{index}.png" for index in range(10)]
LABELS = [("cat", "dog")[index % 2] for index in range(10)]


def both(train: str, test: str) -> Files:
    """Two classes of three pictures for training, and of two for the test."""
    return {f"{train}/cat": 3, f"{train}/dog": 3, f"{test}/cat": 2, f"{test}/dog": 2}


def table(header: str = "file,label", row: str = "{name},{label}") -> str:
    """Labels of ten pictures, by turns of the one class and the other."""
    rows = (
        row.format(name=name, id=name[:-4], label=label, number=int(label == "dog"))
        for name, label in zip(NAMES, LABELS, strict=True)
    )
    return "\n".join([header, *rows] if header else rows)


def content(files: Files) -> dict[str, bytes]:
    """The files of a layout, no two pictures alike."""
    made: dict[str, bytes] = {}
    for place, (path, what) in enumerate(files.items()):
        if isinstance(what, str):
            made[path] = what.encode()
            continue
        for index in range(what):
            made[f"{path}/{index}.png".removeprefix("./")] = picture(1 + place * 12 + index)
    return made


def written(root: Path, files: Files) -> str:
    for path, raw in content(files).items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(raw)
    return str(root)


SOURCES: dict[str, Callable[[Path, Files], str]] = {
    "folder": written,
    "zip": lambda _, files: data.unpack(io.BytesIO(zipped(content(files))), "pets.zip"),
    "tar": lambda _, files: data.unpack(io.BytesIO(tarred(content(files))), "pets.tar"),
}


def check_gives(source: str, root: Path, files: Files, gives: Gives) -> None:
    """See that a layout gives its classes and counts, and the notes that it should."""
    name = SOURCES[source](root, files)
    found = data.load(name)
    assert found.classes == local_sets.classes(name) == tuple(gives.classes.split())
    assert (len(found.train), len(found.test)) == (gives.train, gives.test)
    assert local_sets.count(name) >= gives.train + gives.test
    for part in gives.notes:
        assert any(re.search(part, note) for note in found.notes), part
    if source == "folder":  # of an archive all that it holds besides is told
        assert len(found.notes) == len(gives.notes)


def check_refused(source: str, root: Path, files: Files, sentence: str) -> None:
    """See that a layout is refused in one sentence."""
    with pytest.raises(data.DataError, match=sentence) as refusal:
        data.load(SOURCES[source](root, files))
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)
