"""What a run begins with: its data, its network, and how the one is fed to the other."""

import copy
from dataclasses import dataclass
from pathlib import Path

import torch

from resnet_viz import data, models
from resnet_viz.data.feed import Feed
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import DataGone

THUMBNAIL = 64  # pixels: the size at which a folder's larger pictures are held unless told


@dataclass(frozen=True)
class Start:
    """Data, network and feed of a run; ``copy`` is the network's twin that is saved and shown."""

    config: RunConfig
    data: data.DataSet
    network: models.ResNet
    copy: models.ResNet
    feed: Feed

    def classifier(self, epochs: int, metrics: dict[str, float]) -> models.Classifier:
        """The network as it is now, on the CPU, with the card of a run of so many whole epochs."""
        self.copy.load_state_dict(self.network.state_dict())
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
            },
        )


def prepare(config: RunConfig) -> Start:
    """Read the data and make the network: random weights, or those of ``config.start``.

    Raises:
        DataError, CheckpointError: if the data or the checkpoint cannot be read.
        DataGone: if the checkpoint holds another architecture.
    """
    start = models.load(config.start) if config.start else None
    dataset = data_for(config.data, start.input_size if start else config.network.input_size)
    side = dataset.train.images.shape[-1]
    network = models.build(
        config.architecture, seed=config.seed, classes=len(dataset.classes), **config.options
    )
    if start:
        _copy_trunk(start.network, network)
        feed = Feed(start.mean, start.std, start.input_size)
    else:
        feed = Feed(dataset.mean, dataset.std, side)
    twin = copy.deepcopy(network).requires_grad_(False)
    network.to(memory_format=feed.memory_format)
    return Start(config, dataset, network, twin, feed)


def data_for(name: str, input_size: int) -> data.DataSet:
    """The data at their own size; a folder's pictures at the network's where they are larger.

    Small pictures are enlarged a batch at a time instead: whole sets would not fit into memory.

    Raises:
        DataError: if there is no such data, or they cannot be read.
    """
    dataset = data.load(name)
    if Path(name).is_dir() and dataset.train.images.shape[-1] == THUMBNAIL < input_size:
        return data.load(name, size=input_size)
    return dataset


def _copy_trunk(source: models.ResNet, target: models.ResNet) -> None:
    """Every weight of ``source`` but the last layer's, which belongs to other classes."""
    state = {n: t for n, t in source.state_dict().items() if not n.startswith("fc.")}
    wanted = {n: t for n, t in target.state_dict().items() if not n.startswith("fc.")}
    if {n: t.shape for n, t in state.items()} != {n: t.shape for n, t in wanted.items()}:
        raise DataGone(
            f"The checkpoint holds {source.architecture.title}, which does not fit "
            f"{target.architecture.title}: choose the architecture and options of the checkpoint."
        )
    with torch.no_grad():
        target.load_state_dict(state, strict=False)
