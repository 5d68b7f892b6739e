"""Files that take the place of others: whole, or not at all."""

import errno
import os
import time
from pathlib import Path

import pytest

from resnet_viz.files import ABANDONED, replacing, sweep
from tests.unit.training_support import home, train

__all__ = ["home"]


def test_a_file_takes_the_place_of_another_once_it_is_on_the_disk(tmp_path, monkeypatch):
    path, synced = tmp_path / "a.json", []
    path.write_text("old")
    sync = os.fsync

    def watched(descriptor):
        synced.append(path.read_text())
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", watched)
    with replacing(path) as beside:
        beside.write_text("new")
        assert path.read_text() == "old"
    assert synced == ["old", "new"]  # the file while it is beside, then the folder
    assert os.listdir(tmp_path) == ["a.json"]


def test_the_old_file_can_be_kept(tmp_path):
    path, previous = tmp_path / "a", tmp_path / "a.previous"
    for text in ("one", "two", "three"):
        with replacing(path, previous) as beside:
            beside.write_text(text)
    assert (path.read_text(), previous.read_text()) == ("three", "two")


def without_links(monkeypatch):
    def link(path, second):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", link)


@pytest.mark.parametrize("disk", [lambda _: None, without_links], ids=["links", "no links"])
def test_the_file_is_there_at_every_moment_and_stays_if_no_other_can_take_its_place(
    tmp_path, monkeypatch, disk
):
    disk(monkeypatch)
    path, previous = tmp_path / "a", tmp_path / "a.previous"
    path.write_text("old")
    there = []
    replace = Path.replace

    def watched(source, target):
        there.append(path.read_text())
        if target == path:
            raise OSError(errno.EIO, "Input/output error")
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", watched)

    def write(text):
        with replacing(path, previous) as beside:
            beside.write_text(text)

    for _ in range(2):  # the second time both names are of one file
        with pytest.raises(OSError, match="Input/output error"):
            write("new")
        assert sorted(os.listdir(tmp_path)) == ["a", "a.previous"]
    assert there == ["old"] * 4
    assert previous.read_text() == "old"
    monkeypatch.setattr(Path, "replace", replace)
    write("new")
    assert (path.read_text(), previous.read_text()) == ("new", "old")
    assert sorted(os.listdir(tmp_path)) == ["a", "a.previous"]


@pytest.mark.parametrize("failure", [OSError, KeyboardInterrupt])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, failure):
    path, previous = tmp_path / "a", tmp_path / "a.previous"
    path.write_text("old")

    def write():
        with replacing(path, previous) as beside:
            beside.write_text("half of the n")
            raise failure

    with pytest.raises(failure):
        write()
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_two_writers_of_one_file_do_not_meet(tmp_path):
    path = tmp_path / "a"
    with replacing(path) as one, replacing(path) as other:
        one.write_text("one")
        other.write_text("other")
    assert path.read_text() == "one"


def test_what_a_kill_left_goes_with_a_later_file_of_the_folder(tmp_path):
    killed = [replacing(tmp_path / name) for name in ("long ago.json", "now.json")]
    for writer, age in zip(killed, (ABANDONED + 60, ABANDONED - 60), strict=True):
        left = writer.__enter__()
        left.write_text("half")
        os.utime(left, (time.time() - age,) * 2)
    others = ["download.part", ".download.part"]  # what other programs may write
    for name in others:
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (0, 0))
    with replacing(tmp_path / "whole") as beside:
        beside.write_text("whole")
    assert sorted(os.listdir(tmp_path)) == sorted([left.name, *others, "whole"])
    assert left.name.startswith(".now.json.")


def test_what_a_kill_left_in_a_runs_folder_is_gone_when_the_run_goes_on(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    killed = replacing(folder / "state.ckpt")
    killed.__enter__().write_text("half")
    assert len(os.listdir(folder)) == 1
    sweep(folder.parent)
    assert len(os.listdir(folder)) == 1
    train(folder)
    assert not [name for name in os.listdir(folder) if name.endswith(".part")]
