"""Archives of pictures made into data sets: good ones, bad ones, and ones that mean harm."""

import bz2
import contextlib
import errno
import gzip
import io
import lzma
import os
import shutil
import signal
import struct
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from collections import namedtuple
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from resnet_viz import data
from resnet_viz.data import archive_entries, archive_unpacking
from resnet_viz.home import data_sets
from tests.shared_data import CIFAR10_JPEG, needs

pytestmark = pytest.mark.usefixtures("home")
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


@pytest.mark.parametrize("ending", PACKERS)
def test_every_kind_of_archive_becomes_a_data_set_of_its_name(ending):
    assert unpack(PACKERS[ending](GOOD), f"my pets.{ending}") == "my-pets"
    assert data.available() == ("digits", "my-pets")
    pets = data.load("my-pets")
    assert pets.classes == ("cat", "dog")
    assert (len(pets.train) + len(pets.test), pets.notes) == (8, ())
    for name, raw in GOOD.items():
        assert (data_sets() / "my-pets" / name).read_bytes() == raw


def test_a_file_on_the_disk_may_be_given(tmp_path):
    (tmp_path / "x.zip").write_bytes(zipped(GOOD))
    assert data.unpack(tmp_path / "x.zip", "x.zip") == "x"


@pytest.mark.parametrize(
    ("folders", "train", "test"),
    [
        (("cat", "dog"), 6, 2),
        (("pets/cat", "pets/dog"), 6, 2),
        (("a/b/c/cat", "a/b/c/dog"), 6, 2),
        (("train/cat", "train/dog", "test/cat", "test/dog"), 8, 8),
        (("x/train/cat", "x/train/dog", "x/test/cat", "x/test/dog"), 8, 8),
        (("Train/cat", "Train/dog", "TEST/cat", "TEST/dog"), 8, 8),
        (("cat", "train"), 6, 2),
        (("./pets/./cat", "./pets//dog"), 6, 2),
        (("pets\\cat", "pets\\dog"), 6, 2),
    ],
)
@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_the_layout_is_recognised(folders, train, test, ending):
    loaded = data.load(unpack(PACKERS[ending](pictures(*folders))))
    assert len(loaded.classes) == 2
    assert (len(loaded.train), len(loaded.test)) == (train, test)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({}, "The archive holds no images; put pictures into it"),
        ({"cat/a.txt": b"text", "dog/b.csv": b"1,2"}, "The archive holds no images"),
        ({"a.png": picture(1), "b.png": picture(2)}, "The archive has no class folders"),
        (pictures("cat"), "The archive has one class only, “cat”; a classifier needs at least two"),
        (pictures("pets/cat"), "The archive has one class only, “cat”"),
        (pictures("cat", "dog/small"), "nested too deeply at “dog/small/0.png”; give ‹class›/*"),
        (pictures("train/cat", "val/cat"), "nested too deeply at “val/cat/0.png”"),
        (pictures("a/x/cat", "b/x/dog"), "nested too deeply at “a/x/cat/0.png”"),
        (pictures("train/cat", "train/dog"), "The archive has class folders in train but none in"),
        (
            pictures("train/cat", "train/dog", "test/cat"),
            "The folder test lacks the classes “dog”",
        ),
        (
            {**GOOD, "cat/4.png": b"broken", "cat/5.png": b"broken"},
            "2 of the 10 images in the archive cannot be read, which is more than 1%: “cat/4.png”",
        ),
        ({"cat/1.png": b"?", "dog/1.png": b"?"}, "None of the 2 files in the archive can be read"),
        ({**GOOD, "bird/readme.txt": b"none yet"}, "The class “bird” has no readable picture"),
        ({"a?/1.png": picture(1), "a*/1.png": picture(2)}, "would both be called “a_” here"),
        ({"Cat/1.png": picture(1), "cat/1.png": picture(2)}, "would both be called “cat” here"),
    ],
)
@pytest.mark.parametrize("ending", ["zip", "tar"])
def test_what_is_no_data_set_gets_one_sentence(files, sentence, ending):
    assert sentence in refused(PACKERS[ending](files))


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_class_folder_without_a_picture_is_said(pack):
    assert "The class “bird” has no readable picture" in refused(pack(GOOD, folders=("bird",)))


