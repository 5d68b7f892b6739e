"""Data sets that come from the network, from a server that stands in for their authors'."""

import pickle
import shutil
import socket
import time
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import datasets

from resnet_viz import data, downloading
from resnet_viz.data import DATA_SETS, downloads
from tests.unit.published_support import DOWNLOADED, TEST, TRAINING, move, publish, served

pytestmark = pytest.mark.usefixtures("home")
NOWHERE = "http://127.0.0.1:9/"


@pytest.fixture
def www(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder of files and the address of the server that gives them."""
    (tmp_path / "www").mkdir()
    with served(tmp_path / "www") as address:
        yield tmp_path / "www", address


@pytest.mark.parametrize("name", DOWNLOADED)
def test_a_set_is_downloaded_once_and_read_as_it_was_written(name, www, home, monkeypatch):
    row = DATA_SETS[name]
    written = publish(row, *www, monkeypatch)
    assert name not in data.available()
    loaded = data.load(name)
    assert (len(loaded.train), len(loaded.test)) == (TRAINING, TEST)
    for split, (pixels, labels) in zip((loaded.train, loaded.test), written, strict=True):
        assert split.images.dtype == torch.uint8
        assert split.images.is_contiguous()
        expected = np.broadcast_to(pixels, (len(labels), 3, row.side, row.side))
        assert np.array_equal(split.images.numpy(), expected)
        assert split.labels.tolist() == labels
    assert (loaded.classes, loaded.flip, loaded.padding) == (row.classes, row.flip, row.side // 8)
    assert (loaded.name, loaded.title) == (name, row.title)
    assert name in data.available()
    top = Path(row.folder).parts[0]
    assert [path.name for path in (home / "cache" / name).iterdir()] == [top]  # and no archive
    move(row, NOWHERE, monkeypatch)
    assert torch.equal(data.load(name).train.images, loaded.train.images)
    assert data.load(name, size=16).test.images.shape == (TEST, 3, 16, 16)


def test_of_stl10_the_labelled_files_alone_are_kept(www, home, monkeypatch):
    publish(DATA_SETS["stl10"], *www, monkeypatch)
    data.load("stl10")
    kept = {path.name for path in (home / "cache/stl10/stl10_binary").iterdir()}
    assert kept == {"train_X.bin", "train_y.bin", "test_X.bin", "test_y.bin"}


def test_two_workers_may_want_a_set_at_once(www, home, monkeypatch):
    row = DATA_SETS["mnist"]
    publish(row, *www, monkeypatch)
    bring, times = downloads._bring, []

    def overtaken(row, beside):
        times.append(beside)
        bring(row, beside)
        if len(times) == 1:
            downloads.fetch(row)  # what another process does meanwhile

    monkeypatch.setattr(downloads, "_bring", overtaken)
    assert len(data.load("mnist").train) == TRAINING
    assert len(times) == 2
    assert [path.name for path in (home / "cache/mnist").iterdir()] == ["MNIST"]


@pytest.mark.parametrize("name", [name for name in DOWNLOADED if DATA_SETS[name].archive])
def test_a_set_is_read_from_a_folder_that_its_archive_was_unpacked_into(
    name, www, tmp_path, monkeypatch
):
    row = DATA_SETS[name]
    publish(row, *www, monkeypatch)
    if name == "stl10":  # torchvision itself would want the unlabelled pictures, too
        monkeypatch.setattr(datasets.STL10, "train_list", datasets.STL10.train_list[:2])
    shutil.unpack_archive(www[0] / row.archive, tmp_path / "mine")
    assert data.classes(str(tmp_path / "mine")) == row.classes
    assert len(data.load(tmp_path / "mine").train) == TRAINING
    assert not row.is_here


class Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('it was executed')",)


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
@pytest.mark.parametrize("which", ["train_list", "test_list", "meta"])
def test_a_changed_pickle_is_never_unpickled(name, which, www, home, monkeypatch):
    row = DATA_SETS[name]
    publish(row, *www, monkeypatch)
    data.load(name)
    known = getattr(getattr(datasets, row.torchvision), which)
    file = known["filename"] if which == "meta" else known[-1][0]
    (row.root / row.folder / file).write_bytes(pickle.dumps(Trap()))
    with pytest.raises(data.DataError, match="incomplete or damaged; delete that folder"):
        data.load(name)


@pytest.mark.parametrize("name", ["mnist", "svhn", "stl10"])
def test_a_damaged_file_has_one_sentence(name, www, monkeypatch):
    row = DATA_SETS[name]
    publish(row, *www, monkeypatch)
    data.load(name)
    file = min((row.root / row.folder).iterdir())
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(data.DataError, match="incomplete or damaged; delete that folder"):
        data.load(name)


def refused(name: str, home: Path) -> str:
    """The sentence with which a download fails, after which nothing is left of it."""
    with pytest.raises(data.DataError) as refusal:
        data.load(name)
    assert list((home / "cache" / name).iterdir()) == []
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert not set("<\n") & {*sentence}
    assert DATA_SETS[name].title in sentence
    return sentence


@pytest.mark.parametrize("name", DOWNLOADED)
def test_without_a_network_one_sentence_says_what_to_do(name, home, monkeypatch):
    row = DATA_SETS[name]
    move(row, NOWHERE, monkeypatch)
    sentence = refused(name, home)
    assert "(no connection to 127.0.0.1); connect to the network, or" in sentence
    assert (row.archive or str(row.root / row.folder)) in sentence


def test_a_silent_server_is_not_waited_for(home, monkeypatch):
    monkeypatch.setattr(downloading, "SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        move(DATA_SETS["svhn"], f"http://127.0.0.1:{silent.getsockname()[1]}/", monkeypatch)
        begun = time.monotonic()
        assert "(127.0.0.1 sent nothing for 0.2 seconds)" in refused("svhn", home)
    assert time.monotonic() - begun < 5


def test_what_is_not_there_or_not_the_published_file_is_said(www, home, monkeypatch):
    folder, _ = www
    row = DATA_SETS["cifar10"]
    publish(row, *www, monkeypatch)
    (folder / row.archive).write_bytes(b"another file of that name")
    assert "could not be downloaded (what came is damaged)" in refused("cifar10", home)
    (folder / row.archive).unlink()
    assert "(127.0.0.1 answers 404 File not found)" in refused("cifar10", home)


usage = namedtuple("usage", "total used free")


def test_a_full_disk_is_said_before_anything_is_downloaded(home, monkeypatch):
    move(DATA_SETS["mnist"], NOWHERE, monkeypatch)
    monkeypatch.setattr(downloads.shutil, "disk_usage", lambda path: usage(9, 9, 60_000_000))
    assert "The disk is full; MNIST needs 66 MB in" in refused("mnist", home)


def test_a_disk_that_fills_up_midway_is_said(www, home, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    publish(DATA_SETS["mnist"], *www, monkeypatch)
    monkeypatch.setattr(downloads.gzip, "open", full)
    assert "The disk is full; MNIST needs 66 MB in" in refused("mnist", home)
