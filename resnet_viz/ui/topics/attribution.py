"""The page Attribution: what is asked of both networks, and what they answer of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from resnet_viz import charts
from resnet_viz.errors import UserError
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting import knowledge
from resnet_viz.reporting.attribution import Judged
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings, map_series
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.topics import learning

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

    from resnet_viz.analysis import Attribution
    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.models import Classifier

# In links the first is called as it was when it stood for the true class, else each one's own.
BOTH, PREDICTED, OTHER = "true, else predicted", "predicted", "the other's"
TARGETS = {BOTH: "one for both", PREDICTED: "each one's own answer", OTHER: "the other's answer"}
NOTHING, AUTOMATIC = "none", "automatic"
PALE = 0.35  # of the opacity, for a map whose amounts are not to be trusted


@dataclass(frozen=True)
class Asked:
    """What is asked of both networks.

    Attributes:
        target: the class to explain, or one of the ways to find it.
        rather_than: the class that it is compared with, one of these ways, or nothing.
        layer: its name, or ``automatic``.
    """

    target: str
    rather_than: str
    layer: str


@dataclass(frozen=True)
class Look:
    """How maps are drawn.

    Attributes:
        drawn: one of `charts.LOOKS`.
        opacity: of a map over the picture, in per cent.
        strongest: what a mask leaves of the picture, in per cent.
        shared: whether the two networks have one scale.
    """

    drawn: str
    opacity: float
    strongest: float
    shared: bool

    @property
    def strength(self) -> str:
        """What the strongest colour stands for."""
        return "strongest in both maps" if self.shared else "strongest in each map"


@dataclass(frozen=True, eq=False)
class Answer:
    """What one network answers of one picture.

    Attributes:
        explained: the class that its map is for, and what it is compared with; empty for a method
            that asks for none.
        described: map, network, class and picture in words.
        note: why it is not for the class that was asked for; empty if it is.
        probabilities: a row a class: ``class`` and ``probability``.
        judged: what it takes the picture for, and whether that is right.
    """

    side: Side
    classifier: "Classifier"
    sample: Sample
    found: "Attribution"
    explained: str
    described: str
    note: str
    probabilities: pd.DataFrame
    judged: Judged

    @property
    def known_by(self) -> tuple[object, ...]:
        """What tells its map from all others."""
        found = self.found
        asked = (found.method, found.target, found.rather_than, found.layer)
        return (self.classifier.digest, self.sample.key, *asked)

    @property
    def rows(self) -> pd.DataFrame:
        """The probability of each class, and of what."""
        return self.probabilities.assign(
            picture=self.sample.name,
            network=self.side.label,
            explained=self.explained,
            layer=self.found.layer,
        )

    @property
    def figure(self) -> "go.Figure":
        """The most likely classes."""
        return drawings.figure(
            charts.predictions,
            self.probabilities,
            residual=self.side.architecture.is_residual,
            target=self.classifier.classes[self.found.target],
        )


def agreement(one: Answer, other: Answer) -> float:
    """The rank correlation of two maps; NaN where they cannot be compared."""
    return map_series.agreement((one.known_by, other.known_by), one.found, other.found)


@dataclass(eq=False)
class Shown:
    """What stands on the page.

    Attributes:
        sample: the picture that is looked at, of several the one that is opened.
        answers: all maps, which may become more; the opened picture's first.
        look: how they are drawn.
        figures, pictures, tables: by what their files are called.
    """

    sample: Sample
    look: Look
    answers: list[Answer] = field(default_factory=list)
    figures: "dict[str, go.Figure]" = field(default_factory=dict)
    pictures: "dict[str, Image.Image | bytes]" = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def tested(self) -> "dict[str, Attribution]":
        """The map of each side that can be put to the test: of the first method the deepest."""
        of_sample = [one for one in self.answers if one.sample is self.sample]
        return {
            one.side.key: one.found
            for one in of_sample
            if one.found.method == of_sample[0].found.method
        }

    def drawn(self, answer: Answer) -> bytes | None:
        """A map as it is seen; None where it is blank."""
        if not self.look.shared:
            return drawn(answer, self.look)
        known = (answer.sample.key, answer.found.method)
        beside = [one for one in self.answers if (one.sample.key, one.found.method) == known]
        return drawn(answer, self.look, beside)


def shared_class(sides: Sequence[Side], sample: Sample) -> str:
    """The class that both maps are for: the true one, else the right network's answer.

    As far as both know it; else what each one finds by itself.
    """
    known = [side.classifier.classes for side in sides]
    best = sample.label
    if best is None or any(best not in classes for classes in known):
        best = _best(sides[-1], sample)
    return best if all(best in classes for classes in known) else PREDICTED


def target_of(
    side: Side, sides: Sequence[Side], sample: Sample, asked: Asked
) -> "tuple[Target, str]":
    """What a network is asked for, as `analysis.attribute` takes it.

    Returns:
        With it a sentence on what cannot be asked of this network; empty where all can.

    Raises:
        AnalysisError: if the class follows from what a network says, and that is not finite.
    """
    classes = side.classifier.classes
    other = next(one for one in sides if one.key != side.key)
    target, notes = asked.target, []
    if target == BOTH:
        target = shared_class(sides, sample)
    if target == OTHER:
        target = _best(other, sample)
        if target not in classes:
            notes.append(reported.no_such_class(side.label, target))
    number = classes.index(target) if target in classes else None
    if (rather := asked.rather_than) == NOTHING:
        return number, " ".join(notes)
    if rather == OTHER:
        rather = _best(other, sample)
    if rather not in classes:
        notes.append(reported.no_such_class(side.label, rather))
        return number, " ".join(dict.fromkeys(notes))
    number = classes.index(_best(side, sample)) if number is None else number
    if classes[number] == rather:
        notes.append(reported.rather_than_itself(side.label, rather))
        return number, " ".join(notes)
    return (number, classes.index(rather)), " ".join(notes)


def answer(side: Side, sides: Sequence[Side], sample: Sample, method: str, asked: Asked) -> Answer:
    """One network's map of a picture, and what it takes the picture for.

    Raises:
        AnalysisError: as `analysis.attribute`.
    """
    target, note = target_of(side, sides, sample, asked)
    layer, missing = _layer_of(side, method, asked.layer)
    found = analyses.attribution(side.classifier, sample, method, target, layer)
    return answered(side, sample, found, " ".join(filter(None, (note, missing))))


def is_known(side: Side, sides: Sequence[Side], sample: Sample, method: str, asked: Asked) -> bool:
    """Whether nobody waits for `answer`, or for the sentence that there is in its place."""
    try:
        target, _ = target_of(side, sides, sample, asked)
    except UserError:
        return True
    layer, _ = _layer_of(side, method, asked.layer)
    return analyses.is_attributed(side.classifier, sample, method, target, layer)


def asked_while_learning(
    sides: Sequence[Side], sample: Sample, asked: Asked
) -> dict[str, learning.Asked]:
    """The same question for the networks on the way: the class alone, of what can be asked now."""
    found = {}
    for side in sides:
        try:
            target, _ = target_of(side, sides, sample, asked)
        except UserError:  # which is said where the network's map would stand
            target = None
        layer = None if asked.layer == AUTOMATIC else asked.layer
        number = target[0] if isinstance(target, tuple) else target
        found[side.key] = learning.Asked(number, layer)
    return found


def answered(side: Side, sample: Sample, found: "Attribution", note: str = "") -> Answer:
    """The same of a map that is there."""
    from resnet_viz.analysis import METHODS

    row, classifier = METHODS[found.method], side.classifier
    classes = classifier.classes
    name = classes[found.target]
    if found.rather_than is not None:
        name = f"{name} rather than {classes[found.rather_than]}"
    probabilities = pd.DataFrame({"class": classes, "probability": found.probabilities.numpy()})
    return Answer(
        side,
        classifier,
        sample,
        found,
        explained=name if row.asks_class else "",
        described=f"{row.title} of {side.label} for {name} on {sample.name}",
        note=note,
        probabilities=probabilities,
        judged=reported.judged(side.label, probabilities, sample.label),
    )


def drawn(given: Answer, look: Look, beside: Sequence[Answer] = ()) -> bytes | None:
    """A map as a PNG file; None where there is nothing to draw.

    Args:
        beside: the maps that a shared scale is for, this one too.
    """
    found = given.found
    if found.blank:
        return None
    most = None
    if look.shared and look.drawn != charts.MASKED:
        most = max((float(one.found.heatmap.abs().max()) for one in beside), default=0.0) or None
    return analyses.overlay(
        given.classifier,
        given.sample,
        found,
        look.opacity / 100 * (PALE if found.inexact else 1),
        look.drawn,
        look.strongest / 100,
        most,
    )


def limits(sides: Sequence[Side]) -> str:
    """Why networks as these err, from their cards."""
    return reported.limits(
        (side.label, side.classifier.input_size, *knowledge.schooled(side.classifier))
        for side in sides
    )


def _best(side: Side, sample: Sample) -> str:
    return str(analyses.prediction(side.classifier, sample)["class"].iloc[0])


def _layer_of(side: Side, method: str, layer: str) -> tuple[str | None, str]:
    """The layer that is asked for, and a sentence where the network does not have it."""
    from resnet_viz.analysis import METHODS, default_layer, layers

    if layer == AUTOMATIC or not METHODS[method].needs_layer:
        return None, ""
    if layer not in set(layers(side.classifier)["layer"]):
        return None, reported.no_such_layer(side.label, layer, default_layer(side.classifier))
    return layer, ""
