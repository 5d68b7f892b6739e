"""An archive that means harm, or is damaged, is refused in words and leaves nothing behind."""

import contextlib
import gzip
import io
import os
import struct
import tarfile
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet_viz import data
from resnet_viz.data import archive_entries, archive_unpacking
from resnet_viz.home import data_sets
from tests.shared_data import CIFAR10_JPEG, needs
from tests.unit.archives_support import (
    BUILT_IN,
    GOOD,
    PACKERS,
    picture,
    pictures,
    refused,
    tarred,
    unpack,
    zipped,
)

pytestmark = pytest.mark.usefixtures("home")


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


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
        (b"Rar!\x1a\x07\0", "a RAR archive"),
        (b"Rar!\x1a\x07\1\0", "a RAR archive"),
        (b"\x28\xb5\x2f\xfd", "compressed with Zstandard"),
    ],
)
def test_an_archive_of_another_kind_is_refused_by_its_name(head, kind):
    sentence = refused(head + bytes(600))
    assert f"The file is {kind}" in sentence
    assert "unpack it and pack the folder of pictures as a zip." in sentence


def test_a_damaged_picture_in_an_intact_list_is_the_archives_fault():
    raw = bytearray(zipped({**GOOD, "cat/x.bmp": os.urandom(9000)}))
    raw[raw.index(b"cat/x.bmp") + 500] ^= 255
    assert "cut off or damaged" in refused(bytes(raw))


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
        assert len(os.listdir(data_sets())) == len(data.available()) - len(BUILT_IN) <= 1
        assert {path.name for path in Path(folder).iterdir()} <= {"data", "cache"}
