"""A few steps of a run, timed."""

import time
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from resnet_viz.data.feed import Feed
from resnet_viz.models.resnet import ResNet
from resnet_viz.training.config import PRECISIONS, RunConfig
from resnet_viz.training.placement import placement

STEPS = 3


def probe(config: RunConfig, size: int) -> tuple[float, float]:
    """Seconds of one training step and of one evaluation batch.

    Sets the number of threads of this process and of every thread that it starts later.
    """
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
    name = PRECISIONS[place.precision]
    mixed = getattr(torch, name) if name else None
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
