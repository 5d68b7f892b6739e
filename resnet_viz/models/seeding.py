"""Random numbers by seed where several threads draw: PyTorch's generator is the process's own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

DRAWING = threading.RLock()  # held by whoever draws weights, with a seed or without one


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw by a seed, undisturbed by other threads, and leave PyTorch's random state as it was."""
    with DRAWING, torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield
