"""Decoders that are slow are given less to do, and one that may be missing is used where it is."""

import io
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image, ImageFile

from resnet_viz.data import ImageError, note_of, picture_limits, read_image
from tests.unit.images_support import encoded

ROWS, COLUMNS = np.mgrid[0:16, 0:24]
COLOUR = Image.fromarray(
    np.stack([COLUMNS * 10, ROWS * 15, COLUMNS + ROWS], -1).astype(np.uint8)  # (16, 24, 3)
)


class FakeHeif(ImageFile.ImageFile):
    """Stands in for the library's decoder: the picture is a PNG behind the file's type."""

    format = "HEIF"

    def _open(self) -> None:
        self.inner = Image.open(io.BytesIO(self.fp.read()[len(HEIC_TYPE) :]))
        self._size, self._mode, self.tile = self.inner.size, self.inner.mode, []

    def load(self) -> object:
        self.inner.load()
        self.im, self._mode, self.tile = self.inner.im, self.inner.mode, []
        return super().load()


HEIC_TYPE = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.fixture
def heif(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A library for HEIC; how often Pillow was told of it."""
    told: list[str] = []

    def register() -> None:
        told.append("HEIF")
        Image.register_open("HEIF", FakeHeif, lambda head: head[4:12] == b"ftypheic")

    monkeypatch.setitem(sys.modules, "pillow_heif", SimpleNamespace(register_heif_opener=register))
    Image.init()  # else the decoders that are found meanwhile would be forgotten with the copy
    monkeypatch.setattr(Image, "OPEN", dict(Image.OPEN))
    monkeypatch.setattr(Image, "ID", list(Image.ID))
    return told


def test_a_heic_photograph_is_read_by_its_library_and_bounded_as_others(heif: list[str]) -> None:
    image = read_image(HEIC_TYPE + encoded(COLOUR, "PNG"))
    assert np.array_equal(np.asarray(image), np.asarray(COLOUR))
    assert heif == ["HEIF"]
    large = Image.new("L", (5200, 5000))
    with pytest.raises(ImageError, match="more than 25 megapixels"):
        read_image(HEIC_TYPE + encoded(large, "PNG"))
    with pytest.raises(ImageError, match="HEIC file is damaged"):
        read_image(HEIC_TYPE + b"nothing of a picture")


def test_a_large_jpeg_2000_is_read_at_half_its_size_or_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_limits, "FULL_JPEG_2000", 100)
    large = COLOUR.resize((24, 16))
    image = read_image(encoded(large, "JPEG2000"))
    assert image.size == (12, 8)
    assert note_of(image) == "24 × 16, read at 1/2 of each side"
    bare = read_image(encoded(large, "JPEG2000", no_jp2=True))
    assert np.array_equal(np.asarray(bare), np.asarray(image))
    with pytest.raises(ImageError, match="24 × 16 pixels at this size alone"):
        read_image(encoded(large, "JPEG2000", num_resolutions=1))
