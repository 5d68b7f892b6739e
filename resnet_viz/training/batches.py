"""Batches out of one uint8 tensor on the device: no files, no workers, no state to save.

Each use of random numbers has a seed of its own, made from what it is for, so that a resumed run
needs no random state: step n draws the same numbers in every run on a device of the same kind.
"""

from collections.abc import Iterator
from enum import IntEnum
from itertools import accumulate

import lightning.pytorch as pl
import numpy as np
import torch
from torch import Tensor

from resnet_viz.data import DataSet, augment
from resnet_viz.data.feed import Feed, on_device
from resnet_viz.training.plan import Plan
from resnet_viz.training.recipes import RECIPES


class Use(IntEnum):
    """What random numbers are for; the numbers of different uses are independent."""

    ORDER = 0
    AUGMENTATION = 1
    DROPOUT = 2


def seed_of(seed: int, use: Use, *parts: int) -> int:
    """A 63-bit seed from a run's seed, a use and e.g. an epoch and a step."""
    return int(np.random.SeedSequence([seed, use, *parts]).generate_state(1, np.uint64)[0] >> 1)


def generator(device: torch.device, seed: int, use: Use, *parts: int) -> torch.Generator:
    """A generator on a device, seeded by ``seed_of``."""
    return torch.Generator(device).manual_seed(seed_of(seed, use, *parts))


class Batches:
    """The training batches of the epoch under way, from the step under way.

    Which images a batch holds and how they are augmented follows from the seed and the step alone.
    The step, the device and the share of each batch are the module's: of several processes number r
    has each batch's images r, r + processes, …, augmented as one process alone would do it.
    """

    def __init__(self, data: DataSet, plan: Plan, feed: Feed, module: pl.LightningModule) -> None:
        self.data, self.plan, self.feed, self.module = data, plan, feed, module
        self._split = data.train

    def __len__(self) -> int:
        return self.plan.steps_per_epoch

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Inputs (N, 3, size, size) and labels (N,)."""
        self._split = on_device(self._split, self.module.device)
        rank, processes = self.module.global_rank, self.module.trainer.world_size
        epoch, first = divmod(self.module.global_step, len(self))
        ends = [0, *accumulate(self.plan.sizes)]
        order = self._order(epoch)
        for position in range(first, min(len(self), self.plan.total_steps - epoch * len(self))):
            chosen = order[ends[position] : ends[position + 1]]
            # 0: a seed's parts decide its numbers, and the shipped networks were made with these.
            images = self._augmented(self._split.images[chosen], epoch, position, 0)
            yield self.feed(images[rank::processes]), self._split.labels[chosen[rank::processes]]

    def _order(self, epoch: int) -> Tensor:
        # drawn on the CPU, so that it is the same on every device
        random = generator(torch.device("cpu"), self.plan.config.seed, Use.ORDER, epoch)
        return torch.randperm(self.plan.images, generator=random).to(self._split.images.device)

    def _augmented(self, images: Tensor, *when: int) -> Tensor:
        if not RECIPES[self.plan.config.recipe].augment:
            return images
        random = generator(images.device, self.plan.config.seed, Use.AUGMENTATION, *when)
        return augment(images, padding=self.data.padding, flip=self.data.flip, generator=random)
