"""Unpacking takes no more room than there is, and leaves nothing half when it is cut short."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from resnet_viz import data
from resnet_viz.data import archive_entries, archive_unpacking
from resnet_viz.home import data_sets
from tests.unit.archives_support import (
    BUILT_IN,
    GOOD,
    picture,
    pictures,
    refused,
    tarred,
    unpack,
    zipped,
)

pytestmark = pytest.mark.usefixtures("home")


usage = namedtuple("usage", "total used free")


def test_a_disk_too_full_is_said_and_nothing_is_left(monkeypatch):
    monkeypatch.setattr(archive_unpacking.shutil, "disk_usage", lambda path: usage(9, 9, 1_000_000))
    assert "The disk is too full for the pictures" in refused(zipped(GOOD))


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.ENOSPC, "The disk is too full for the pictures of the archive; make room"),
        (errno.EDQUOT, "The disk is too full"),
        (errno.EACCES, "The archive cannot be unpacked (Permission denied)"),
    ],
)
def test_a_disk_that_fills_up_midway_is_said_and_nothing_is_left(number, sentence, monkeypatch):
    write, written = archive_unpacking._write, []

    def failing(entry: archive_entries.Entry, target: Path) -> str | None:
        if len(written) == 5:
            target.write_bytes(b"as far as it went")
            raise OSError(number, os.strerror(number))
        written.append(target)
        return write(entry, target)

    monkeypatch.setattr(archive_unpacking, "_write", failing)
    assert sentence in refused(zipped(GOOD))
    assert written


def test_no_space_for_the_cache_costs_no_data_set(monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("resnet_viz.data.decoded_cache.save_file", full)
    (note,) = data.load(unpack(zipped(GOOD))).notes
    assert "could not be kept for the next time (No space left on device)" in note


def test_no_more_is_unpacked_than_may_be_kept_and_nothing_of_ones_own_counts(monkeypatch):
    size = sum(map(len, GOOD.values()))
    monkeypatch.setattr(archive_unpacking, "MAX_KEPT", 2 * size + 200)  # and what is said of them
    by_hand = data_sets() / "by hand/cat"
    by_hand.mkdir(parents=True)
    (by_hand / "large.png").write_bytes(bytes(9 * size))
    assert unpack(zipped(GOOD)) == "pets"
    others = pictures("ape", "bee")
    assert unpack(zipped(others), "others.zip") == "others"
    with pytest.raises(data.DataError, match=r"was not kept, because .* delete folders of data"):
        unpack(zipped(pictures("cow", "eel")), "more.zip")
    assert {path.name for path in data_sets().iterdir()} == {"by hand", "pets", "others"}
    assert unpack(zipped(GOOD), "again.zip") == "pets"  # is here, and takes no room
    shutil.rmtree(data_sets() / "others")
    assert unpack(zipped(pictures("cow", "eel")), "more.zip") == "more"


def test_progress_is_told_and_may_end_the_work(monkeypatch):
    class Stopped(BaseException):
        pass

    def stop(share: float) -> None:
        if share > 0.3:
            raise Stopped

    monkeypatch.setattr(archive_unpacking, "LOOKS", 1)
    files = {f"{name}/{n}.bmp": picture(n) + os.urandom(5000) for name in "ab" for n in range(20)}
    shares: list[float] = []
    unpack(tarred(files), progress=shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] < 0.5 < shares[-1] <= 1
    del files["a/0.bmp"]
    with pytest.raises(Stopped):
        unpack(tarred(files), "other.tar", progress=lambda share: stop(share))
    with pytest.raises(Stopped):  # while the pictures are read
        unpack(tarred(files), "other.tar", progress=lambda share: stop(share - 0.6))
    assert data.available() == (*BUILT_IN, "pets")
    assert len(os.listdir(data_sets())) == 1


def test_a_kill_leaves_nothing_half_and_the_next_one_sweeps_up():
    code = """
import io, sys, time
from resnet_viz import data
from resnet_viz.data import archive_unpacking

def stall(share, looks=[]):
    looks.append(share)
    if len(looks) == 2:
        print("half", flush=True)
        time.sleep(99)

archive_unpacking.LOOKS = 4
data.unpack(io.BytesIO(sys.stdin.buffer.read()), "pets.tar", stall)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(tarred(GOOD))
        process.stdin.close()
        assert process.stdout.readline() == b"half\n"
        (left,) = data_sets().iterdir()
        assert len(list(left.iterdir())) >= 4
        assert data.available() == BUILT_IN
        assert unpack(zipped(GOOD), "other.zip") == "other"  # it is alive: not swept up
        assert left.exists()
        process.send_signal(signal.SIGKILL)
    assert data.available() == (*BUILT_IN, "other")
    os.utime(left, (time.time() - 7200,) * 2)
    assert unpack(tarred(GOOD)) == "other"
    assert [path.name for path in data_sets().iterdir()] == ["other"]
