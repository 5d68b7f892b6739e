"""A folder of pictures, one folder a class, as a data set."""

import hashlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from resnet_viz.data import folder_listing
from resnet_viz.data.dataset import DataSet, Split, crop_padding, moments, stratified
from resnet_viz.data.decoded_cache import cached
from resnet_viz.data.errors import DataError
from resnet_viz.data.folder_decoding import Progress, decode
from resnet_viz.data.folder_listing import File
from resnet_viz.data.layout import Layout
from resnet_viz.data.path_names import Parts, shown, some
from resnet_viz.data.pictures import HEAD, is_meant_as_picture
from resnet_viz.data.registry import DATA_SETS

TEST_SHARE = 0.2
UNREADABLE_SHARE = 0.01  # of the images; with more the set is not what the person thinks it is

Part = dict[str, list[File]]  # class -> its files


def read_folder(
    root: Path, size: int | None, seed: int, progress: Progress = lambda share: None
) -> DataSet:
    """A data set from ``train/<class>/*`` and ``test/<class>/*``, or from ``<class>/*`` alone.

    What else there may be says `layout`.

    Pictures become squares: the centre of each, at ``size`` pixels; without a size at their own if
    all are squares of one size up to 64, else at 64. Without a test folder every class gives a
    fifth of its pictures for the test, chosen by ``seed``. The notes name what is left out, because
    it is no image or cannot be read, and the pictures that both splits share.

    Raises:
        DataError: if the folder has another layout, fewer than two classes, a class without
            enough readable pictures, or more than 1 % of unreadable ones (one is always let pass).
    """
    try:
        root = root if not root.is_dir() else root.resolve()
        listing = folder_listing.walk(root)
        layout = folder_listing.layout(listing)
        paths = list(listing.files)
        found = {
            part: {
                label: [listing.file(paths[index]) for index in files]
                for label, files in labels.items()
            }
            for part, labels in layout.parts.items()
        }
    except OSError as error:
        folder = error.filename or root
        raise DataError(f"The folder {folder} cannot be read ({error.strerror}).") from error
    notes = (*folder_listing.origin_notes(root), *layout.notes, *_outside(layout, paths))
    made = cached(
        ["folder", str(root), size, seed],
        found,
        lambda: _read(root, layout.classes, found, size, seed, progress),
    )
    return replace(made, notes=(*notes, *made.notes))


def _outside(layout: Layout, paths: Sequence[Parts]) -> list[str]:
    """A note on the pictures of no class."""
    if not layout.outside:
        return []
    named = some(["/".join(paths[index]) for index in layout.outside])
    was = "picture of no class was" if len(layout.outside) == 1 else "pictures of no class were"
    return [f"{len(layout.outside):,} {was} left out: {named}."]


def _read(
    root: Path,
    classes: tuple[str, ...],
    parts: dict[str, Part],
    size: int | None,
    seed: int,
    progress: Progress,
) -> DataSet:
    files: list[File] = []
    indices: list[int] = []
    for part in parts.values():
        for index, label in enumerate(classes):
            files += part[label]
            indices += [index] * len(part[label])
    if not files:
        raise DataError(f"The class folders in {root} are empty; put pictures into them.")
    images, readable = decode(files, size, progress)
    if not readable.any():
        raise DataError(
            f"None of the {len(files):,} files in {root} can be read as an image; "
            "give JPEG, PNG, WebP, GIF, BMP or TIFF files."
        )
    names = [file.path.removeprefix(f"{root}{os.sep}") for file in files]
    left_out = _left_out(root, names, readable)
    labels = torch.tensor(indices)
    # Drawn in the order of the letters, as ever: a seed is to give the same test pictures.
    ranks = torch.tensor([sorted(classes).index(label) for label in classes])
    train, test = _split(parts, ranks[labels], readable, seed)
    for name, chosen in (("training", train), ("test", test)):
        for index, number in enumerate(torch.bincount(labels[chosen], minlength=len(classes))):
            if number == 0:
                raise DataError(
                    f"The class {some(classes[index : index + 1])} has no readable picture for "
                    f"the {name} split; add pictures to its folder or remove the folder."
                )
    trained = images[train]
    mean, std = moments(trained)
    split = "split by its folders" if len(parts) == 2 else f"split by seed {seed}"
    return DataSet(
        name=_name(root),
        title=shown(root.name),
        classes=tuple(map(shown, classes)),
        train=Split(trained, labels[train]),
        test=Split(images[test], labels[test]),
        mean=mean,
        std=std,
        padding=crop_padding(images.shape[-1]),
        flip=True,
        origin=f"The folder {shown(root.name)}, {split}: {len(train):,} for training and "
        f"{len(test):,} for the test.",
        notes=(*left_out, *_shared(images, names, train, test)),
    )


def _name(root: Path) -> str:
    """A folder's own name; as a path where a published data set has that name."""
    name = shown(root.name)
    return f"./{name}" if name in DATA_SETS else name


def _split(
    parts: dict[str, Part], labels: Tensor, readable: Tensor, seed: int
) -> tuple[Tensor, Tensor]:
    """Indices of the readable files for training and for the test."""
    kept = readable.nonzero().flatten()
    if len(parts) == 2:
        border = sum(map(len, next(iter(parts.values())).values()))
        return kept[kept < border], kept[kept >= border]
    train, test = stratified(labels[kept], round(TEST_SHARE * len(kept)), seed)
    return kept[train], kept[test]


def _left_out(root: Path, names: Sequence[str], readable: Tensor) -> list[str]:
    """A note on the files that are no images, and one on the images that cannot be read."""
    broken: list[str] = []
    foreign: list[str] = []
    for index in (~readable).nonzero().flatten().tolist():
        meant = is_meant_as_picture(names[index], _head(root / names[index]))
        (broken if meant else foreign).append(names[index])
    images = len(names) - len(foreign)
    if len(broken) > max(1, UNREADABLE_SHARE * images):
        raise DataError(
            f"{len(broken):,} of the {images:,} images in {root} cannot be read, which is more "
            f"than {UNREADABLE_SHARE:.0%}: {some(broken)}; mend them or take them out."
        )
    notes = []
    if broken:
        were = "image was" if len(broken) == 1 else "images were"
        notes.append(f"{len(broken):,} unreadable {were} left out of {images:,}: {some(broken)}.")
    if foreign:
        are = "file that is no image was" if len(foreign) == 1 else "files that are no images were"
        notes.append(f"{len(foreign):,} {are} left out: {some(foreign)}.")
    return notes


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:  # judged by its name alone
        return b""


def _shared(images: Tensor, names: Sequence[str], train: Tensor, test: Tensor) -> list[str]:
    """A note on the pictures that the test split shares with the training split.

    Pictures are compared as they were decoded: a copy in another file format is one too.
    """
    digests = [hashlib.sha256(image).digest() for image in images.numpy()]
    trained = {digests[index]: names[index] for index in train.tolist()}
    twins = [
        f"{names[index]} = {trained[digests[index]]}"
        for index in test.tolist()
        if digests[index] in trained
    ]
    if not twins:
        return []
    are = "is" if len(twins) == 1 else "are"
    return [
        f"{len(twins):,} of {len(test):,} test pictures {are} in the training split too "
        f"({some(twins)}), so the test accuracy is too good by what they give away."
    ]
