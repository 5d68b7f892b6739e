"""A data set by its name or from a folder."""

import os
from importlib.metadata import version
from pathlib import Path

from resnet_viz import checks
from resnet_viz.data import downloads, local_sets
from resnet_viz.data.dataset import DataSet, Split, crop_padding, moments, resize
from resnet_viz.data.decoded_cache import cached
from resnet_viz.data.errors import DataError
from resnet_viz.data.folder import read_folder
from resnet_viz.data.folder_decoding import Progress
from resnet_viz.data.registry import DATA_SETS
from resnet_viz.data.set_rows import Row

MAX_SIZE = 1024


def load(
    name: str | Path,
    *,
    size: int | None = None,
    seed: int = 0,
    progress: Progress = lambda share: None,
) -> DataSet:
    """A data set: a name of the registry, of a folder in ``home.data_sets()``, or a path.

    A folder has ``train/<class>/*`` and ``test/<class>/*``, or ``<class>/*`` alone, which is split
    by ``seed``, or pictures and a table of their classes beside them (`label_tables`); it may also
    be one into which the archive of a published data set was unpacked.

    Args:
        size: side of the images in pixels; by default their own, and for a folder 64 unless all
            its pictures are squares of one smaller size.
        progress: told now and then which share of a folder's pictures is decoded; what it raises
            ends the work.

    Raises:
        DataError: if there is no such data, or it cannot be downloaded or read.
    """
    if size is not None:
        checks.whole("The image size", size, least=1, most=MAX_SIZE, error=DataError)
    if isinstance(name, str) and (row := DATA_SETS.get(name)):
        fetch(row.name)
        return _published(row, size, row.root)
    folder = local_sets.place(name)
    if row := local_sets.unpacked(folder):
        return _published(row, size, folder.resolve())
    if not name or (len(folder.parts) == 1 and not os.path.exists(folder)):
        known = ", ".join(f"“{known}”" for known in local_sets.known())
        raise DataError(f"There is no data set or folder “{name}”; choose {known} or a folder.")
    return read_folder(folder, size, seed, progress)


def fetch(name: str) -> None:
    """Download a data set that comes from the network, unless it is here.

    Raises:
        DataError: if it cannot be downloaded.
    """
    if row := DATA_SETS.get(name):
        downloads.fetch(row)


def _published(row: Row, size: int | None, folder: Path) -> DataSet:
    """A row's data set from the folder where its files lie."""

    def make() -> DataSet:
        train, test = (_resized(split, size) for split in row.read(row, folder))
        mean, std = moments(train.images)
        return DataSet(
            name=row.name,
            title=row.full_title or row.title,
            classes=row.classes,
            train=train,
            test=test,
            mean=mean,
            std=std,
            padding=crop_padding(train.images.shape[-1]),
            flip=row.flip,
            origin=row.origin,
        )

    # The cache spares every worker the seconds that importing a decoder takes.
    return cached([row.name, size], version(row.decoder), make) if row.decoder else make()


def _resized(split: Split, size: int | None) -> Split:
    return split if size is None else Split(resize(split.images, size), split.labels)
