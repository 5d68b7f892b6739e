"""Which data sets there are, found without reading a picture or importing anything heavy."""

import os
from pathlib import Path

from resnet_viz.data import listing
from resnet_viz.data.errors import DataError
from resnet_viz.home import cache, data_sets

CIFAR10_FOLDER = "cifar-10-batches-py"
THUMBNAIL = 64  # pixels: the side at which a folder's larger pictures are held unless told
# Data sets that need no folder, and their classes.
BUILT_IN = {
    "digits": tuple("0123456789"),
    "cifar10": (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
}


def known() -> tuple[str, ...]:
    """Every name that `load` takes: the built-in data sets and the folders in ``data_sets()``."""
    try:
        folders = listing.folders(data_sets())
    except OSError:  # nobody has put anything there yet
        folders = []
    own = [entry.name for entry in folders if listing.shown(entry.name) == entry.name]
    return (*BUILT_IN, *(name for name in own if name not in BUILT_IN))


def available() -> tuple[str, ...]:
    """The names of those that load without a network."""
    return tuple(name for name in known() if name != "cifar10" or cifar10_folder().is_dir())


def cifar10_folder() -> Path:
    """Where the files of CIFAR-10 lie once they were downloaded."""
    return cache() / "cifar10" / CIFAR10_FOLDER


def own(name: str | Path) -> Path | None:
    """The folder of that name in ``data_sets()``, if there is one."""
    name = str(name)
    if not name or name.startswith(".") or Path(name).name != name:  # a path, not a name
        return None
    folder = data_sets() / name
    return folder if os.path.isdir(folder) else None


def place(name: str | Path) -> Path:
    """The folder that a name or a path means, whether it is there or not."""
    return own(name) or Path(os.path.expanduser(name))  # Path's own raises for an unknown user


def at_hand(name: str) -> bool:
    """Whether a name or a path loads without a network."""
    return name in available() or (name not in BUILT_IN and os.path.isdir(place(name)))


def classes(name: str) -> tuple[str, ...]:
    """The classes of a data set, in the order of its labels.

    Raises:
        DataError: if the name is a folder's that is not there or has no classes.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    root = place(name)
    if os.path.isdir(root / CIFAR10_FOLDER):
        return BUILT_IN["cifar10"]
    try:
        labels = {
            part: [entry.name for entry in listing.folders(root / part)]
            for part in listing.parts(root)
        }
    except OSError as error:
        raise DataError(f"The folder {root} cannot be read ({error.strerror}).") from error
    return tuple(map(listing.shown, listing.classes(root, labels)))


def count(name: str) -> int:
    """The files in the class folders of a data set of one's own; 0 where there are none."""
    root = place(name)
    try:
        return sum(
            entry.is_file()
            for part in listing.parts(root)
            for label in listing.folders(root / part)
            for entry in listing.entries(label.path)
        )
    except (OSError, DataError):
        return 0


def stamp(name: str) -> int:
    """When a file last came into a data set's folder or left it, in nanoseconds; 0 without one."""
    if name in BUILT_IN:
        return 0
    root = place(name)
    try:
        level = [Path(entry.path) for entry in listing.folders(root)]
        splits = [folder for folder in level if folder.name in listing.SPLITS]
        below = [Path(entry.path) for folder in splits for entry in listing.folders(folder)]
        return max(folder.stat().st_mtime_ns for folder in (root, *level, *below))
    except OSError:
        return 0
