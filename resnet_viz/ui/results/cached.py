"""What the pages share between visitors: networks, data sets, the run store, results.

Networks and results are bounded in number; results are keyed by weights, image and settings.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz.home import home
from resnet_viz.runs import Launcher, Record, Store, shipped
from resnet_viz.ui.results.long_work import Place

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

    from resnet_viz.analysis import Attribution, BlockMaps, Confusion
    from resnet_viz.data import DataSet, Split
    from resnet_viz.models import Classifier


def store() -> Store:
    """The run store of this server."""
    return _store(str(home()))


@st.cache_resource(show_spinner=False)
def _store(folder: str) -> Store:
    return Store()


def reopen_store() -> None:
    """Open the run store anew when it is next asked for: its file may have been moved away."""
    _store.clear()


def launcher() -> Launcher:
    """What starts, stops and resumes runs."""
    return Launcher(store())


@st.cache_resource(show_spinner=False)
def shipped_records() -> Mapping[str, Record]:
    """The recorded runs that come with the product, by name."""
    return shipped()


def classifier(path: Path) -> "Classifier":
    """The network in a checkpoint; a file that changed is read again."""
    stat = path.stat()
    return _classifier(path, stat.st_mtime_ns, stat.st_size)


@st.cache_resource(max_entries=8, show_spinner="Opening the network …")
def _classifier(path: Path, modified: int, size: int) -> "Classifier":
    from resnet_viz import models

    return models.load(path)


@st.cache_resource(max_entries=8, show_spinner="Building the network …")
def fresh_classifier(name: str, options: str, seed: int) -> "Classifier":
    """A network with random weights; a CIFAR stem is set up for the digits, others for ImageNet.

    Args:
        options: the architecture's options as JSON.
    """
    from resnet_viz import data, models
    from resnet_viz.models import foreign
    from resnet_viz.models.choices import STEMS

    values = json.loads(options)
    network = models.build(name, seed=seed, **values)
    card = {"recipe": "none: random weights", "seed": seed, "epochs": 0}
    if network.architecture.stem == "cifar":
        digits = data.load("digits")
        return models.Classifier(
            network=network,
            classes=digits.classes,
            input_size=digits.train.images.shape[-1],
            mean=digits.mean,
            std=digits.std,
            card=card | {"data": "digits"},
        )
    stem = STEMS["imagenet"]
    return models.Classifier(
        network=network,
        classes=tuple(foreign.class_names(network.architecture)),
        input_size=network.architecture.input_size,
        mean=stem.mean,
        std=stem.std,
        crop_fraction=stem.crop_fraction,
        card=card,
    )


def data_set(name: str) -> "DataSet":
    """A data set, held in memory; a folder whose files came, went or changed is read again."""
    from resnet_viz import data

    return _data_set(name, data.identity(name))


@st.cache_resource(max_entries=3, show_spinner="Reading the data …")
def _data_set(name: str, identity: str) -> "DataSet":
    from resnet_viz import data

    return data.load(name)


@dataclass(frozen=True)
class Facts:
    """What there is to say of a data set: its classes, images in each split, their side, notes."""

    classes: tuple[str, ...]
    training: int
    test: int
    size: int
    notes: tuple[str, ...]


def facts(name: str) -> Facts:
    """What there is to say of a data set, which is read for it but not held in memory.

    Raises:
        DataError: if it cannot be read; that is found out once, too.
    """
    from resnet_viz import data

    found = _facts(name, data.identity(name))
    if isinstance(found, str):
        raise data.DataError(found)
    return found


@st.cache_data(max_entries=64, show_spinner="Reading the data …")
def _facts(name: str, identity: str) -> Facts | str:
    from resnet_viz import data

    try:
        found = data.load(name)
    except data.DataError as error:
        return str(error)
    side = found.train.images.shape[-1]
    return Facts(found.classes, len(found.train), len(found.test), side, found.notes)


@st.cache_data(max_entries=64, ttl=300, show_spinner=False)
def run_seconds(config: str, training: int, test: int, size: int) -> float:
    """`training.estimate.seconds` of a config as JSON."""
    from resnet_viz.training import estimate
    from resnet_viz.training.config import RunConfig

    described = RunConfig.from_dict(json.loads(config))
    return estimate.seconds(described, training=training, test=test, size=size)


@st.cache_data(max_entries=96, show_spinner="Looking for reasons …")
def attribution(
    digest: str,
    picture: str,
    method: str,
    target: int | None,
    layer: str | None,
    _classifier: "Classifier",
    _image: "Image.Image",
) -> "Attribution":
    """`analysis.attribute`, once for each network, picture and setting."""
    from resnet_viz import analysis

    return analysis.attribute(_classifier, _image, method=method, target=target, layer=layer)


@st.cache_data(max_entries=96, show_spinner=False)
def seen(
    digest: str, picture: str, _classifier: "Classifier", _image: "Image.Image"
) -> "Image.Image":
    """The pixels that a network is given of a picture, one for one."""
    return _classifier.picture(_classifier.preprocess(_image))


@st.cache_data(max_entries=256, show_spinner=False)
def part_seen(
    digest: str, picture: str, _classifier: "Classifier", _image: "Image.Image"
) -> tuple[int, int]:
    """Width and height of the part of a picture that the network is given, in its own pixels."""
    return _classifier.crop(_image).size


@st.cache_data(max_entries=96, show_spinner=False)
def seen_large(
    digest: str, picture: str, _classifier: "Classifier", _image: "Image.Image"
) -> bytes:
    """The same as a PNG file, every pixel a square."""
    from resnet_viz import charts

    return charts.png(charts.magnify(seen(digest, picture, _classifier, _image)))


@st.cache_data(max_entries=96, show_spinner=False)
def overlay(
    digest: str,
    picture: str,
    method: str,
    target: int,
    layer: str | None,
    opacity: float,
    _classifier: "Classifier",
    _image: "Image.Image",
    _found: "Attribution",
) -> bytes:
    """A map over the pixels that the network is given, as a PNG file, every pixel a square."""
    from resnet_viz import analysis, charts

    covered = charts.overlay(
        seen(digest, picture, _classifier, _image),
        _found.heatmap.numpy(),
        opacity=opacity,
        signed=analysis.METHODS[method].signed,
    )
    return charts.png(charts.magnify(covered))


@st.cache_data(max_entries=16, show_spinner=False)
def shortcut_outputs(
    digest: str, picture: str, block: str, _classifier: "Classifier", _image: "Image.Image"
) -> Any:
    """`analysis.shortcut_outputs` of one block."""
    from resnet_viz import analysis

    return analysis.shortcut_outputs(_classifier, _image, block)


@st.cache_data(max_entries=192, show_spinner=False)
def drawn(key: tuple[Any, ...], _draw: "Callable[[], Image.Image]") -> bytes:
    """A picture as a PNG file, drawn once for each key: encoding takes longer than computing it."""
    from resnet_viz import charts

    return charts.png(_draw())


@st.cache_resource(max_entries=16, show_spinner=False)
def photograph(name: str) -> "Image.Image":
    """One of the photographs that come with the libraries; shared, so nobody may change it."""
    from resnet_viz.data import PHOTOGRAPHS

    return PHOTOGRAPHS[name].load()


@st.cache_data(max_entries=32, show_spinner=False)
def thumbnail(picture: str, side: int, _image: "Image.Image") -> "Image.Image":
    """A whole picture, at most so many pixels a side."""
    small = _image.copy()
    small.thumbnail((side, side))
    return small


@st.cache_data(max_entries=16, show_spinner="Looking into the block …")
def block_maps(
    digest: str, picture: str, block: str, _classifier: "Classifier", _image: "Image.Image"
) -> "BlockMaps":
    """`analysis.block_maps` of one block."""
    from resnet_viz import analysis

    return analysis.block_maps(_classifier, _image, block)[block]


@st.cache_data(max_entries=256, show_spinner="Walking through the blocks …")
def blocks(
    digest: str, picture: str, _classifier: "Classifier", _image: "Image.Image"
) -> pd.DataFrame:
    """One row a block: block, share (of the shortcut in the sum), response; no maps are kept."""
    from resnet_viz import analysis

    walk = analysis.block_maps(_classifier, _image)
    return pd.DataFrame(
        {
            "block": list(walk),
            "share": [maps.shortcut_share for maps in walk.values()],
            "response": [maps.response for maps in walk.values()],
        }
    )


@st.cache_data(max_entries=64, show_spinner="Running the network …")
def feature_map(
    digest: str, picture: str, layer: str, _classifier: "Classifier", _image: "Image.Image"
) -> Any:
    """`analysis.feature_maps` of one layer as an array (K, h, w)."""
    from resnet_viz import analysis

    return analysis.feature_maps(_classifier, _image, [layer])[layer].numpy()


def gradient_norms(
    digest: str, data: str, batch: int, seed: int, classifier: "Classifier"
) -> pd.DataFrame:
    """`analysis.gradient_norms` on a batch drawn by seed from the training split of a data set.

    Raises:
        AnalysisError: if the network knows other classes than the data hold.
    """
    from resnet_viz.data import identity

    return _gradient_norms(digest, data, identity(data), batch, seed, classifier)


@st.cache_data(max_entries=64, show_spinner="Measuring gradients …")
def _gradient_norms(
    digest: str, data: str, identity: str, batch: int, seed: int, _classifier: "Classifier"
) -> pd.DataFrame:
    import torch

    from resnet_viz import analysis
    from resnet_viz.data.feed import Feed

    source = data_set(data)
    if source.classes != _classifier.classes:
        raise analysis.AnalysisError(
            f"{_classifier.architecture.title} knows other classes than {source.title} has; "
            "choose a network that was trained on data at hand."
        )
    feed = Feed(_classifier.mean, _classifier.std, _classifier.input_size)
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(source.train.labels), generator=generator)[:batch]
    images = feed(source.train.images[chosen])
    return analysis.gradient_norms(_classifier, images, source.train.labels[chosen])


def confusion(classifier: "Classifier", data: str, label: int | None = None) -> "Confusion":
    """`analysis.confusion` on the test split of a data set, or on its pictures of one class.

    Computed once for all visitors, behind a bar.
    """
    from resnet_viz import analysis
    from resnet_viz.data import identity

    kept = _confusion(classifier.digest, data, identity(data), label)
    if kept.found is not None:  # the data need not be read for it again
        return kept.found
    split = data_set(data).test
    split = split if label is None else _of_class(split, label)
    return kept.result(
        f"{classifier.architecture.title} looks at {len(split):,} test pictures …",
        lambda progress: analysis.confusion(classifier, split, progress=progress),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _confusion(digest: str, data: str, identity: str, label: int | None) -> "Place[Confusion]":
    return Place()


def pictures_taken_for(
    classifier: "Classifier", data: str, label: int, predicted: int
) -> NDArray[np.uint8]:
    """The test pictures of one class that a network takes for another: shape (N, H, W, 3)."""
    split = _of_class(data_set(data).test, label)
    taken = confusion(classifier, data, label).predicted == predicted
    return split.images[taken].permute(0, 2, 3, 1).numpy()


def _of_class(split: "Split", label: int) -> "Split":
    from resnet_viz.data import Split

    chosen = split.labels == label
    return Split(images=split.images[chosen], labels=split.labels[chosen])


def figure(chart: "Callable[..., go.Figure]", /, *data: Any, **look: Any) -> "go.Figure":
    """A chart, drawn once for the same data and look: Plotly takes longer than most pages compute.

    Shared between visitors, so nobody may change it.
    """
    return _figure(f"{chart.__module__}.{chart.__qualname__}", data, look, chart)


@st.cache_resource(max_entries=128, show_spinner=False)
def _figure(
    name: str, data: tuple[Any, ...], look: dict[str, Any], _chart: "Callable[..., go.Figure]"
) -> "go.Figure":
    return _chart(*data, **look)
