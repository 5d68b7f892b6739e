"""Folders by what lies in them, known from paths alone."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from resnet_viz.data.path_names import Parts
from resnet_viz.data.split_names import kind


class Tree:
    """Folders, and which of them lead to pictures.

    Args:
        folders: where each lies; those around files are known without.
        files: where each lies, its name last.
        pictures: those of the files that may be pictures; without any, folders count for them.
    """

    def __init__(
        self, folders: Collection[Parts], files: Sequence[Parts], pictures: Sequence[Parts]
    ) -> None:
        self._inside: dict[Parts, set[str]] = defaultdict(set)
        self._leading: dict[Parts, set[str]] = defaultdict(set)
        every = {*folders, *(path[:-1] for path in files)}
        _enter(self._inside, every)
        _enter(self._leading, {path[:-1] for path in pictures} or every)

    def inside(self, folder: Parts) -> list[str]:
        """The folders in a folder, sorted."""
        return sorted(self._inside[folder])

    def unwrapped(self, folder: Parts, purpose: str | None = None) -> Parts:
        """The folder, or the only one in it that leads to folders of pictures, and so on.

        Args:
            purpose: of the folder, whose name may come again below it.
        """
        while len(self._leading[folder]) == 1:
            [name] = self._leading[folder]
            inner = (*folder, name)
            if not self._leading[inner] or kind(name) not in (None, purpose):
                break
            folder = inner
        return folder

    def is_above_classes(self, path: Parts) -> bool:
        """Whether a file lies beside class folders or above them, not in one of several."""
        for depth, name in enumerate(path[:-1]):
            leading = self._leading[path[:depth]]
            if len(leading) > 1 and name in leading and not kind(name):
                return False
        return True


def _enter(children: dict[Parts, set[str]], folders: Collection[Parts]) -> None:
    """Note each folder, and those around it, with the one that it lies in."""
    for folder in folders:
        for depth in range(len(folder), 0, -1):
            above, name = folder[: depth - 1], folder[depth - 1]
            if name in children[above]:
                break
            children[above].add(name)
