"""The picture to look at: from the data set, an upload, the camera, or drawn."""

import hashlib
from dataclasses import dataclass
from itertools import chain, count
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.charts import drawn_picture
from resnet_viz.data import ImageError, read_image
from resnet_viz.ui import cached, links

if TYPE_CHECKING:
    from PIL import Image

    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier

WAYS = ("data set", "upload", "camera", "drawn")
MOST = 12


@dataclass(frozen=True)
class Sample:
    """A picture with a name for the person and a key for caches."""

    name: str
    key: str
    image: "Image.Image"
    label: str | None = None


def choose(classifier: "Classifier", *, several: bool = False) -> list[Sample]:
    """One row of controls that gives pictures; empty while nothing is uploaded yet.

    Uploads stay in memory. A file that is no picture gets its sentence, the others go on.

    Args:
        classifier: whose data set the samples come from, where it is at hand.
        several: take any number of uploads, and not just one.
    """
    way = links.segments("Picture", WAYS, key="image")
    if way == "data set":
        return [_from_data(classifier)]
    if way == "drawn":
        return [Sample("drawn picture", "drawn", drawn_picture())]
    if way == "camera":
        shot = st.camera_input("Take a photograph")
        return _read([shot]) if shot else []
    uploaded = st.file_uploader(
        "Photographs" if several else "A photograph",
        type=["jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff"],
        accept_multiple_files=several,
        help="JPEG, PNG, WebP, GIF, BMP or TIFF, up to 40 megapixels. Never stored.",
        key="uploads" if several else "upload",
    )
    files = uploaded if isinstance(uploaded, list) else [uploaded] if uploaded else []
    if len(files) > MOST:
        st.warning(f"Only the first {MOST} of {len(files)} pictures are shown.")
    return _read(files[:MOST])


def _from_data(classifier: "Classifier") -> Sample:
    data = _data_of(classifier)
    last = len(data.test.labels) - 1
    links.check_number("sample", 0, last, 0)
    number = int(
        st.number_input(
            f"Test picture of {data.title} (0–{last})",
            0,
            last,
            0,
            key="sample",
            bind="query-params",
            width=300,
        )
    )
    return sample_of(data, number)


def sample_of(data: "DataSet", number: int) -> Sample:
    """A picture of the test split."""
    from PIL import Image

    pixels = data.test.images[number].permute(1, 2, 0).contiguous().numpy()  # (H, W, 3)
    label = data.classes[int(data.test.labels[number])]
    name = f"{data.title} {number}"
    return Sample(name, f"{data.name}/{number}", Image.fromarray(pixels), label)


def _data_of(classifier: "Classifier") -> "DataSet":
    """The data that the network knows, or the digits where these are not at hand."""
    name = str(classifier.card.get("data", "digits"))
    try:
        return cached.data_set(name)
    except ValueError as error:
        st.info(f"{error} The digits stand in.")
        return cached.data_set("digits")


def _read(files: list) -> list[Sample]:
    samples: list[Sample] = []
    for file in files:
        raw = file.getvalue()
        try:
            image = read_image(raw)
        except ImageError as error:
            st.error(f"{_plain(file.name)}: {error}")
        else:
            name = _free(_plain(file.name), {sample.name for sample in samples})
            samples.append(Sample(name, hashlib.sha256(raw).hexdigest(), image))
    return samples


def _free(name: str, taken: set[str]) -> str:
    """The name, numbered where another picture has it already."""
    numbered = (f"{name} ({number})" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


def _plain(name: str) -> str:
    """A file's name without what Markdown would take for markup."""
    return "".join(c if c.isalnum() or c in " ._-" else "_" for c in name)[:60]
