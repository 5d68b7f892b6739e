"""Random numbers without state: each use has a seed of its own, made from what it is for.

A resumed run therefore needs no random state: step n draws the same numbers
in every run on a device of the same kind.
"""

from enum import IntEnum

import numpy as np
import torch


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
