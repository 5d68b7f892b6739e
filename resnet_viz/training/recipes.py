"""Recipes: the named settings a network is trained with, one row of a table each.

A schedule takes a step and gives a factor of the peak rate. It has no state, so a resumed run needs
nothing but its step to continue it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi

Schedule = Callable[[int, int, int], float]  # (step from 0, total steps, depth) -> factor

WARM_UP_DEPTH = 110
WARM_UP_STEPS = 400
DEFAULT = "quick"
PAPER = "paper"  # the one that the others are compared with
FINETUNE = "finetune"  # the one of the page Transfer
ONE_CYCLE = "the learning rate makes one cycle instead of two steps down"


def one_cycle(step: int, total: int, depth: int) -> float:
    """Cosine from 1/25 up to 1 over 30 % of the steps, then down to 1/250,000 (Smith 2018)."""
    last, peak = max(total - 1, 1), 0.3 * total - 1
    if step <= peak:
        return _cosine(1 / 25, 1.0, step / peak)
    return _cosine(1.0, 1 / 250_000, (step - peak) / (last - peak))


def paper_steps(step: int, total: int, depth: int) -> float:
    """1, then 1/10 from half of the steps and 1/100 from three quarters (He et al. 2015, §4.2).

    Nets of 110 layers and more start at 1/10, for about 400 steps as in the paper.
    """
    if depth >= WARM_UP_DEPTH and step < min(WARM_UP_STEPS, total // 4):
        return 0.1
    return 0.01 if 4 * step >= 3 * total else 0.1 if 2 * step >= total else 1.0


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * progress))


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained, apart from what a run may override.

    ``differs`` is the clause that sets the recipe apart from the paper's where the numbers here and
    ``augment`` do not; ``steps`` bounds the run where the recipe's own ``epochs`` are kept;
    ``schedule`` maps a step to a factor of the learning rate; ``trunk_rate`` is the factor of every
    layer before ``fc``.
    """

    name: str
    title: str
    sentence: str
    differs: str
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    schedule: Schedule
    steps: int | None = None
    momentum: float = 0.9
    augment: bool = False
    dropout: float = 0.0
    trunk_rate: float = 1.0
    needs_start: bool = False

    def total_steps(self, epochs: int, steps_per_epoch: int) -> int:
        """Optimiser steps of a run of so many epochs."""
        steps = epochs * steps_per_epoch
        return min(steps, self.steps) if self.steps and epochs == self.epochs else steps


RECIPES: dict[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(
            name="quick",
            title="Quick",
            sentence="One cycle of the learning rate up to 0.1 and back in 15 epochs: shows "
            "degradation on the digits.",
            differs=ONE_CYCLE,
            epochs=15,
            batch_size=64,
            learning_rate=0.1,
            weight_decay=1e-4,  # ResNet-56, digits, seed 0: 98.5 % test accuracy; 96.2 % with 5e-4
            schedule=one_cycle,
        ),
        Recipe(
            name="short",
            title="Short",
            sentence="The paper's batches, crops, flips and weight decay, but one cycle of the "
            "learning rate up to 0.1 in 8 epochs instead of 164.",
            differs=ONE_CYCLE,
            epochs=8,
            batch_size=128,
            learning_rate=0.1,  # ResNet-20, 3 epochs of 15,000 images: 0.1, 0.2, 0.4 within 1.5 %
            weight_decay=1e-4,
            schedule=one_cycle,
            augment=True,
        ),
        Recipe(
            name="medium",
            title="Medium",
            sentence="The paper's batches, crops, flips, weight decay and two steps down of the "
            "learning rate, in 64 epochs instead of 164: minutes on a GPU, hours on a CPU.",
            differs="the learning rate goes down after 32 and 48 epochs instead of 82 and 123",
            epochs=64,
            batch_size=128,
            learning_rate=0.1,
            weight_decay=1e-4,
            schedule=paper_steps,
            augment=True,
        ),
        Recipe(
            name="paper",
            title="Paper",
            sentence="He et al. 2015 on CIFAR-10: 64,000 steps of 128 images, the learning rate "
            "0.1 divided by 10 at one half and at three quarters, random crops and flips.",
            differs="",
            epochs=164,  # 64,000 steps of 128 out of 50,000 images end in the 164th epoch
            steps=64_000,
            batch_size=128,
            learning_rate=0.1,
            weight_decay=1e-4,
            schedule=paper_steps,
            augment=True,
        ),
        Recipe(
            name="finetune",
            title="Fine-tune",
            sentence="A trained network with a new last layer behind dropout, 5 epochs; the layers "
            "before it learn at a tenth of the rate.",
            differs=ONE_CYCLE,
            epochs=5,
            batch_size=64,
            learning_rate=0.02,
            weight_decay=1e-4,
            schedule=one_cycle,
            augment=True,
            dropout=0.2,
            trunk_rate=0.1,
            needs_start=True,
        ),
    )
}
