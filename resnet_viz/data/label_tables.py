"""Tables of ``file,label`` that lie beside pictures, as competitions hand them out."""

import csv
import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice

from resnet_viz.data.errors import DataError
from resnet_viz.data.path_names import Parts, plain, some
from resnet_viz.data.split_names import kind

SUFFIXES = (".csv", ".tsv", ".txt")
DELIMITERS = "\t,;| "
MOST = 20  # tables; with more they are something else, such as a text for each picture
START = 200  # lines that show what a table is of
MAX_BYTES = 64_000_000  # of a table, and of all tables of an archive
LEAST = (
    0.5  # of a table's rows, or of the pictures: what it names, or it is a table of other things
)
EXAMPLE = "sample_submission"  # labels that are made up, to show how an answer is to look

# What a column of classes is called, the names of classes before their numbers.
CLASS = (
    *("label", "labels", "class", "classes", "classname", "labelname", "category", "breed"),
    *("species", "target", "diagnosis", "dx", "classid", "labelid", "categoryid", "y"),
)
SPLIT = ("split", "dataset", "subset", "set", "partition")


@dataclass(frozen=True)
class Table:
    """What one table says.

    Attributes:
        path: where it lies.
        said: of a picture the class, and the part that it belongs to where the table tells.
        missing: the files that it names and that are not there.
        problem: why its classes cannot be used, a sentence; empty where they can.
    """

    path: Parts
    said: dict[Parts, tuple[str, str | None]]
    missing: list[str]
    problem: str = ""


def is_table(path: Parts) -> bool:
    """Whether a file may be a table of labels, by its name."""
    name = path[-1].lower()
    return name.endswith(SUFFIXES) and not name.startswith(EXAMPLE)


def read_tables(
    paths: Iterable[Parts], read: Callable[[Parts], bytes], pictures: Sequence[Parts]
) -> list[Table]:
    """What those of some files say that tell of pictures which class they show.

    Args:
        read: gives a file's bytes.
        pictures: where each lies, its name last.
    """
    candidates = sorted(paths, key=lambda path: (len(path), path))
    if not 0 < len(candidates) <= MOST or not pictures:
        return []
    index = _Index(pictures)
    found = (_read(path, read(path), index) for path in candidates)
    return [table for table in found if table]


class _Index:
    """Pictures by what a table may call them: the end of their path, with or without a suffix."""

    def __init__(self, pictures: Sequence[Parts]) -> None:
        self.pictures = pictures
        self._ending: dict[Parts, list[Parts]] = defaultdict(list)  # by a name, and with its folder
        for parts in pictures:
            for name in {parts[-1], os.path.splitext(parts[-1])[0]}:
                for end in {(name,), (*parts[-2:-1], name)}:
                    self._ending[end].append(parts)
        self._folders = {parts[:-1] for parts in pictures}

    def scope(self, table: Parts) -> tuple[Callable[[Parts], bool], str | None]:
        """Which pictures a table speaks of, and the part that they belong to if only it tells.

        Those below its folder, or below the next one above that holds any; of them those of
        train/ where it is called train.csv and there is such a folder.
        """
        folder = table[:-1]
        while not any(other[: len(folder)] == folder for other in self._folders):
            folder = folder[:-1]
        purpose = kind(os.path.splitext(table[-1])[0])
        of_purpose = {
            other
            for other in self._folders
            if purpose and purpose in map(kind, other[len(folder) :])
        }

        def holds(parts: Parts) -> bool:
            return parts[: len(folder)] == folder and (not of_purpose or parts[:-1] in of_purpose)

        return holds, None if of_purpose else purpose

    def find(self, value: str, holds: Callable[[Parts], bool]) -> Parts | None:
        """The one picture that a table calls so."""
        tail = tuple(part for part in value.replace("\\", "/").split("/") if part not in ("", "."))
        found = (
            parts
            for parts in self._ending.get(tail[-2:], ())
            if parts[-len(tail) : -1] == tail[:-1] and holds(parts)
        )
        first, second = next(found, None), next(found, None)
        return None if second else first


def _read(path: Parts, raw: bytes, index: _Index) -> Table | None:
    rows = _rows(raw)
    holds, part = index.scope(path)
    start = list(islice(rows, START))
    found = [{index.find(name, holds) for name in column} for column in zip(*start, strict=False)]
    known = [len(pictures - {None}) for pictures in found]
    if not any(known):
        return None
    files = known.index(max(known))
    header = None if index.find(start[0][files], holds) else start.pop(0)
    width = len(found)
    every = [(index.find(row[files], holds), row) for row in chain(start, rows)]
    held = sum(map(holds, index.pictures))
    named = len({picture for picture, _ in every if picture})
    if named < LEAST * min(held, len(every)):
        return None
    classes = _class_column(header, width, files)
    if classes is None:
        return Table(path, {}, [], _no_classes(path, header))
    split = _column(header, SPLIT, files)
    said: dict[Parts, tuple[str, str | None]] = {}
    missing, problem = [], ""
    for picture, row in every:
        label = row[classes].strip()
        if picture is None:
            missing.append(row[files])
        elif label:
            one = (label, (split is not None and kind(row[split])) or part)
            if said.setdefault(picture, one)[0] != label:
                problem = _two_classes(path, picture, said[picture][0], label)
    return Table(path, said, missing, problem)


def _rows(raw: bytes) -> Iterator[list[str]]:
    """The lines of a table, as many fields as the first has; none of what is no table."""
    lines = raw.decode("utf-8-sig", errors="replace").splitlines()
    delimiter = next((one for one in DELIMITERS if lines and one in lines[0].strip()), None)
    if delimiter is None:
        return
    width = None
    with suppress(csv.Error):  # a field without an end: what came before it counts
        for row in csv.reader(lines, delimiter=delimiter):
            if len(row) == (width := width or len(row)) and width > 1:
                yield row


def _class_column(header: list[str] | None, width: int, files: int) -> int | None:
    """Where the classes stand: as a header says, in the other of two columns, or after the file."""
    named = _column(header, CLASS, files)
    if named is not None:
        return named
    if width == 2:
        return 1 - files
    return files + 1 if header is None and files + 1 < width else None


def _column(header: list[str] | None, names: Sequence[str], files: int) -> int | None:
    """The column that is called by the first of some names."""
    called = ["".join(filter(str.isalnum, name.casefold())) for name in header or ()]
    return next((called.index(n) for n in names if n in called and called.index(n) != files), None)


def _no_classes(path: Parts, header: Sequence[str] | None) -> str:
    return (
        f"The table “{plain('/'.join(path))}” names the pictures, but none of its columns "
        f"{some([plain(name) for name in header or ()])} is called label or class; rename the one "
        "that holds the classes."
    )


def _two_classes(path: Parts, picture: Parts, one: str, other: str) -> str:
    return (
        f"The table “{plain('/'.join(path))}” says of “{plain('/'.join(picture))}” that it is "
        f"“{plain(one)}” and that it is “{plain(other)}”; leave one class for each picture."
    )


def require_usable(table: Table) -> None:
    """Raise DataError if the classes of a table cannot be used."""
    if table.problem:
        raise DataError(table.problem)
