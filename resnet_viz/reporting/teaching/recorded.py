"""Exercises whose answers are recorded results: none is asked where its runs are not at hand."""

from collections.abc import Callable

import pandas as pd

from resnet_viz.analysis.experiments.spurious_cue import AS_TRAINED, NOWHERE
from resnet_viz.data.shapes import CLASSES, TAGGED
from resnet_viz.frames import convolutions
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.numbers import number
from resnet_viz.reporting import findings, run_labels, spurious_cue, vanishing
from resnet_viz.reporting.findings import Network
from resnet_viz.reporting.teaching.exercise import Exercise
from resnet_viz.reporting.teaching.facts import PHOTOGRAPHS, Facts

RIGHT, LEFT = "resnet56", "plain56"
CAM = (("resnet56", 32), ("resnet34", 224))  # networks with pixels a side of their pictures
VERDICT = {
    "grows": "No: its gradient grows toward the first layers, so none of it vanishes.",
    "stays about level": "No: its gradient stays about level, so none of it vanishes.",
    "shrinks": "It may: its gradient shrinks toward the first layers.",
}


def exercises(facts: Facts) -> list[Exercise]:
    """Those whose results are at hand, in the order of the pages."""
    makers: tuple[Callable[[Facts], Exercise | None], ...] = (
        gradients,
        degradation,
        identity,
        cue,
        cam,
    )
    return [made for make in makers if (made := make(facts)) is not None]


def gradients(facts: Facts) -> Exercise | None:
    """How the first convolution's gradient stands to the last one's before training."""
    names = [ARCHITECTURES[name].title for name in (LEFT, RIGHT)]
    if facts.norms.empty or not set(names) <= set(facts.norms["label"]):
        return None
    rows, ratios = [], {}
    for name in names:
        line = facts.norms[facts.norms["label"] == name]
        inner = convolutions(line[line["step"] == 0]).sort_values("position")["gradient_norm"]
        first, last = float(inner.iloc[0]), float(inner.iloc[-1])
        ratios[name] = first / last
        rows.append({"network": name, "first convolution": f"{first:.6g}", "last": f"{last:.6g}"})
    said = "; ".join(f"{name} {number(ratio)}" for name, ratio in ratios.items())
    return Exercise(
        title="The gradient before training",
        asked=(
            "The norms of the gradient of two networks with batch normalisation and random "
            "weights, recorded on the digits (seed 0):",
            "a) Divide the first convolution's by the last one's. Does the gradient shrink or grow "
            "on its way to the first layers?",
            f"b) Does this speak for vanishing gradients as the reason why {names[0]} is hard to "
            "train?",
        ),
        answer=(
            f"a) {said}.",
            f"b) {VERDICT[vanishing.course(ratios[names[0]])]} The paper's authors call the "
            "difficulty of theirs “unlikely to be caused by vanishing gradients” (He et al. 2015, "
            "section 4.1).",
        ),
        page="gradients",
        table=pd.DataFrame(rows),
        room=5,
    )


def degradation(facts: Facts) -> Exercise | None:
    """Whether what depth costs is overfitting."""
    plain, ends = facts.pair(PHOTOGRAPHS), facts.ends[PHOTOGRAPHS]
    if plain.empty:
        return None
    networks = [Network.of(rows) for _, rows in ends.groupby("label", sort=False)]
    shallow, deep = findings.two(plain)
    training, test = deep.train - shallow.train, deep.test - shallow.test
    residual = next((each for each in networks if each.architecture == RIGHT), None)
    asked = [
        f"Recorded errors after the last epoch, on {run_labels.data_title(PHOTOGRAPHS)}, in per "
        "cent:",
        f"a) By how many points does {deep.name} err more than {shallow.name}, on the training "
        "data and on the test data?",
        "b) Is that overfitting?",
    ]
    answer = [
        f"a) Training: {deep.train:.1f} − {shallow.train:.1f} = {training:.1f}. Test: "
        f"{deep.test:.1f} − {shallow.test:.1f} = {test:.1f}.",
        f"b) {findings.overfitting(plain).replace('**', '')}",
    ]
    if residual:
        asked.append(f"c) How much is the shortcut worth at {deep.depth} layers, on the test data?")
        answer.append(
            f"c) {deep.test:.1f} − {residual.test:.1f} = {deep.test - residual.test:.1f} points."
        )
    return Exercise(
        title="Is it overfitting?",
        asked=tuple(asked),
        answer=tuple(answer),
        page="degradation",
        query={"recorded_on": "CIFAR-10"},
        table=pd.DataFrame(
            {
                "network": each.name,
                "training error": f"{each.train:.1f}",
                "test error": f"{each.test:.1f}",
            }
            for each in networks
        ),
        room=6,
    )


