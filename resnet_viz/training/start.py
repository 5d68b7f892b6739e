"""What a run begins with: its data, its network, and how the one is fed to the other.

What it must find again when it goes on: its data, its start, its precision.
"""

import copy
import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from resnet_viz import data, models
from resnet_viz.data.feed import Feed
from resnet_viz.data.local_sets import THUMBNAIL
from resnet_viz.files import replacing
from resnet_viz.models.architecture import IMAGENET, Architecture
from resnet_viz.models.options import OPTIONS
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import DataGone
from resnet_viz.training.file_names import START

FACTS = "begun.json"


@dataclass(frozen=True)
class Start:
    """Data, network and feed of a run; ``copy`` is the network's twin that is saved and shown.

    ``source`` says which trained network it begins with; None where its weights are random.
    """

    config: RunConfig
    data: data.DataSet
    network: models.ResNet
    copy: models.ResNet
    feed: Feed
    source: dict[str, Any] | None

    def classifier(self, epochs: int, metrics: dict[str, float]) -> models.Classifier:
        """The network as it is now, on the CPU, with the card of a run of so many whole epochs."""
        self.copy.load_state_dict(self.network.state_dict())
        start = {"start": self.source} if self.source else {}
        return models.Classifier(
            network=self.copy,
            classes=self.data.classes,
            input_size=self.feed.size,
            mean=self.feed.mean,
            std=self.feed.std,
            card={
                "recipe": self.config.recipe,
                "seed": self.config.seed,
                "epochs": epochs,
                "data": self.data.name,
                "data_origin": self.data.origin,
                "metrics": dict(metrics),
                "config": self.config.to_dict(),
            }
            | start,
        )


def prepare(
    config: RunConfig,
    kept: Path | None = None,
    progress: Callable[[float], object] = lambda share: None,
) -> Start:
    """Read the data and make the network: random weights, or those of ``config.start``.

    Args:
        kept: the run's own copy of that checkpoint.
        progress: told now and then which share of the data is read; what it raises ends the work.

    Raises:
        DataError, CheckpointError: if the data or the checkpoint cannot be read.
        DataGone: if the checkpoint holds another architecture.
    """
    start = _start(config, kept)
    wanted = config.input_size or (start or config.network).input_size
    dataset = data_for(config.data, wanted, progress)
    network = models.build(
        config.architecture, seed=config.seed, classes=len(dataset.classes), **config.options
    )
    if start:
        _copy_trunk(start.network, network)
        feed = Feed(start.mean, start.std, wanted)
    else:
        feed = Feed(dataset.mean, dataset.std, dataset.train.images.shape[-1])
    twin = copy.deepcopy(network).requires_grad_(False)
    network.to(memory_format=feed.memory_format)
    return Start(config, dataset, network, twin, feed, _described(config, start))


def data_for(
    name: str, input_size: int, progress: Callable[[float], object] = lambda share: None
) -> data.DataSet:
    """The data at their own size; a folder's pictures at the network's where they are larger.

    Small pictures are enlarged a batch at a time instead: whole sets would not fit into memory.

    Raises:
        DataError: if there is no such data, or they cannot be read.
    """
    dataset = data.load(name, progress=progress)
    if name not in data.DATA_SETS and dataset.train.images.shape[-1] == THUMBNAIL < input_size:
        return data.load(name, size=input_size, progress=progress)
    return dataset


def _start(config: RunConfig, kept: Path | None) -> models.Classifier | None:
    """The trained network that a run begins with, if it does."""
    if config.start == IMAGENET:
        from resnet_viz.models.pretrained import pretrained  # imports torchvision

        return pretrained(config.architecture)
    return models.load(kept or config.start) if config.start else None


def _described(config: RunConfig, start: models.Classifier | None) -> dict[str, Any] | None:
    """What the card of a fine-tuned network says of the one that it began with."""
    if start is None or config.start is None:
        return None
    path = Path(config.start)
    file = path.parent.name if path.stem == "network" else path.stem  # a run's is in its folder
    known = {name: start.card[name] for name in ("data", "data_origin") if name in start.card}
    name = start.card.get("name", file)
    return {"name": name, "network": start.architecture.title, "digest": start.digest} | known


def check_trunk(held: Architecture, wanted: Architecture) -> None:
    """Refuse to begin with the weights of a network of another form.

    Raises:
        DataGone: naming the first difference.
    """
    if held.title != wanted.title:
        raise DataGone(
            f"The checkpoint holds {held.title}, but the run trains {wanted.title}: choose the "
            "architecture of the checkpoint."
        )
    for name, option in OPTIONS.items():
        if option.trunk and getattr(held, name) != getattr(wanted, name):
            raise DataGone(
                f"The checkpoint's {held.title} has {name} {getattr(held, name)}, but the run's "
                f"has {name} {getattr(wanted, name)}: choose the options of the checkpoint."
            )


def _copy_trunk(source: models.ResNet, target: models.ResNet) -> None:
    """Every weight of ``source`` but the last layer's, which belongs to other classes."""
    check_trunk(source.architecture, target.architecture)
    state = {n: t for n, t in source.state_dict().items() if not n.startswith("fc.")}
    with torch.no_grad():
        target.load_state_dict(state, strict=False)


def kept_start(config: RunConfig, folder: Path) -> Path | None:
    """The run's own copy of the checkpoint that it starts from, made at its first attempt.

    None where it starts from no file. A run that goes on needs what was there when it began, and
    the checkpoint of a run under way changes.
    """
    kept = folder / START
    if kept.is_file():
        return kept
    source = Path(config.start).expanduser() if config.start else None
    if source is None or not source.is_file():
        return None
    with replacing(kept) as beside:
        shutil.copyfile(source, beside)
    return kept


def compare(folder: Path, dataset: data.DataSet, precision: str, *, goes_on: bool) -> str:
    """Keep what a run begins with; the precision that it began with.

    Args:
        goes_on: whether there is a saved state, which belongs to the data of the first attempt.

    Raises:
        DataGone: if a run that goes on finds other data than it began with.
    """
    facts = {"precision": precision, **_facts(dataset)}
    path = folder / FACTS
    if goes_on and path.is_file():
        before = json.loads(path.read_text())
        if {**before, "precision": precision} != facts:
            raise DataGone(
                f"The data have changed since the run began ({before['images']:,} images of "
                f"{len(before['classes'])} classes then, {facts['images']:,} of "
                f"{len(facts['classes'])} now): bring them back as they were, or start a new run."
            )
        return str(before["precision"])
    with replacing(path) as beside:
        beside.write_text(json.dumps(facts))
    return precision


def _facts(dataset: data.DataSet) -> dict[str, Any]:
    digest = hashlib.sha256()
    for split in (dataset.train, dataset.test):
        for tensor in (split.images, split.labels):
            digest.update(str(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().data)
    return {
        "images": len(dataset.train),
        "classes": list(dataset.classes),
        "pixels": digest.hexdigest(),
    }