@pytest.mark.parametrize(
    "name", ["../cat/x.png", "cat/../../x.png", "cat\\..\\..\\x.png", "/x.png"]
)
@pytest.mark.parametrize("ending", PACKERS)
def test_a_path_that_leads_out_of_the_archive_is_refused(name, ending, tmp_path):
    sentence = refused(PACKERS[ending]({**GOOD, name: picture(99)}))
    assert "would be unpacked outside of its folder" in sentence
    assert not list(tmp_path.rglob("x.png"))


@pytest.mark.parametrize("name", ["C:/windows/x.png", "C:\\x.png", "\\\\server\\x.png"])
def test_a_path_of_windows_is_refused_too(name):
    assert "outside of its folder" in refused(zipped({**GOOD, name: picture(99)}))


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.GNUTYPE_SPARSE],
)
def test_links_and_devices_in_a_tar_are_refused(kind):
    buffer = io.BytesIO(tarred(GOOD))
    with tarfile.open(fileobj=buffer, mode="a") as archive:
        member = tarfile.TarInfo("cat/x.png")
        member.type, member.linkname = kind, "/etc/passwd"
        archive.addfile(member)
    assert "because “cat/x.png” is a link or a device, not a file" in refused(buffer.getvalue())


def test_links_in_a_zip_are_refused():
    buffer = io.BytesIO(zipped(GOOD))
    with zipfile.ZipFile(buffer, "a") as archive:
        link = zipfile.ZipInfo("cat/x.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert "because “cat/x.png” is a link or a device" in refused(buffer.getvalue())


@pytest.mark.parametrize("ending", ["zip", "tar.gz", "tar.xz"])
def test_what_unpacks_to_too_many_times_its_size_is_refused(ending, monkeypatch):
    monkeypatch.setattr(archive_entries, "SMALL", 1_000_000)
    bomb = PACKERS[ending]({**GOOD, "cat/x.png": bytes(30_000_000)})
    assert len(bomb) < 100_000
    assert "unpacks to more than 100 times its size" in refused(bomb)


def test_of_a_tar_what_is_skipped_counts_too(monkeypatch):
    monkeypatch.setattr(archive_entries, "SMALL", 1_000_000)
    bomb = gzip.compress(tarred({**GOOD, "readme.txt": bytes(30_000_000)}))
    assert "unpacks to more than 100 times" in refused(bomb)


@pytest.mark.parametrize("ending", PACKERS)
def test_what_unpacks_to_too_many_bytes_is_refused(ending, monkeypatch):
    monkeypatch.setattr(archive_entries, "MAX_BYTES", 600)
    assert "unpacks to more than" in refused(PACKERS[ending](GOOD))


@pytest.mark.parametrize("ending", PACKERS)
def test_too_many_files_are_refused(ending, monkeypatch):
    monkeypatch.setattr(archive_entries, "MAX_FILES", 7)
    assert "because it holds more than 7 files" in refused(PACKERS[ending](GOOD))


@pytest.mark.parametrize("ending", PACKERS)
def test_a_picture_of_too_many_bytes_is_refused(ending, monkeypatch):
    monkeypatch.setattr(archive_unpacking, "MAX_PICTURE", 200_000)
    raw = PACKERS[ending]({**GOOD, "cat/x.png": picture(1) + os.urandom(300_000)})
    assert "because “cat/x.png” unpacks to more than" in refused(raw)


def headers(raw: bytes) -> list[int]:
    """Where the entries of a zip's list of files begin."""
    return [at for at in range(len(raw)) if raw.startswith(b"PK\1\2", at)]


def test_a_zip_whose_headers_lie_about_a_size_is_no_way_around_the_bounds(monkeypatch):
    monkeypatch.setattr(archive_entries, "SMALL", 1_000_000)
    raw = bytearray(zipped({**GOOD, "cat/x.png": bytes(30_000_000)}))
    struct.pack_into("<L", raw, headers(raw)[-1] + 24, 500)  # uncompressed size
    assert "cut off or damaged" in refused(bytes(raw))


def test_a_zip_with_a_list_of_files_that_fills_the_memory_is_refused_unread(monkeypatch):
    raw = zipped(GOOD)
    monkeypatch.setattr(archive_entries, "MAX_DIRECTORY", 400)
    monkeypatch.setattr(zipfile.ZipInfo, "__init__", None)  # none may be made
    assert "more than 200,000 files" in refused(raw)


def test_a_tar_with_a_header_that_fills_the_memory_is_refused(monkeypatch):
    monkeypatch.setattr(archive_entries, "MAX_HEADERS", 10_000)
    member = tarfile.TarInfo("cat/x.png")
    member.pax_headers = {"comment": "x" * 1_000_000}
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(member)
    assert "cut off or damaged" in refused(gzip.compress(buffer.getvalue()))


def test_an_encrypted_zip_is_refused():
    raw = bytearray(zipped(GOOD))
    for at in headers(raw):
        raw[at + 8] |= 1
    assert "locked with a password; pack the pictures again without one" in refused(bytes(raw))


def test_a_zip_of_an_unknown_compression_is_refused():
    raw = bytearray(zipped(GOOD))
    for at in headers(raw):
        struct.pack_into("<H", raw, at + 10, 9)
        struct.pack_into("<H", raw, struct.unpack_from("<L", raw, at + 42)[0] + 8, 9)
    assert "pack the pictures again as an ordinary zip" in refused(bytes(raw))


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.8, 0.85])
@pytest.mark.parametrize("ending", PACKERS)
def test_an_archive_cut_off_in_the_middle_is_refused(ending, share):
    files = {f"{name}/{n}.bmp": os.urandom(3000) for name in "ab" for n in range(10)}
    raw = PACKERS[ending](files)
    sentence = refused(raw[: int(share * len(raw))])
    assert sentence == "The archive is cut off or damaged; copy or download it again."


def test_a_tar_cut_off_between_two_files_is_refused():
    raw = tarred(GOOD)
    with tarfile.open(fileobj=io.BytesIO(raw)) as archive:
        starts = [member.offset for member in archive]
    for start in starts[1:]:
        assert "cut off or damaged" in refused(raw[:start])


@needs(CIFAR10_JPEG)
def test_the_real_archive_cut_off_is_refused():
    with CIFAR10_JPEG.open("rb") as file:
        assert "cut off or damaged" in refused(file.read(300_000))


@pytest.mark.parametrize(
    "raw",
    [b"", b"a line of text\n" * 50, picture(1), gzip.compress(b"1,2,3\n" * 999), bytes(99)],
    ids=["empty", "text", "picture", "gzip", "zeros"],
)
def test_what_is_no_archive_is_refused(raw):
    assert "neither a zip nor a tar archive; pack the folder" in refused(raw)


def test_a_damaged_picture_in_an_intact_list_is_the_archives_fault():
    raw = bytearray(zipped({**GOOD, "cat/x.bmp": os.urandom(9000)}))
    raw[raw.index(b"cat/x.bmp") + 500] ^= 255
    assert "cut off or damaged" in refused(bytes(raw))


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


def test_what_is_no_picture_is_counted_skipped_and_said():
    files = {
        **pictures("pets/cat", "pets/dog"),
        "pets/cat/labels.csv": b"1,2",
        "pets/readme <b>.txt": b"text",
        "pets/cover.png": picture(200),
        "pets/cat/.DS_Store": b"hidden",
        "__MACOSX/pets/cat/._0.png": b"hidden",
        "pets/cat/Thumbs.db": b"hidden",
        ".git/config": b"hidden",
    }
    name = unpack(zipped(files))
    for loaded in (data.load(name), data.load(name)):  # the second one from the cache
        assert loaded.notes == (
            "2 files that are no images were left out of the archive: “pets/cat/labels.csv”, "
            "“pets/readme _b_.txt”.",
            "1 picture outside of any class was left out of the archive: “pets/cover.png”.",
        )
        assert len(loaded.train) + len(loaded.test) == 8
    kept = {path.name for path in (data_sets() / name).rglob("*") if path.is_file()}
    assert kept == {"0.png", "1.png", "2.png", "3.png", ".unpacked.json"}


def test_a_picture_is_known_by_its_name_or_by_its_bytes():
    files = {**GOOD, "cat/photograph": picture(90, "JPEG"), "cat/x.JPG": picture(190, "JPEG")}
    loaded = data.load(unpack(zipped(files)))
    assert (len(loaded.train) + len(loaded.test), loaded.notes) == (10, ())


def test_names_are_made_safe_and_stay_readable():
    hostile = "$(rm -rf x)`<script>"
    files = {
        "größe 1/bild.png": picture(1),
        "größe 1/BILD.png": picture(2),
        "größe 1/…/../x".replace("/../x", ".png"): picture(3),
        f"{hostile}/{hostile}.png": picture(4),
        f"{hostile}/a\nb\0.png": picture(5),
        "猫/猫.png": picture(6),
        "猫/" + "x" * 200 + ".png": picture(7),
        "  .. cat/1.png": picture(8),
        "  .. cat/2.png": picture(9),
    }
    name = unpack(zipped(files), "../../evil/$(x).tar.gz.zip")
    assert name == "(x)".replace("(", "").replace(")", "_")
    loaded = data.load(name)
    assert loaded.classes == ("cat", "größe 1", "rm -rf x)__script_".replace(")", "_"), "猫")
    assert len(loaded.train) + len(loaded.test) == 9
    every = [path.relative_to(data_sets()) for path in data_sets().rglob("*")]
    assert all(len(os.fsencode(path.name)) <= 130 for path in every)
    assert not any(set("$`<>\n\0;|") & set(str(path)) for path in every)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("pets.zip", "pets"),
        ("pets.tar.gz", "pets"),
        ("C:\\Users\\me\\pets.ZIP", "pets"),
        ("digits.zip", "digits-2"),
        ("cifar10.tar.xz", "cifar10-2"),
        (".zip", "pictures"),
        ("", "pictures"),
        ("..", "pictures"),
        ("a folder", "a-folder"),
        ("v1.2 of\tit.zip", "v1.2-of_it"),
    ],
)
def test_the_name_comes_from_the_file(given_name, name):
    assert unpack(zipped(GOOD), given_name) == name
    assert name in data.available()


def test_a_taken_name_gets_a_number():
    names = [unpack(zipped(pictures("cat", "dog", number=number))) for number in (3, 4, 5)]
    assert names == ["pets", "pets-2", "pets-3"]
    assert [len(data.load(name).train) for name in names] == [4, 6, 8]


def test_the_same_pictures_are_kept_once():
    assert unpack(zipped(GOOD), "pets.zip") == "pets"
    below = {f"top/{name}": raw for name, raw in GOOD.items()}
    assert unpack(lzma.compress(tarred(below)), "others.tar.xz") == "pets"
    assert data.available() == ("digits", "pets")
    (data_sets() / "pets/cat/0.png").unlink()  # then it is not the same any more
    assert unpack(zipped(GOOD), "pets.zip") == "pets-2"


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


def test_a_folder_of_that_name_made_by_hand_stays_as_it_is():
    (data_sets() / "pets").mkdir(parents=True)
    assert unpack(zipped(GOOD)) == "pets-2"
    assert list((data_sets() / "pets").iterdir()) == []


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
    with pytest.raises(Stopped):
        unpack(tarred(files), "other.tar", progress=stop)
    assert data.available() == ("digits", "pets")
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
        assert data.available() == ("digits",)
        assert unpack(zipped(GOOD), "other.zip") == "other"  # it is alive: not swept up
        assert left.exists()
        process.send_signal(signal.SIGKILL)
    assert data.available() == ("digits", "other")
    os.utime(left, (time.time() - 7200,) * 2)
    assert unpack(tarred(GOOD)) == "other"
    assert [path.name for path in data_sets().iterdir()] == ["other"]


@given(
    ending=st.sampled_from(sorted(PACKERS)),
    changes=st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
    length=st.floats(0.2, 1),
)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_wrong_with_an_archive_there_is_a_set_or_a_sentence(ending, changes, length):
    raw = bytearray(PACKERS[ending](pictures("cat", "dog", number=3)))
    del raw[int(length * len(raw)) :]
    for place, value in changes:
        raw[place % len(raw)] = value
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", folder)
        with contextlib.suppress(data.DataError):
            data.load(unpack(bytes(raw)))
        assert len(os.listdir(data_sets())) == len(data.available()) - 1 <= 1
        assert {path.name for path in Path(folder).iterdir()} <= {"data", "cache"}
