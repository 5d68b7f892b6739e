"""What the tests of archives share: archives of pictures of every kind, unpacked or refused."""

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from collections.abc import Callable, Mapping

import pytest
from PIL import Image

from resnet_viz import data
from resnet_viz.data import DATA_SETS
from resnet_viz.home import data_sets

BUILT_IN = tuple(name for name, row in DATA_SETS.items() if not row.download)
Files = Mapping[str, bytes]


def picture(shade: int, form: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (16, 16), (shade, shade // 2, 255 - shade)).save(buffer, form)
    return buffer.getvalue()


def pictures(*folders: str, number: int = 4) -> dict[str, bytes]:
    """Pictures in each folder, no two alike."""
    return {
        f"{folder}/{index}.png": picture(place * number + index)
        for place, folder in enumerate(folders)
        for index in range(number)
    }


def zipped(files: Files, folders: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder in folders:
            archive.writestr(f"{folder}/", b"")
        for name, raw in files.items():
            archive.writestr(name, raw)
    return buffer.getvalue()


def tarred(files: Files, folders: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for folder in folders:
            member = tarfile.TarInfo(folder)
            member.type = tarfile.DIRTYPE
            archive.addfile(member)
        for name, raw in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    return buffer.getvalue()


PACKERS: dict[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.bz2": lambda files: bz2.compress(tarred(files)),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
}
GOOD = pictures("cat", "dog")


def unpack(raw: bytes, name: str = "pets.zip", **options: object) -> str:
    return data.unpack(io.BytesIO(raw), name, **options)


def refused(raw: bytes) -> str:
    """The sentence with which an archive is refused, after which nothing is left of it."""
    with pytest.raises(data.DataError) as refusal:
        unpack(raw)
    assert os.listdir(data_sets()) == []
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert str(data_sets()) not in sentence
    return sentence
