"""Of which class and split each picture is, by its path: one set of rules for every source."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from resnet_viz.data.errors import DataError
from resnet_viz.data.folder_tree import Tree
from resnet_viz.data.label_tables import Table, read_tables, require_usable
from resnet_viz.data.path_names import Parts, natural, shown, some
from resnet_viz.data.split_names import TEST, TRAINING, VALIDATION, kind
from resnet_viz.wording import several

WANTED = "‹class›/*, or train/‹class›/* and test/‹class›/*"
SPLITS = (TRAINING, TEST)


@dataclass(frozen=True)
class Source:
    """Files whose paths tell the layout.

    Attributes:
        subject: what holds them, as the subject of a sentence.
        files: where each lies, its name last.
        pictures: indices of those that are meant as pictures.
        folders: where each lies, those without a file too.
        tables: where files lie that may tell the classes.
        read: gives the bytes of one of these.
        root: what to write before a path in it.
        text: a name of a file as text for the person.
    """

    subject: str
    files: Sequence[Parts]
    pictures: Sequence[int]
    folders: Collection[Parts]
    tables: Collection[Parts]
    read: Callable[[Parts], bytes]
    root: Path = field(default_factory=Path)
    text: Callable[[str], str] = shown


@dataclass(frozen=True)
class Layout:
    """The classes, and where their pictures are.

    Attributes:
        classes: in the order of their numbers.
        parts: pictures for training and those for the test, or those of both together: what they
            are called, and of each class the indices of its files.
        outside: indices of the pictures of no class.
        tables: where those lie that told the classes.
        notes: what was decided, a sentence each.
    """

    classes: tuple[str, ...]
    parts: dict[str, dict[str, list[int]]]
    outside: list[int]
    tables: list[Parts]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Part:
    """Pictures for one purpose: where they are, those of each class, those in deeper folders."""

    where: str
    classes: dict[str, list[int]]
    deeper: list[int] = field(default_factory=list)
    by_table: bool = False


def arrange(source: Source) -> Layout:
    """The layout that the paths of files mean.

    Class folders lie in one folder, or in one for training and one for the test, which may be
    called as `split_names` says; folders around them are looked through. What lies deeper in a
    class folder is of its class. Where folders do not tell the classes a table may. Validation
    pictures are the test where there are none for it.

    Raises:
        DataError: if there are fewer than two classes, or a part lacks some or has no partner.
    """
    return _Arrangement(source).layout()


class _Arrangement:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._pictures = source.pictures
        paths = [source.files[index] for index in source.pictures]
        self._tree = Tree(source.folders, source.files, paths)
        self._top = self._tree.unwrapped(())
        shallow = [path for path in source.tables if self._tree.is_above_classes(path)]
        self._tables = read_tables(shallow, source.read, paths)
        self._said: dict[Parts, tuple[str, str | None]] = {}
        for table in reversed(self._tables):  # the one that lies highest has the last word
            self._said |= table.said

    def layout(self) -> Layout:
        found = self._by_folders() or self._by_tables()
        parts = self._chosen(found) if found else [self._part(self._top)]
        classes = self._classes(parts)
        aside = [part for part in found.get(VALIDATION, ()) if part not in parts]
        placed = {i for part in parts + aside for files in part.classes.values() for i in files}
        tables = self._used(parts)
        keys = SPLITS if len(parts) == 2 else (".",)
        return Layout(
            classes,
            {key: part.classes for key, part in zip(keys, parts, strict=True)},
            [index for index in self._pictures if index not in placed],
            [table.path for table in tables],
            (*self._of_tables(tables), *self._of_aside(aside), *self._of_deeper(parts)),
        )

    def _by_folders(self) -> dict[str, list[_Part]]:
        """The folders that hold class folders for training, test or validation."""
        found: dict[str, list[_Part]] = {}
        labels = defaultdict(set)
        for path, (label, _) in self._said.items():
            labels[path[: len(self._top) + 1]].add(label)
        for name in self._tree.inside(self._top):
            folder = (*self._top, name)
            # A folder "train" of pictures is a class of trains; one of folders is a split.
            if not (purpose := kind(name)):
                continue
            inner = self._tree.unwrapped(folder, purpose)
            if self._tree.inside(inner) or len(labels[folder]) > 1:
                found.setdefault(purpose, []).append(self._part(inner))
        return self._without_unlabelled(found)

    def _without_unlabelled(self, found: dict[str, list[_Part]]) -> dict[str, list[_Part]]:
        """Without parts of one folder that is no class of the training: no class is told there."""
        known = {label for part in found.get(TRAINING, ()) for label in part.classes}
        kept = {
            purpose: [part for part in parts if len(part.classes) > 1 or known & {*part.classes}]
            for purpose, parts in found.items()
        }
        return {purpose: parts for purpose, parts in kept.items() if parts} if known else found

    def _by_tables(self) -> dict[str, list[_Part]]:
        """The parts that a column or the names of tables tell."""
        told = Counter(split for _, split in self._said.values() if split)
        if TRAINING not in told or len(told) == 1:
            return {}
        found: dict[str, list[_Part]] = {}
        for purpose in told:
            part = _Part(purpose, {}, by_table=True)
            for index in self._pictures:
                label, split = self._said.get(self._source.files[index], ("", None))
                if split == purpose:
                    part.classes.setdefault(label, []).append(index)
            found[purpose] = [part]
        return found

    def _part(self, folder: Parts) -> _Part:
        """The classes in one folder, as its folders or a table have them."""
        depth = len(folder)
        below = [i for i, path in enumerate(self._source.files) if path[:depth] == folder]
        classes: dict[str, list[int]] = {name: [] for name in self._tree.inside(folder)}
        labels: dict[str, set[str]] = defaultdict(set)
        pictures = {*self._pictures}
        deeper = []
        pictured = False
        for index in below:
            path = self._source.files[index]
            if path in self._said:
                labels[path[depth]].add(self._said[path][0])
            if path[depth] in classes and len(path) > depth + 1:
                classes[path[depth]].append(index)
                pictured = pictured or index in pictures
                if len(path) > depth + 2:
                    deeper.append(index)
        where = "/".join(folder)
        # Folders of one class each are the classes; of several, they are heaps of pictures.
        folders_tell = pictured and all(len(labels[name]) < 2 for name in classes)
        if folders_tell or not labels:
            return _Part(where, classes, deeper)
        told: dict[str, list[int]] = {}
        for index in below:
            if label := self._said.get(self._source.files[index]):
                told.setdefault(label[0], []).append(index)
        return _Part(where, told, by_table=True)

    def _chosen(self, found: dict[str, list[_Part]]) -> list[_Part]:
        """The part for training and that for the test.

        Of pictures that a table tells the part for training is enough: they are split.
        """
        subject = self._source.subject
        for purpose, parts in found.items():
            if len(parts) > 1:
                raise DataError(
                    f"{subject} has several folders of {purpose} pictures, "
                    f"{self._some(part.where for part in parts)}; leave one of them there."
                )
        one = {purpose: parts[0] for purpose, parts in found.items()}
        second = one.get(TEST) or one.get(VALIDATION)
        if TRAINING in one and second:
            return [one[TRAINING], second]
        if TRAINING in one and one[TRAINING].by_table:
            return [one[TRAINING]]
        seen = [self._source.text(part.where) for part in one.values()]
        lacking = TEST if TRAINING in one else TRAINING
        raise DataError(
            f"{subject} has class folders in {' and '.join(seen)} but none in {lacking}; add them, "
            f"or move the class folders out of {seen[0]} to have them split."
        )

    def _classes(self, parts: Sequence[_Part]) -> tuple[str, ...]:
        """All classes of some parts, numbers in their order."""
        source = self._source
        found = sorted(set().union(*(part.classes for part in parts)), key=natural)
        if len(found) < 2:
            for table in self._tables:
                require_usable(table)
        if not found or self._are_splits(found, parts):
            raise DataError(
                f"{source.subject} has no class folders; put the pictures of each class into a "
                f"folder of its own, as in {WANTED}, or a table of file,label beside them"
                f"{self._seen()}."
            )
        for part in parts:
            lacking = [label for label in found if label not in part.classes]
            if lacking:
                folder = f"folder {source.text(str(source.root / part.where))}"
                holder = f"table of {part.where} pictures" if part.by_table else folder
                raise DataError(
                    f"The {holder} lacks the classes {self._some(lacking)}; train and test need "
                    f"the same {'classes' if part.by_table else 'class folders'}."
                )
        if len(found) == 1:
            raise DataError(
                f"{source.subject} has one class only, {self._some(found)}; a classifier needs at "
                f"least two, as in {WANTED}."
            )
        return tuple(found)

    def _are_splits(self, names: Sequence[str], parts: Sequence[_Part]) -> bool:
        """Whether the only folders are train, test, …, where nothing tells the classes."""
        told = len(parts) > 1 or parts[0].by_table
        return not told and len(names) > 1 and all(map(kind, names))

    def _used(self, parts: Sequence[_Part]) -> list[Table]:
        """The tables that tell the classes of some parts.

        Raises:
            DataError: if one of them cannot be used.
        """
        told = {
            self._source.files[index]
            for part in parts
            if part.by_table
            for files in part.classes.values()
            for index in files
        }
        tables = [table for table in self._tables if told & table.said.keys()]
        for table in tables:
            require_usable(table)
        return tables

    def _seen(self) -> str:
        """What there is instead of class folders, as the end of a sentence."""
        files = [self._source.files[index] for index in self._pictures]
        if not files:
            return ""
        names = self._some("/".join(path) for path in files)
        return f"; there {'is' if len(files) == 1 else 'are'} only {names}"

    def _of_tables(self, tables: Sequence[Table]) -> list[str]:
        """A note on the tables that told the classes, and one on files that they name in vain."""
        notes = [
            f"The classes are those that the table {self._some(['/'.join(table.path)])} tells."
            for table in tables
        ]
        return notes + [
            f"{several(len(table.missing), 'file')} of {len(table.said) + len(table.missing):,} in "
            f"the table {self._some(['/'.join(table.path)])} could not be found: "
            f"{self._some(table.missing)}."
            for table in tables
            if table.missing
        ]

    def _of_aside(self, parts: Sequence[_Part]) -> list[str]:
        """A note on the validation pictures where there are some for the test too."""
        return [
            f"The pictures in {self._some([part.where])} were set aside: training and test have "
            "pictures of their own."
            for part in parts
        ]

    def _of_deeper(self, parts: Sequence[_Part]) -> list[str]:
        """A note on the pictures that lie in folders of a class folder."""
        pictures = {*self._pictures}
        deeper = [index for part in parts for index in part.deeper if index in pictures]
        if not deeper:
            return []
        first = "/".join(self._source.files[deeper[0]])
        lie = "picture lies" if len(deeper) == 1 else "pictures lie"
        return [
            f"{len(deeper):,} {lie} in folders of their class folders, as {self._some([first])}; "
            "they were taken as of that class."
        ]

    def _some(self, names: Iterable[str]) -> str:
        return some([self._source.text(name) for name in names])