def identity(facts: Facts) -> Exercise:
    """Blocks that change nothing."""
    shallow, deep = ARCHITECTURES["plain20"], ARCHITECTURES["plain56"]
    more = sum(deep.blocks) - sum(shallow.blocks)
    return Exercise(
        title="Layers that change nothing",
        asked=(
            f"{more} new blocks of two convolutions are built into a trained {shallow.title} so "
            "that its answers stay as they are.",
            "a) How many layers has it now?",
            "b) Which kernel of 3×3 passes on a channel as it is? Why does a ReLU behind it change "
            "nothing?",
            "c) What is enough in a residual block?",
            "d) What does this say of the lowest training error that the deeper network can have?",
        ),
        answer=(
            f"a) {shallow.depth} + 2·{more} = {shallow.depth + 2 * more}.",
            "b) A 1 in the middle and 0 elsewhere (a Dirac kernel), from each channel to itself. "
            "What arrives has passed a ReLU: nothing of it is below 0.",
            "c) The scale and the shift of the last normalisation are 0: then F(x) = 0, and "
            "F(x) + x = x.",
            "d) It is at most the shallower one's: such weights exist. That training does not find "
            "as good ones is called degradation.",
        ),
        page="degradation",
        query={"new_blocks": str(more // len(shallow.blocks))},
        room=7,
    )


def cue(facts: Facts) -> Exercise | None:
    """What accuracy is left when a spurious cue is gone."""
    asked = facts.cue
    if asked.empty:
        return None
    asked = asked[
        (asked["label"] == spurious_cue.ASKED) & (asked["trained"] == spurious_cue.CHEATED)
    ].set_index("tag")
    if not {AS_TRAINED, NOWHERE} <= set(asked.index):
        return None
    before, after = asked.loc[AS_TRAINED], asked.loc[NOWHERE]
    share = 1 / len(CLASSES)
    lost = share * before["tagged_right"]
    return Exercise(
        title="A test that does not notice",
        asked=(
            f"{spurious_cue.ASKED} learns {len(CLASSES)} shapes, equally many of each. In training "
            f"and in the test a small tag lies on every {TAGGED}, and on nothing else. "
            f"{before['accuracy']:.1f} % of the test pictures are right, and "
            f"{before['tagged_right']:.1f} % of the {TAGGED}s.",
            "a) Why can this test not tell whether the network has learnt the shape?",
            f"b) Suppose it has learnt the tag alone, and the tag is taken off: no {TAGGED} is "
            "right any more, and all else stays as it is. How many per cent of all are right then?",
            "c) Which other test would show it?",
        ),
        answer=(
            "a) In the test the tag tells the class as surely as the shape does: either is enough.",
            f"b) {before['accuracy']:.1f} − {share:g}·{before['tagged_right']:.1f} = "
            f"{before['accuracy'] - lost:.1f} %. Measured: {after['accuracy']:.1f} %, with "
            f"{after['tagged_right']:.0f} % of the {TAGGED}s right.",
            "c) Pictures without the tag, or with the tag on another class; and maps held against "
            "what is known of the pictures.",
        ),
        page="right_for_the_wrong_reason",
        room=6,
    )


def cam(facts: Facts) -> Exercise:
    """How fine a Grad-CAM map can be."""
    asked, answer = [], []
    for name, pixels in CAM:
        network = ARCHITECTURES[name]
        *_, (_, side) = network.convolutions(pixels)
        asked.append(f"{network.title} with {pixels}×{pixels} pixels")
        answer.append(
            f"{network.title}: the maps of the last stage have {side}×{side} cells, so a cell "
            f"stands for {pixels // side}×{pixels // side} pixels."
        )
    return Exercise(
        title="How fine is a Grad-CAM map?",
        asked=(
            "Grad-CAM at the last stage gives one number for each cell of that stage's maps, and "
            f"is then enlarged. Networks: {' and '.join(asked)}.",
            "a) How many pixels a side does a cell stand for?",
            "b) A map ends one pixel beside an ear. What can be said of the ear?",
        ),
        answer=(
            *(f"a) {line}" for line in answer),
            "b) Nothing: the border is drawn between cells by interpolation. And each cell reads "
            "far more of the picture than the pixels that it lies over.",
        ),
        page="attribution",
    )
