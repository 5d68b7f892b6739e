"""A folder of pictures, one folder a class, as a data set."""

import os
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from resnet_viz.data.cached import cached
from resnet_viz.data.dataset import (
    DataError,
    DataSet,
    Split,
    crop_padding,
    moments,
    stratified,
)
from resnet_viz.data.decoding import File, decode

TEST_SHARE = 0.2
NAMED = 5  # unreadable files that a note names; of the others it gives the number

Part = dict[str, list[File]]  # class -> its files


def read_folder(root: Path, size: int | None, seed: int) -> DataSet:
    """A data set from ``train/<class>/*`` and ``test/<class>/*``, or from ``<class>/*`` alone.

    Pictures become squares: the centre of each, at ``size`` pixels; without a size at their own if
    all are squares of one size up to 64, else at 64. Without a test folder every class gives a
    fifth of its pictures for the test, chosen by ``seed``. What cannot be read is left out, and
    the notes name it.

    Raises:
        DataError: if the folder has another layout, fewer than two classes, or a class without
            enough readable pictures.
    """
    try:
        parts = _parts(root)
        root = root.resolve()
        listing = {part: _files(root / part) for part in parts}
    except OSError as error:
        raise DataError(f"The folder {root} cannot be read ({error.strerror}).") from error
    return cached(
        ["folder", str(root), size, seed], listing, lambda: _read(root, listing, size, seed)
    )


def _parts(root: Path) -> tuple[str, ...]:
    if root.is_file():
        raise DataError(f"{root} is a file; unpack it and give the folder.")
    if not root.is_dir():
        raise DataError(f"There is no folder {root}; check the path.")
    # A folder "train" of pictures is a class of trains; one of folders is a split.
    splits = [
        part for part in ("train", "test") if (root / part).is_dir() and _folders(root / part)
    ]
    if not splits:
        return (".",)
    if len(splits) == 1:
        lacking = "test" if splits == ["train"] else "train"
        raise DataError(
            f"The folder {root} has class folders in {splits[0]} but none in {lacking}; add them, "
            f"or move the class folders out of {splits[0]} to have them split."
        )
    return tuple(splits)


def _folders(folder: Path) -> list[os.DirEntry[str]]:
    return [entry for entry in _entries(folder) if entry.is_dir()]


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """What a person put there, sorted: file managers leave hidden entries everywhere."""
    with os.scandir(folder) as entries:
        shown = [e for e in entries if not e.name.startswith((".", "__MACOSX", "Thumbs.db"))]
    return sorted(shown, key=lambda entry: entry.name)


def _files(folder: Path) -> Part:
    return {
        label.name: [
            File(entry.path, entry.stat().st_size, entry.stat().st_mtime_ns)
            for entry in _entries(label.path)
            if entry.is_file()
        ]
        for label in _folders(folder)
    }


def _read(root: Path, listing: dict[str, Part], size: int | None, seed: int) -> DataSet:
    classes = _classes(root, listing)
    found = [
        (file, index)
        for part in listing.values()
        for index, label in enumerate(classes)
        for file in part[label]
    ]
    if not found:
        raise DataError(f"The class folders in {root} are empty; put pictures into them.")
    files = [file for file, _ in found]
    images, readable = decode(files, size)
    if not readable.any():
        raise DataError(
            f"None of the {len(files):,} files in {root} can be read as an image; "
            "give JPEG, PNG, WebP, GIF, BMP or TIFF files."
        )
    labels = torch.tensor([index for _, index in found])
    train, test = _split(listing, labels, readable, seed)
    for name, indices in (("training", train), ("test", test)):
        for index, number in enumerate(torch.bincount(labels[indices], minlength=len(classes))):
            if number == 0:
                raise DataError(
                    f"The class {_some(classes[index : index + 1])} has no readable picture for "
                    f"the {name} split; add pictures to its folder or remove the folder."
                )
    mean, std = moments(images[train])
    split = "split by its folders" if len(listing) == 2 else f"split by seed {seed}"
    return DataSet(
        name=_shown(root.name),
        title=_shown(root.name),
        classes=tuple(map(_shown, classes)),
        train=Split(images[train], labels[train]),
        test=Split(images[test], labels[test]),
        mean=mean,
        std=std,
        padding=crop_padding(images.shape[-1]),
        flip=True,
        origin=f"The folder {_shown(root.name)}, {split}: {len(train):,} for training and "
        f"{len(test):,} for the test.",
        notes=_notes(root, files, readable),
    )


def _classes(root: Path, listing: dict[str, Part]) -> tuple[str, ...]:
    classes = sorted(set().union(*listing.values()))
    if not classes:
        raise DataError(
            f"The folder {root} has no class folders; put the pictures of each class into a "
            "folder of its own."
        )
    for part, labels in listing.items():
        lacking = sorted(set(classes) - set(labels))
        if lacking:
            raise DataError(
                f"The folder {root / part} lacks the classes {_some(lacking)}; train and test "
                "need the same class folders."
            )
    if len(classes) == 1:
        raise DataError(
            f"The folder {root} has one class only, {_some(classes)}; a classifier needs at "
            "least two."
        )
    return tuple(classes)


def _split(
    listing: dict[str, Part], labels: Tensor, readable: Tensor, seed: int
) -> tuple[Tensor, Tensor]:
    """Indices of the readable files for training and for the test."""
    kept = readable.nonzero().flatten()
    if len(listing) == 2:
        border = sum(map(len, listing["train"].values()))
        return kept[kept < border], kept[kept >= border]
    train, test = stratified(labels[kept], round(TEST_SHARE * len(kept)), seed)
    return kept[train], kept[test]


def _notes(root: Path, files: Sequence[File], readable: Tensor) -> tuple[str, ...]:
    left_out = [
        os.path.relpath(file.path, root)
        for file, is_readable in zip(files, readable.tolist(), strict=True)
        if not is_readable
    ]
    if not left_out:
        return ()
    were = "file was" if len(left_out) == 1 else "files were"
    return (f"{len(left_out):,} unreadable {were} left out of {len(files):,}: {_some(left_out)}.",)


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(f"“{_shown(name)}”" for name in names[:NAMED]) + more


def _shown(name: str) -> str:
    """A file name as text: one that is not Unicode could not be sent to a page."""
    return os.fsencode(name).decode(errors="replace")
