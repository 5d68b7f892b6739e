"""Recipes: the named settings a network is trained with, one row of a table each."""

from dataclasses import dataclass

from resnet_viz.training.schedules import Schedule, one_cycle, paper_steps


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How a network is trained, apart from what a run may override.

    ``steps`` bounds the run where the recipe's own ``epochs`` are kept; ``schedule`` maps a step
    to a factor of the learning rate; ``trunk_rate`` is the factor of every layer before ``fc``.
    """

    name: str
    title: str
    sentence: str
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
            epochs=8,
            batch_size=128,
            learning_rate=0.1,  # ResNet-20, 3 epochs of 15,000 images: 0.1, 0.2, 0.4 within 1.5 %
            weight_decay=1e-4,
            schedule=one_cycle,
            augment=True,
        ),
        Recipe(
            name="paper",
            title="Paper",
            sentence="He et al. 2015 on CIFAR-10: 64,000 steps of 128 images, the learning rate "
            "0.1 divided by 10 at one half and at three quarters, random crops and flips.",
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
