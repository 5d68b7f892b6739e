"""Published data sets with a handful of pictures, each in its own format, and a server of them."""

import contextlib
import gzip
import hashlib
import http.server
import io
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from scipy.io import savemat
from torchvision import datasets

from resnet_viz.data import DATA_SETS
from resnet_viz.data.set_rows import Row

DOWNLOADED = [name for name, row in DATA_SETS.items() if row.download]
TRAINING, TEST = 10, 4  # pictures
Split = tuple[np.ndarray, list[int]]


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which the files of a folder can be had."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments: object) -> None:
            super().__init__(*arguments, directory=str(folder))

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


def publish(
    row: Row, folder: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> tuple[Split, Split]:
    """Write a row's files, known to torchvision as the true ones; what is in them.

    Pixels of shape (N, channels, H, W), and class indices.
    """
    random = np.random.default_rng(0)
    shape = (row.channels, row.side, row.side)
    train, test = (
        (
            random.integers(0, 256, (number, *shape), dtype=np.uint8),
            [place % len(row.classes) for place in range(number)],
        )
        for number in (TRAINING, TEST)
    )
    folder.mkdir(exist_ok=True)
    _WRITERS[row.torchvision](row, folder, address, monkeypatch, train, test)
    return train, test


def move(row: Row, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have torchvision look for a row's files at another address."""
    source = getattr(datasets, row.torchvision)
    if row.archive:
        monkeypatch.setattr(source, "url", address + row.archive)
    elif hasattr(source, "mirrors"):
        monkeypatch.setattr(source, "mirrors", [address])
    else:
        known = {
            split: [address + name, name, md5]
            for split, (_, name, md5) in source.split_list.items()
        }
        monkeypatch.setattr(source, "split_list", known)


def _cifar(row, folder, address, monkeypatch, train, test) -> None:
    source = getattr(datasets, row.torchvision)
    label = "labels" if row.name == "cifar10" else "fine_labels"
    files = {source.meta["filename"]: {source.meta["key"]: list(row.classes)}}
    for (pixels, labels), names in ((train, source.train_list), (test, source.test_list)):
        share = len(labels) // len(names)
        for place, (name, _) in enumerate(names):
            part = slice(place * share, (place + 1) * share)
            files[name] = {"data": pixels[part].reshape(share, -1), label: labels[part]}
    raws = {name: pickle.dumps(content) for name, content in files.items()}
    md5s = _archive(row, folder, address, monkeypatch, raws)
    monkeypatch.setattr(source, "meta", source.meta | {"md5": md5s[source.meta["filename"]]})


def _stl10(row, folder, address, monkeypatch, train, test) -> None:
    raws = {"unlabeled_X.bin": b"never read", "class_names.txt": "\n".join(row.classes).encode()}
    for name, (pixels, labels) in (("train", train), ("test", test)):
        raws[f"{name}_X.bin"] = pixels.transpose(0, 1, 3, 2).tobytes()  # by columns
        raws[f"{name}_y.bin"] = bytes(label + 1 for label in labels)
    _archive(row, folder, address, monkeypatch, raws)


def _archive(row, folder, address, monkeypatch, raws) -> dict[str, str]:
    source = getattr(datasets, row.torchvision)
    path = folder / row.archive
    with tarfile.open(path, "w:gz") as archive:
        for name, raw in raws.items():
            member = tarfile.TarInfo(f"{source.base_folder}/{name}")
            member.size = len(raw)
            archive.addfile(member, io.BytesIO(raw))
    md5s = {name: _md5(raw) for name, raw in raws.items()}
    for attribute in ("train_list", "test_list"):
        known = [[name, md5s[name]] for name, _ in getattr(source, attribute)]
        monkeypatch.setattr(source, attribute, known)
    monkeypatch.setattr(source, "tgz_md5", _md5(path.read_bytes()))
    monkeypatch.setattr(source, "url", address + row.archive)
    return md5s


def _idx(row, folder, address, monkeypatch, train, test) -> None:
    resources = []
    for name, (pixels, labels) in (("train", train), ("t10k", test)):
        images = struct.pack(">4i", 0x803, len(labels), row.side, row.side) + pixels.tobytes()
        for kind, raw in (
            ("images-idx3", images),
            ("labels-idx1", struct.pack(">2i", 0x801, len(labels)) + bytes(labels)),
        ):
            packed = gzip.compress(raw)
            (folder / f"{name}-{kind}-ubyte.gz").write_bytes(packed)
            resources.append((f"{name}-{kind}-ubyte.gz", _md5(packed)))
    source = getattr(datasets, row.torchvision)
    monkeypatch.setattr(source, "resources", resources)
    monkeypatch.setattr(source, "mirrors", [f"{address}not/here/", address])


def _svhn(row, folder, address, monkeypatch, train, test) -> None:
    known = {}
    for name, (pixels, labels) in (("train", train), ("test", test)):
        path = folder / f"{name}_32x32.mat"
        tens = np.array([[label or 10] for label in labels], dtype=np.uint8)
        savemat(path, {"X": pixels.transpose(2, 3, 1, 0), "y": tens})
        known[name] = [address + path.name, path.name, _md5(path.read_bytes())]
    monkeypatch.setattr(datasets.SVHN, "split_list", known)


def _md5(raw: bytes) -> str:
    return hashlib.md5(raw, usedforsecurity=False).hexdigest()


_WRITERS = {
    "CIFAR10": _cifar,
    "CIFAR100": _cifar,
    "MNIST": _idx,
    "FashionMNIST": _idx,
    "SVHN": _svhn,
    "STL10": _stl10,
}
