"""Loss and accuracy of a network on a test split."""

from collections.abc import Iterable

import lightning.pytorch as pl
import torch
from torch import Tensor, nn
from torch.nn import functional

from resnet_viz.data import DataSet, Split
from resnet_viz.data.feed import Feed, evaluation_batches, on_device
from resnet_viz.models import Classifier

BATCH_FACTOR = 4  # no graph is kept, so more images fit than in training


class TestSplit:
    """A run's test split on the device, as the callback that measures wants it."""

    def __init__(self, split: Split, feed: Feed, batch_size: int) -> None:
        self.split, self.feed, self.batch_size = split, feed, batch_size * BATCH_FACTOR

    def __call__(self, trainer: pl.Trainer, module: pl.LightningModule) -> list[float]:
        """This process's share: number of images, summed loss, right answers."""
        self.split = on_device(self.split, module.device)
        network = module.get_submodule("network")
        if trainer.world_size > 1:
            for buffer in network.buffers():  # the moving averages that are saved
                torch.distributed.broadcast(buffer, 0)
        batches = evaluation_batches(
            self.split,
            self.feed,
            self.batch_size,
            rank=trainer.global_rank,
            processes=trainer.world_size,
        )
        with trainer.precision_plugin.forward_context():
            return totals(network, batches)


def evaluate(
    classifier: Classifier, data: DataSet, *, batch_size: int = 256
) -> tuple[float, float]:
    """Mean cross-entropy and accuracy (per cent) on the test split, where the network lies.

    Raises:
        ValueError: if the network's classes are not those of the data.
    """
    if classifier.classes != data.classes:
        raise ValueError(
            f"The checkpoint knows the classes {_some(classifier.classes)}, but the data hold "
            f"{_some(data.classes)}: choose the data that it was trained on."
        )
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    split = on_device(data.test, next(classifier.network.parameters()).device)
    with classifier.lock:
        images, loss, correct = totals(
            classifier.network, evaluation_batches(split, feed, batch_size)
        )
    return loss / images, 100 * correct / images


def totals(network: nn.Module, batches: Iterable[tuple[Tensor, Tensor]]) -> list[float]:
    """Number of images, summed cross-entropy and right answers of a network in evaluation mode."""
    images, losses, correct = 0, [], []
    modes = {module: module.training for module in network.modules()}  # a frozen trunk's differ
    network.eval()
    try:
        with torch.no_grad():
            for inputs, labels in batches:
                logits = network(inputs)  # (N, classes)
                images += len(labels)
                losses.append(functional.cross_entropy(logits, labels, reduction="sum"))
                correct.append((logits.argmax(1) == labels).sum())
    finally:
        for module, training in modes.items():
            module.training = training
    if not images:
        return [0.0, 0.0, 0.0]
    return [images, sum(torch.stack(losses).tolist()), sum(torch.stack(correct).tolist())]


def _some(classes: tuple[str, ...]) -> str:
    return ", ".join(classes[:3]) + (", …" if len(classes) > 3 else "")
