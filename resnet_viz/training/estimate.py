"""How long a run will take on this machine, from a few steps of it."""

import dataclasses
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from resnet_viz.data.feed import Feed
from resnet_viz.models.architecture import MOST_SERVED
from resnet_viz.models.resnet import ResNet
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import TooLarge
from resnet_viz.training.placement import placement

STEPS = 3
# Of a measured batch, for what the server spends on it is bounded: images, and what all
# convolutions put out for them, of which a step keeps about three times as many numbers.
MOST_IMAGES = 64
MOST_VALUES = 100_000_000
MIXED = {"bf16-mixed": torch.bfloat16, "16-mixed": torch.float16}


def seconds(config: RunConfig, *, training: int, test: int, size: int) -> float:
    """Measure optimiser steps and one evaluation batch, and count up to the whole run.

    Args:
        training, test: images in each split.
        size: their side in pixels.

    Returns:
        Seconds of training, without the worker's start.

    Raises:
        TooLarge: if the server has no room for a step of such a network.
    """
    images = min(MOST_IMAGES, MOST_VALUES // config.network.values(size))
    if config.network.parameters > MOST_SERVED or images < 2:
        raise TooLarge(
            f"{config.network.title} is too large to be measured on this server: how long it takes "
            "is seen once it trains."
        )
    few = dataclasses.replace(config, batch_size=min(config.batch_size, images))
    # Threads of a CPU computation are set for the thread that asks, so others are not slowed.
    with ThreadPoolExecutor(1) as alone:
        step, evaluation = alone.submit(_measure, few, size).result()
    epochs = config.epochs
    return epochs * (step * training + evaluation * test) / few.batch_size


def _measure(config: RunConfig, size: int) -> tuple[float, float]:
    """Seconds of one training step and of one evaluation batch."""
    if config.threads:
        torch.set_num_threads(config.threads)
    place = placement(config, size)
    first = place.devices[0] if isinstance(place.devices, tuple) else 0
    device = torch.device(place.accelerator, first)
    channels = config.network.channels
    feed = Feed((0.5,) * channels, (0.25,) * channels, size)
    network = ResNet(config.network).to(device).to(memory_format=feed.memory_format)
    network.requires_grad_(not config.is_frozen)
    network.fc.requires_grad_(True)
    optimiser = torch.optim.SGD(network.parameters(), lr=1e-3, momentum=0.9)
    shape = (config.batch_size, channels, size, size)
    pixels = torch.randint(256, shape, dtype=torch.uint8, generator=torch.Generator())
    images = feed(pixels.to(device))
    mixed = MIXED.get(place.precision)
    labels = torch.arange(config.batch_size, device=device) % config.network.classes

    def forward() -> Tensor:
        with torch.autocast(device.type, mixed, enabled=mixed is not None):
            return cross_entropy(network(images), labels)

    def step() -> None:
        optimiser.zero_grad()
        forward().backward()
        optimiser.step()

    def evaluation() -> None:
        with torch.no_grad():
            forward()

    return _fastest(step, device), _fastest(evaluation, device)


def _fastest(action: Callable[[], None], device: torch.device) -> float:
    action()
    times = []
    for _ in range(STEPS):
        _wait(device)
        start = time.perf_counter()
        action()
        _wait(device)
        times.append(time.perf_counter() - start)
    return min(times)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
