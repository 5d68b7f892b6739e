"""Many pictures are decoded in threads and in processes, to what they are decoded to one by one."""

import subprocess
from pathlib import Path

import pytest
import torch

from resnet_viz import data
from resnet_viz.data import folder_decoding
from tests.unit.folders_support import home, paint, root

__all__ = ["home", "root"]


@pytest.fixture
def alone(root: Path) -> data.DataSet:
    """A data set decoded picture by picture, of which one cannot be read."""
    for index, name in enumerate("ab"):
        paint(root / name, 40, shade=index * 100)
    (root / "a/003.png").write_bytes(b"not a picture")
    return data.load(root, size=12)


def forget(home: Path) -> None:
    """Have the next one decode anew."""
    for kept in (home / "cache").iterdir():
        kept.unlink()


def same(one: data.DataSet, other: data.DataSet) -> bool:
    return torch.equal(one.train.images, other.train.images) and one.notes == other.notes


@pytest.fixture
def in_processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Decode everything in processes; those that were started."""
    started = []
    start = subprocess.Popen

    def popen(*given, **options):
        started.append(start(*given, **options))
        return started[-1]

    monkeypatch.setattr(folder_decoding, "MANY", 0)
    monkeypatch.setattr(folder_decoding, "CHUNK", 7)
    monkeypatch.setattr(folder_decoding.os, "cpu_count", lambda: 2)
    monkeypatch.setattr(folder_decoding.subprocess, "Popen", popen)
    return started


def test_large_files_are_decoded_in_threads_to_the_same_result(alone, root, home, monkeypatch):
    monkeypatch.setattr(folder_decoding, "SMALL_FILE", 0)
    forget(home)
    assert same(data.load(root, size=12), alone)


def test_many_files_are_decoded_in_processes_to_the_same_result(alone, root, home, in_processes):
    forget(home)
    assert same(data.load(root, size=12), alone)
    assert [process.poll() is not None for process in in_processes] == [True, True]


def test_pictures_of_several_sizes_are_seen_in_processes_too(root, in_processes):
    paint(root / "a", 40)
    paint(root / "b", 39)
    paint(root / "b/more", 1, (20, 21))
    assert data.load(root).train.images.shape[-1] == 64
    assert len(in_processes) == 4


def test_what_a_killed_process_was_at_is_done_all_the_same(
    alone, root, home, in_processes, monkeypatch
):
    monkeypatch.setattr(folder_decoding.sys, "executable", "false")  # ends at once
    forget(home)
    assert same(data.load(root, size=12), alone)


@pytest.mark.parametrize("many", [0, 10**9])
def test_progress_is_told_and_may_end_the_work(many, root, in_processes, monkeypatch):
    class Stopped(BaseException):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stopped

    monkeypatch.setattr(folder_decoding, "MANY", many)
    for name in "ab":
        paint(root / name, 40, shade=ord(name))
    with pytest.raises(Stopped):
        data.load(root, progress=stop)
    assert all(process.poll() is not None for process in in_processes)
    shares: list[float] = []
    data.load(root, progress=shares.append)
    assert shares == sorted(shares)
    assert 0 < shares[0] < 0.3 < shares[-1] == 1
    data.load(root, progress=shares.append)  # kept: there is nothing to wait for
    assert shares[-1] == 1
    assert len(shares) == -(-80 // 7)
