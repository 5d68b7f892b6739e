"""The arithmetic of a run: how many steps it has and at which of them something happens."""

from dataclasses import dataclass
from functools import cached_property
from math import ceil

from resnet_viz.training.config import LEAST_SHARE, RunConfig
from resnet_viz.training.errors import TooFewImages
from resnet_viz.training.recipes import RECIPES

MOST_STEP_RECORDS = 2_000
MOST_GRADIENT_RECORDS = 400


@dataclass(frozen=True)
class Plan:
    """Steps of a run over ``images`` training images."""

    config: RunConfig
    images: int
    depth: int

    @cached_property
    def sizes(self) -> list[int]:
        """Images of each batch of an epoch; a single image left over joins the batch before it,
        because batch normalisation has no variance of one image."""
        size = self.config.batch_size
        full, rest = divmod(self.images, size)
        sizes = [size] * full + [rest] * (rest > 0)
        if rest == 1 and full:
            sizes[-2:] = [size + 1]
        return sizes

    def check_shares(self) -> None:
        """Refuse a batch that the run's processes cannot share.

        Raises:
            TooFewImages: if one of them would have fewer than two images.
        """
        processes = self.config.processes
        if processes > 1 and min(self.sizes) < LEAST_SHARE * processes:
            raise TooFewImages(
                f"The last batch of an epoch has {min(self.sizes)} images, too few for {processes} "
                "processes: choose another batch size or fewer processes."
            )

    def images_of(self, step: int) -> int:
        """Images of the batch of optimiser step number ``step`` (from 1), of all processes."""
        return self.sizes[(step - 1) % self.steps_per_epoch]

    @cached_property
    def steps_per_epoch(self) -> int:
        return len(self.sizes)

    @cached_property
    def total_steps(self) -> int:
        return RECIPES[self.config.recipe].total_steps(self.config.epochs, self.steps_per_epoch)

    @cached_property
    def window(self) -> int:
        """Steps whose mean loss is one record."""
        return ceil(self.total_steps / MOST_STEP_RECORDS)

    @cached_property
    def gradients_every(self) -> int:
        """Steps between two records of gradient norms: four an epoch, unless they are too many."""
        return max(ceil(self.steps_per_epoch / 4), ceil(self.total_steps / MOST_GRADIENT_RECORDS))

    def ends_epoch(self, step: int) -> bool:
        """Whether the evaluation comes after ``step`` steps."""
        return step % self.steps_per_epoch == 0 or step == self.total_steps

    def epoch(self, step: int) -> float:
        """Epochs trained after ``step`` steps."""
        return step / self.steps_per_epoch

    def learning_rate(self, step: int) -> float:
        """The rate at which optimiser step number ``step`` (from 1) moves the last layer."""
        schedule = RECIPES[self.config.recipe].schedule
        return self.config.learning_rate * schedule(step - 1, self.total_steps, self.depth)
