"""What an import assumed, checked on labelled pictures: how often each way to use it is right."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import sqrt

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from resnet_viz.analysis.assumed_ways import ZEROS, Way, assumed_of, ways_to_use
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.data import DataSet, Split
from resnet_viz.data.feed import Feed, evaluation_batches
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.checkpoint import fill, hollow
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.layouts import FIRST_LAYER
from resnet_viz.models.resnet import ResNet
from resnet_viz.models.told import (
    CLASS_NAMES,
    INPUT_SIZE,
    NORMALISATION,
    RED_FIRST,
    SHORTCUTS_THERE,
)

MOST_PICTURES, LEAST_PICTURES = 400, 100
MOST_MULTIPLY_ADDS = 3e12  # of all passes, which takes a minute on a few cores
BATCH_SIZE = 50
MOSTLY = 50.0  # per cent right, below which a network is wrong more often
SURE = 3.0  # standard deviations, beyond which chance is no explanation
CARD = "checked"


@dataclass(frozen=True, eq=False)
class Alternative:
    """A way to use a network's tensors, and on which pictures its answers are right.

    Attributes:
        differs: by what it differs from how the network was imported, in clauses.
        classes: the names of its answers, in their order.
        right: bool of shape (N,).
    """

    differs: tuple[str, ...]
    classes: tuple[str, ...]
    right: NDArray[np.bool_]
    way: Way = field(repr=False)

    @property
    def accuracy(self) -> float:
        """Per cent."""
        return 100 * float(self.right.mean())

    def is_clearly_better(self, other: "Alternative") -> bool:
        """Whether pictures that one alone names rightly are too many for chance (McNemar 1947)."""
        gained = int((self.right & ~other.right).sum())
        lost = int((other.right & ~self.right).sum())
        return gained - lost > SURE * sqrt(gained + lost)


@dataclass(frozen=True, eq=False)
class AssumptionCheck:
    """What came of it.

    Attributes:
        data: the title of the data.
        alternatives: as imported first, then those that were tried.
    """

    data: str
    alternatives: tuple[Alternative, ...]

    @property
    def images(self) -> int:
        """How many pictures were looked at."""
        return len(self.imported.right)

    @property
    def imported(self) -> Alternative:
        """With the assumptions as they are."""
        return self.alternatives[0]

    @property
    def best(self) -> Alternative:
        """The one that is right most often; as imported, unless another is clearly better."""
        found = max(self.alternatives, key=lambda one: one.accuracy)
        return found if found.is_clearly_better(self.imported) else self.imported

    @property
    def guessing(self) -> float:
        """The accuracy that guessing has, per cent."""
        return 100 / len(self.imported.classes)

    def is_near_guessing(self, one: Alternative) -> bool:
        """Whether chance explains its accuracy."""
        share = self.guessing / 100
        return one.accuracy / 100 <= share + SURE * sqrt(share * (1 - share) / self.images)

    def is_mostly_wrong(self, one: Alternative) -> bool:
        """Whether it is wrong more often than right, so that its assumptions are still doubtful."""
        return one.accuracy < MOSTLY

    def take(self, known: Classifier, one: Alternative) -> Classifier:
        """The network used in that way; its card says on what that was found, instead of assumed.

        What the pictures tell nothing of stays assumed.

        Args:
            known: the network that was checked.
        """
        card = dict(known.card)
        varied = {NORMALISATION, RED_FIRST, INPUT_SIZE, SHORTCUTS_THERE, CLASS_NAMES, *ZEROS}
        card["assumed"] = [what for what in assumed_of(known) if what not in varied]
        card[CARD] = {
            "data": self.data,
            "images": self.images,
            "accuracy": one.accuracy,
            "differs": list(one.differs),
        }
        state = dict(known.network.state_dict())
        if one.way.turned:
            state[FIRST_LAYER] = state[FIRST_LAYER].flip(1)
        return replace(
            known,
            network=_network(one.way.architecture, state),
            classes=one.classes,
            input_size=one.way.size,
            mean=one.way.mean,
            std=one.way.std,
            card=card,
        )


def check_assumptions(
    classifier: Classifier,
    data: DataSet,
    *,
    pictures: int = MOST_PICTURES,
    seed: int = 0,
    progress: Callable[[float], object] = lambda share: None,
) -> AssumptionCheck:
    """How often an imported network is right, and how often with other assumptions.

    Varied is what its card has as ``assumed``: the normalisation, the size of the pictures, whether
    there are shortcuts and where they pad with zeros, each with each; the order of the colours, of
    the best of these; and the order of the classes, which is matched to the labels on one half of
    the pictures and counted on the other, both ways round. Only the place of the stride in a
    bottleneck is not, for there is but one here.

    Args:
        data: of as many classes as the network has answers.
        pictures: of the test split, drawn by ``seed``; of a network that takes long, fewer.
        progress: told the share that is done, 0 … 1; what it raises ends the work.

    Raises:
        AnalysisError: if the data are of other classes or channels.
    """
    _check(classifier, data)
    ways = list(ways_to_use(classifier, data))
    colours = RED_FIRST in assumed_of(classifier)
    cost = sum(way.architecture.multiply_adds(way.size) for way in ways)
    affordable = max(LEAST_PICTURES, int(MOST_MULTIPLY_ADDS / cost))
    split = _some(data.test, min(pictures, affordable), seed)
    passes, done = len(ways) + colours, 0

    def tried(way: Way) -> list[Alternative]:
        nonlocal done
        found = _answers(classifier, way, split, lambda share: progress((done + share) / passes))
        done += 1
        return list(_named(classifier, data, way, found, split.labels.numpy()))

    alternatives = [one for way in ways for one in tried(way)]
    if colours:
        best = max(alternatives, key=lambda one: one.accuracy).way
        alternatives += tried(
            replace(best, turned=True, clauses=(*best.clauses, "blue as the first channel"))
        )
    return AssumptionCheck(data.title, tuple(alternatives))


def _check(classifier: Classifier, data: DataSet) -> None:
    title, number = classifier.architecture.title, len(classifier.classes)
    if number != len(data.classes):
        raise AnalysisError(
            f"{title} tells {number:,} classes apart, but {data.title} has "
            f"{len(data.classes):,}: choose the data that it was trained on."
        )
    told = CLASS_NAMES not in assumed_of(classifier)
    if told and set(classifier.classes) != set(data.classes):
        raise AnalysisError(
            f"{title} knows other classes than {data.title} holds: choose the data that it was "
            "trained on."
        )
    if classifier.architecture.channels != data.test.images.shape[1]:
        raise AnalysisError(
            f"{title} takes pictures of {classifier.architecture.channels} channels, but these "
            f"have {data.test.images.shape[1]}: choose other data."
        )


def _some(split: Split, number: int, seed: int) -> Split:
    chosen = np.random.default_rng(seed).permutation(len(split))[:number]
    return Split(images=split.images[chosen], labels=split.labels[chosen])


def _network(architecture: Architecture, state: dict[str, Tensor]) -> ResNet:
    network = hollow(architecture)
    fill(network, state)
    return network.eval()


def _answers(
    classifier: Classifier, way: Way, split: Split, progress: Callable[[float], object]
) -> NDArray[np.int64]:
    """The index of the answer to each picture."""
    network = _network(way.architecture, classifier.network.state_dict())
    feed = Feed(way.mean, way.std, way.size)
    found: list[Tensor] = []
    for inputs, _ in evaluation_batches(split, feed, BATCH_SIZE):
        with torch.no_grad():
            logits = network(inputs.flip(1) if way.turned else inputs)  # (N, classes)
        found.append(logits.argmax(dim=1))
        progress(sum(map(len, found)) / len(split))
    return torch.cat(found).numpy()


def _named(
    classifier: Classifier,
    data: DataSet,
    way: Way,
    answers: NDArray[np.int64],
    labels: NDArray[np.int64],
) -> Iterator[Alternative]:
    """Answers with the names that they have, and where these are assumed with others.

    Where the names are not those of the data, the data's in their order are what is assumed.
    """
    own, theirs = classifier.classes, data.classes
    names = own if set(own) == set(theirs) else theirs
    yield _of(way, (), names, theirs, answers, labels)
    if CLASS_NAMES not in assumed_of(classifier):
        return
    if names != theirs:
        yield _of(way, (f"the classes as {data.title} has them",), theirs, theirs, answers, labels)
    matched = _matched(answers, labels, len(theirs))  # answer -> label
    found = tuple(theirs[label] for label in matched)
    if found in (names, theirs):
        return
    order = np.random.default_rng(0).permutation(len(labels))
    right = np.zeros(len(labels), dtype=bool)
    for held, used in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        right[held] = (
            _matched(answers[used], labels[used], len(theirs))[answers[held]] == labels[held]
        )
    clauses = (*way.clauses, "the classes in another order, matched to the pictures")
    yield Alternative(clauses, found, right, way)


def _of(
    way: Way,
    clauses: tuple[str, ...],
    names: tuple[str, ...],
    theirs: tuple[str, ...],
    answers: NDArray[np.int64],
    labels: NDArray[np.int64],
) -> Alternative:
    place = {name: index for index, name in enumerate(theirs)}
    named = np.array([place[name] for name in names])  # answer -> label
    return Alternative((*way.clauses, *clauses), names, named[answers] == labels, way)


def _matched(
    answers: NDArray[np.int64], labels: NDArray[np.int64], number: int
) -> NDArray[np.int64]:
    """The label that each answer means, so that most pictures are right (Kuhn 1955)."""
    from scipy.optimize import linear_sum_assignment

    counts = np.bincount(number * answers + labels, minlength=number**2).reshape(number, number)
    return linear_sum_assignment(counts, maximize=True)[1]
