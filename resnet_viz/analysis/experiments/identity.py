"""How hard it is to learn to change nothing: two stacked layers, with and without a shortcut."""

from collections.abc import Callable, Iterator
from math import sqrt

import pandas as pd
import torch
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.errors import AnalysisError

IMAGES = 128
MOMENTUM = 0.9
WIDEST = 128
LONGEST = 1000
EVERY = 20  # steps between two words of progress


def learn_identity(
    width: int = 16,
    rate: float = 0.1,
    steps: int = 300,
    seeds: int = 5,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """Train y = x on ReLU(W₂·ReLU(W₁·x)) and on ReLU(W₂·ReLU(W₁·x) + x), from equal weights.

    x is what a block gets: 128 vectors that a rectifier has let through, so that both can be exact:
    with W₁ = W₂ = I without the shortcut, with W₂ = 0 with it. He initialisation, the mean squared
    error, full-batch gradient descent with momentum 0.9.

    Args:
        width: numbers in x.
        rate: learning rate.
        seeds: each has weights and vectors of its own.
        progress: told the share that is done, every few steps.

    Returns:
        One row a step (0 … steps), kind and seed: shortcut (bool), seed, step, loss. The loss is
        not finite where the rate is too high.

    Raises:
        AnalysisError: if a number makes no sense.
    """
    for what, value, most in (("width", width, WIDEST), ("number of steps", steps, LONGEST)):
        checks.whole(f"The {what}", value, least=1, most=most, error=AnalysisError)
    checks.number("The learning rate", rate, above=True, error=AnalysisError)
    x = torch.stack([_drawn(seed, IMAGES, width) for seed in range(seeds)]).relu()  # (S, N, C)
    frames = []
    for done, shortcut in enumerate((False, True)):
        losses = []  # of each seed, before each step and after the last
        for step, loss in enumerate(_descend(x, rate, steps, shortcut)):
            losses.append(loss)  # (S,)
            if progress and step % EVERY == 0:
                progress((done + step / (steps + 1)) / 2)
        frames.append(
            pd.DataFrame(
                {
                    "shortcut": shortcut,
                    "seed": torch.arange(seeds).repeat(steps + 1),
                    "step": torch.arange(steps + 1).repeat_interleave(seeds),
                    "loss": torch.stack(losses).flatten(),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _descend(x: Tensor, rate: float, steps: int, shortcut: bool) -> Iterator[Tensor]:
    """The loss of each seed before each step and after the last: shape (S,)."""
    seeds, _, width = x.shape
    scale = sqrt(2 / width)
    weights = [
        (scale * torch.stack([_drawn(1000 * layer + seed, width, width) for seed in range(seeds)]))
        for layer in (1, 2)
    ]  # (S, C, C) each
    speeds = [torch.zeros_like(weight) for weight in weights]
    for _ in range(steps + 1):
        first, second = (weight.requires_grad_() for weight in weights)
        with torch.enable_grad():
            branch = (x @ first).relu() @ second  # (S, N, C)
            out = (branch + x if shortcut else branch).relu()
            loss = (out - x).square().mean(dim=(1, 2))  # (S,)
            gradients = torch.autograd.grad(loss.sum(), (first, second))
        yield loss.detach()
        speeds = [
            MOMENTUM * speed + gradient for speed, gradient in zip(speeds, gradients, strict=True)
        ]
        weights = [
            (weight - rate * speed).detach() for weight, speed in zip(weights, speeds, strict=True)
        ]


def _drawn(seed: int, *shape: int) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))
