"""Confusion: which classes a network takes for which."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from resnet_viz.analysis.access import inspecting
from resnet_viz.analysis.checked import check_scores
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed, evaluation_batches, on_device
from resnet_viz.models.classifier import Classifier

BATCH_SIZE = 256  # that of `training.evaluate`, so that both compute the same logits
MOST_CLASSES = 2_000  # the table has their square
CARD = "confusion"


@dataclass(frozen=True, eq=False)
class Confusion:
    """What a network took the pictures of a split for.

    Attributes:
        counts: pictures; a row for each true class, a column for each predicted one.
        predicted: the index of the class that each picture was taken for, in the split's order;
            None where only the counts are known.
    """

    counts: pd.DataFrame
    predicted: NDArray[np.int64] | None = None

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of rows and columns."""
        return tuple(self.counts.index)

    @property
    def accuracy(self) -> float:
        """Per cent of all pictures that were taken for what they are."""
        values = self.counts.to_numpy()
        return 100 * float(values.trace() / values.sum())

    def per_class(self) -> pd.DataFrame:
        """One row a class: class, images, right, accuracy (per cent; NaN without images)."""
        values = self.counts.to_numpy()
        images, right = values.sum(axis=1), values.diagonal()
        frame = pd.DataFrame({"class": self.classes, "images": images, "right": right})
        return frame.assign(accuracy=100 * right / frame["images"].where(images > 0))

    def worst_pairs(self, most: int = 5) -> pd.DataFrame:
        """The pairs of classes that are mistaken most, by share of the true class.

        Returns:
            One row a pair that occurs: true, predicted, images, share (per cent of the true
            class's images).
        """
        values = self.counts.to_numpy()
        images = values.sum(axis=1, keepdims=True)  # (classes, 1)
        shares = 100 * values / np.maximum(images, 1)
        np.fill_diagonal(shares, 0)
        best = np.argsort(-shares, axis=None, kind="stable")[:most]
        true, predicted = np.unravel_index(best, shares.shape)
        frame = pd.DataFrame(
            {
                "true": np.array(self.classes, dtype=object)[true],
                "predicted": np.array(self.classes, dtype=object)[predicted],
                "images": values[true, predicted],
                "share": shares[true, predicted],
            }
        )
        return frame[frame["share"] > 0].reset_index(drop=True)

    def rows(self) -> list[list[int]]:
        """The counts as `recorded_confusion` reads them from a card."""
        return self.counts.to_numpy().tolist()


def confusion(
    classifier: Classifier,
    split: Split,
    *,
    batch_size: int = BATCH_SIZE,
    progress: Callable[[float], object] | None = None,
) -> Confusion:
    """What a network takes each picture of a split for.

    Pictures reach the network as in `training.evaluate`, which gives the same accuracy. The
    network is locked for a batch at a time, so that others who share it wait no longer than that.

    Args:
        split: images, uint8 of shape (N, 3, H, W), and labels, of any size that can be resized.
        progress: told the share that is done, 0 … 1, after each batch; what it raises ends the
            pass.

    Raises:
        AnalysisError: if there are no images, a label is not one of the network's classes, these
            are too many for a table, or the scores are not finite.
    """
    _check(classifier, split)
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    there = on_device(split, classifier.network.conv1.weight.device)
    found = []
    for inputs, _ in evaluation_batches(there, feed, batch_size):
        with inspecting(classifier) as network, torch.no_grad():
            logits = network(inputs)  # (N, classes)
            check_scores(network, inputs, logits)
        found.append(logits.argmax(dim=1).cpu())
        if progress is not None:
            progress(sum(map(len, found)) / len(split))
    predicted = torch.cat(found).numpy()
    number = len(classifier.classes)
    cells = number * split.labels.cpu().numpy() + predicted
    counts = np.bincount(cells, minlength=number**2).reshape(number, number)
    return Confusion(_frame(classifier.classes, counts), predicted)


def recorded_confusion(classifier: Classifier) -> Confusion | None:
    """The counts on the test split that a checkpoint's card keeps.

    ``card["confusion"]`` is a list of lists of whole numbers, a list for each true class and in it
    a number of images for each predicted one, both in the order of ``classifier.classes``: what
    `Confusion.rows` gives. None where there is no such table.
    """
    try:
        counts = np.array(classifier.card[CARD])
    except (KeyError, ValueError):  # there is none, or its rows differ in length
        return None
    number = len(classifier.classes)
    whole = counts.shape == (number, number) and np.issubdtype(counts.dtype, np.integer)
    if not whole or counts.min() < 0 or not counts.sum():
        return None
    return Confusion(_frame(classifier.classes, counts))


def _frame(classes: tuple[str, ...], counts: NDArray[np.integer]) -> pd.DataFrame:
    return pd.DataFrame(
        counts,
        index=pd.Index(classes, name="true"),
        columns=pd.Index(classes, name="predicted"),
    )


def _check(classifier: Classifier, split: Split) -> None:
    architecture = classifier.architecture
    if not len(split):
        raise AnalysisError("There is no picture to look at; choose data with a test split.")
    if architecture.channels != split.images.shape[1]:
        raise AnalysisError(
            f"{architecture.title} takes pictures of {architecture.channels} channels, but these "
            f"have {split.images.shape[1]}; choose other data."
        )
    if architecture.classes > MOST_CLASSES:
        raise AnalysisError(
            f"A table of {architecture.classes:,} classes is too large to be looked at; choose a "
            f"network with at most {MOST_CLASSES:,}."
        )
    wrong = split.labels[(split.labels < 0) | (split.labels >= architecture.classes)]
    if len(wrong):
        raise AnalysisError(
            f"Label {wrong[0].item()} is not one of the classes 0 to {architecture.classes - 1}; "
            "choose data with the classes that the network knows."
        )
