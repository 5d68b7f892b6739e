"""Published files brought from the network, checked, and put in place when they are complete."""

import errno
import gzip
import shutil
import tarfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from resnet_viz.data.errors import DataError
from resnet_viz.data.set_rows import Row, size_in_words
from resnet_viz.downloading import DownloadFailedError, download

FULL = (errno.ENOSPC, errno.EDQUOT)


def fetch(row: Row) -> None:
    """Download the files of a row, unless they are here; two workers may want them at once.

    Raises:
        DataError: if there is no network or no room, or what comes is damaged.
    """
    if row.is_here:
        return
    root = row.root
    try:
        root.mkdir(exist_ok=True)
        if shutil.disk_usage(root).free < row.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        with TemporaryDirectory(dir=root) as beside:
            _bring(row, Path(beside))
            _place(Path(beside) / row.folder, root / row.folder)
    except (OSError, DownloadFailedError, tarfile.TarError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and error.errno in FULL:
            raise DataError(
                f"The disk is full; {row.title} needs {size_in_words(row.room)} in {root}."
            ) from error
        reason = getattr(error, "strerror", None) or error
        otherwise = (
            f"unpack {row.archive} in {root}"
            if row.archive
            else f"copy {root / row.folder} from a machine that has it"
        )
        raise DataError(
            f"{row.title} could not be downloaded ({reason}); connect to the network, or "
            f"{otherwise}."
        ) from error


def _bring(row: Row, beside: Path) -> None:
    """Download and unpack into a folder in which the row's own one is complete afterwards."""
    from resnet_viz.data import published_sets

    target = beside / row.folder
    for file in published_sets.files(row):
        path = download(file.urls, file.name, beside / "downloaded", f"md5:{file.md5}")
        if row.archive:
            _unpack(path, beside, published_sets.members(row))
            continue
        target.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".gz":
            with gzip.open(path) as packed, (target / path.stem).open("wb") as plain:
                shutil.copyfileobj(packed, plain)
        else:
            path.rename(target / path.name)


def _unpack(path: Path, folder: Path, members: set[str]) -> None:
    with tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.isfile() and Path(member.name).name in members:
                archive.extract(member, folder, filter="data")


def _place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # else the other one was first
            raise
