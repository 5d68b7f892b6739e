"""Networks, data sets and photographs that are open for all visitors, up to so many bytes."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.ui.results.byte_budget import ByteBudget
from resnet_viz.ui.results.long_work import Place

if TYPE_CHECKING:
    from PIL import Image

    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier

NETWORKS = ByteBudget(1_000_000_000)
DATA_SETS = ByteBudget(2_000_000_000)


def classifier(path: Path) -> "Classifier":
    """The network in a checkpoint; a file that changed is read again."""
    stat = path.stat()
    arguments = (str(path), stat.st_mtime_ns, stat.st_size)
    found = _classifier(*arguments)
    NETWORKS.used(_classifier.clear, arguments, lambda: found.nbytes)
    return found


def at_initialisation(path: Path) -> "Classifier":
    """The network in a checkpoint with the random weights that its seed gave it."""
    stat = path.stat()
    arguments = (str(path), stat.st_mtime_ns, stat.st_size)
    found = _at_initialisation(*arguments)
    NETWORKS.used(_at_initialisation.clear, arguments, lambda: found.nbytes)
    return found


@st.cache_resource(show_spinner="Building the network …")
def _at_initialisation(path: str, modified: int, size: int) -> "Classifier":
    from resnet_viz import models
    from resnet_viz.models.seeding import seeded

    trained = _classifier(path, modified, size)
    with seeded(trained.card["seed"]):
        network = models.ResNet(trained.architecture)
    known = ("config", "data", "data_origin", "recipe", "seed")
    card = {name: trained.card[name] for name in known if name in trained.card} | {"epochs": 0}
    return replace(trained, network=network, card=card, lock=threading.RLock())


@st.cache_resource(show_spinner="Opening the network …")
def _classifier(path: str, modified: int, size: int) -> "Classifier":
    from resnet_viz import models

    return models.load(path)


def fresh_classifier(name: str, options: str, seed: int) -> "Classifier":
    """A network with random weights; a CIFAR stem is set up for the digits, others for ImageNet.

    Args:
        options: the architecture's options as JSON.
    """
    found = _fresh_classifier(name, options, seed)
    NETWORKS.used(_fresh_classifier.clear, (name, options, seed), lambda: found.nbytes)
    return found


@st.cache_resource(show_spinner="Building the network …")
def _fresh_classifier(name: str, options: str, seed: int) -> "Classifier":
    from resnet_viz import data, models
    from resnet_viz.data import registry
    from resnet_viz.models import foreign
    from resnet_viz.models.choices import STEMS

    values = json.loads(options)
    network = models.build(name, seed=seed, **values)
    card = {"recipe": "none: random weights", "seed": seed, "epochs": 0}
    if network.architecture.stem == "cifar":
        usual = data.load(registry.USUAL)
        return models.Classifier(
            network=network,
            classes=usual.classes,
            input_size=usual.train.images.shape[-1],
            mean=usual.mean,
            std=usual.std,
            card=card | {"data": usual.name},
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

    arguments = (name, data.identity(name))
    found = _data_set(*arguments)
    splits = (found.train, found.test)
    DATA_SETS.used(_data_set.clear, arguments, lambda: sum(s.images.nbytes for s in splits))
    return found


@st.cache_resource(show_spinner="Reading the data …")
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

    Read once for all visitors, behind a bar.

    Raises:
        DataError: if it cannot be read; that is found out once, too.
    """
    from resnet_viz import data

    kept = _facts(name, data.identity(name))
    found = kept.result("Reading the pictures …", lambda progress: _read(name, progress))
    if isinstance(found, str):
        raise data.DataError(found)
    return found


def is_read(name: str) -> bool:
    """Whether `facts` are known, so that nobody waits for them."""
    from resnet_viz import data

    return _facts(name, data.identity(name)).found is not None


@st.cache_resource(max_entries=64, show_spinner=False)
def _facts(name: str, identity: str) -> "Place[Facts | str]":
    return Place()


def _read(name: str, progress: Callable[[float], None]) -> Facts | str:
    from resnet_viz import data

    try:
        found = data.load(name, progress=progress)
    except data.DataError as error:
        return str(error)
    side = found.train.images.shape[-1]
    return Facts(found.classes, len(found.train), len(found.test), side, found.notes)


@st.cache_resource(max_entries=16, show_spinner=False)
def photograph(name: str) -> "Image.Image":
    """One of the photographs that come with the libraries; shared, so nobody may change it."""
    from resnet_viz.data import PHOTOGRAPHS

    return PHOTOGRAPHS[name].load()
