"""Where data sets come from: by name, or from a folder."""

import errno
import http.client
import os
import socket
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from resnet_viz.data import names
from resnet_viz.data.cached import cached
from resnet_viz.data.dataset import DataSet, Split, crop_padding, moments, resize, stratified
from resnet_viz.data.errors import DataError
from resnet_viz.data.folder import read_folder
from resnet_viz.data.names import CIFAR10_FOLDER

MAX_SIZE = 1024
DIGITS_TEST = 397
PATIENCE = 10  # seconds without a byte from the network


def load(name: str | Path, *, size: int | None = None, seed: int = 0) -> DataSet:
    """A data set: "digits", "cifar10", the name of a folder in ``home.data_sets()``, or a path.

    A folder has ``train/<class>/*`` and ``test/<class>/*``, or ``<class>/*`` alone, which is split
    by ``seed``; it may also be one into which CIFAR-10's own archive was unpacked.

    Args:
        size: side of the images in pixels; by default their own, and for a folder 64 unless all
            its pictures are squares of one smaller size.

    Raises:
        DataError: if there is no such data, or it cannot be downloaded or read.
    """
    if size is not None and not 1 <= size <= MAX_SIZE:
        raise DataError(f"An image size of {size} is not possible; choose 1 to {MAX_SIZE} pixels.")
    if name in _SOURCES:
        return _SOURCES[str(name)](size)
    folder = names.place(name)
    if os.path.isdir(folder / CIFAR10_FOLDER):
        return _cifar10(size, folder.resolve())
    if not name or (len(folder.parts) == 1 and not os.path.exists(folder)):
        known = ", ".join(f"“{known}”" for known in names.known())
        raise DataError(f"There is no data set or folder “{name}”; choose {known} or a folder.")
    return read_folder(folder, size, seed)


def fetch(name: str) -> None:
    """Download a data set that comes from the network, unless it is here.

    Raises:
        DataError: if it cannot be downloaded.
    """
    if name == "cifar10" and not names.cifar10_folder().is_dir():
        _download_cifar10(names.cifar10_folder().parent)


def _digits(size: int | None) -> DataSet:
    """scikit-learn's digits; seed 0 always, so that shipped checkpoints keep their test split."""

    def make() -> DataSet:
        from sklearn.datasets import load_digits

        digits = load_digits()
        grey = torch.from_numpy(digits.images * (255 / 16)).round().to(torch.uint8)  # (N, 8, 8)
        images = grey[:, None].repeat(1, 3, 1, 1)
        labels = torch.from_numpy(digits.target).long()
        train, test = stratified(labels, DIGITS_TEST, seed=0)
        return _built_in(
            name="digits",
            title="Handwritten digits",
            classes=tuple(map(str, digits.target_names)),
            splits=(Split(images[train], labels[train]), Split(images[test], labels[test])),
            size=size,
            flip=False,
            origin="Handwritten digits of the UCI repository (Alpaydın & Kaynak 1998), 8 × 8 "
            "grey, the copy in scikit-learn; 1,400 for training and 397 for the test.",
        )

    # The cache spares every worker the seconds that importing scikit-learn takes.
    return cached(["digits", size], version("scikit-learn"), make)


def _cifar10(size: int | None, folder: Path | None = None) -> DataSet:
    from torchvision.datasets import CIFAR10

    if folder is None:
        fetch("cifar10")
        folder = names.cifar10_folder().parent
    try:
        # torchvision unpickles these files only after comparing their published checksums.
        parts = [CIFAR10(folder, train=train) for train in (True, False)]
    except (RuntimeError, OSError) as error:
        raise DataError(
            f"The CIFAR-10 files in {folder / CIFAR10_FOLDER} are incomplete or damaged; delete "
            "that folder to have them downloaded again."
        ) from error
    train, test = (
        Split(
            torch.from_numpy(part.data).permute(0, 3, 1, 2).contiguous(),
            torch.tensor(part.targets),
        )
        for part in parts
    )
    return _built_in(
        name="cifar10",
        title="CIFAR-10",
        classes=tuple(parts[0].classes),
        splits=(train, test),
        size=size,
        flip=True,
        origin="CIFAR-10 (Krizhevsky 2009), 32 × 32 colour, from the author's page; "
        "50,000 for training and 10,000 for the test.",
    )


def _built_in(
    *,
    name: str,
    title: str,
    classes: tuple[str, ...],
    splits: tuple[Split, Split],
    size: int | None,
    flip: bool,
    origin: str,
) -> DataSet:
    if size is not None:
        train, test = (Split(resize(split.images, size), split.labels) for split in splits)
    else:
        train, test = splits
    mean, std = moments(train.images)
    return DataSet(
        name=name,
        title=title,
        classes=classes,
        train=train,
        test=test,
        mean=mean,
        std=std,
        padding=crop_padding(train.images.shape[-1]),
        flip=flip,
        origin=origin,
    )


def _download_cifar10(folder: Path) -> None:
    """torchvision's download, put in place when complete: two workers may want it at once."""
    from torchvision.datasets import CIFAR10

    try:
        folder.mkdir(exist_ok=True)
        with TemporaryDirectory(dir=folder) as beside:
            with _patience(PATIENCE):
                CIFAR10(beside, download=True)
            try:
                (Path(beside) / CIFAR10_FOLDER).rename(folder / CIFAR10_FOLDER)
            except OSError:
                if not (folder / CIFAR10_FOLDER).is_dir():  # else the other one was first
                    raise
    except (OSError, RuntimeError, http.client.HTTPException, tarfile.TarError, EOFError) as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            raise DataError(f"The disk is full; CIFAR-10 needs 400 MB in {folder}.") from error
        reason = getattr(error, "reason", error)
        raise DataError(
            f"CIFAR-10 could not be downloaded ({reason}); connect to the network, or unpack "
            f"cifar-10-python.tar.gz in {folder}."
        ) from error


@contextmanager
def _patience(seconds: float) -> Iterator[None]:
    """New connections give up after that long; torchvision's downloader has no such option."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(seconds)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


_SOURCES: dict[str, Callable[[int | None], DataSet]] = {"digits": _digits, "cifar10": _cifar10}
