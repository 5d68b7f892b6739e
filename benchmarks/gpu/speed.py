"""How fast networks train and are looked at on a device: each against what is bare of records.

A GPU works behind the program's back, so that a time is one of many steps, and waits for the last.
"""

import math
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch

from benchmarks import grad_cam
from benchmarks.home import own_home
from benchmarks.table import Row
from benchmarks.timing import in_turn, timed
from benchmarks.training import BareLoop, pictures
from resnet_viz import analysis
from resnet_viz.training import RunConfig, fit
from resnet_viz.training.plan import Plan

NETWORKS = ("resnet20", "resnet56")
# What a run is compared with, by its precision: name, whether contiguous, and the precision.
BARE: dict[str, dict[str, tuple[bool, torch.dtype | None]]] = {
    "32-true": {"eager": (True, None), "channels-last": (False, None)},
    "bf16-mixed": {
        "eager float32": (True, None),
        "channels-last bfloat16": (False, torch.bfloat16),
    },
}
WARM_UP = 1  # rounds: kernels are chosen in the first
PROBED = ("resnet18", "resnet50")


def rows(device: str, seconds: str) -> list[Row]:
    """Training steps of ResNet-20 and ResNet-56, and Grad-CAM of the ImageNet networks.

    Args:
        seconds: after which nothing more is begun.
    """
    until = time.monotonic() + float(seconds)
    work = [partial(steps, name, kind, device) for name in NETWORKS for kind in BARE]
    work += [partial(attribution, name, device) for name in PROBED]
    found: list[Row] = []
    for number, measure in enumerate(work):
        if time.monotonic() > until:
            left = f"{len(work) - number} of {len(work)} measurements"
            return [*found, Row(what=left, measured="not taken", how="no time was left for them")]
        found += measure()
    return found


def steps(
    name: str,
    precision: str,
    device: str,
    *,
    rounds: int = 8,
    images: int = 2560,
    batch_size: int = 128,
    side: int = 32,
) -> list[Row]:
    """Steps with all records in turn with as many bare ones: a row for each kind of bare loop.

    Args:
        images: of an epoch, which is a round.
    """
    with own_home() as home, TemporaryDirectory() as folder:
        config = RunConfig.from_recipe(
            name,
            "paper",
            data=pictures(home / "pictures", training=images, side=side),
            epochs=WARM_UP + rounds,
            batch_size=batch_size,
            device=device,
            precision=precision,
        )
        place = torch.device(device)
        bare = {
            kind: BareLoop(config, eager=contiguous, device=place, mixed=mixed)
            for kind, (contiguous, mixed) in BARE[precision].items()
        }
        turns = Turns(list(bare.values()), Plan(config, images, 0).steps_per_epoch, place)
        fit(config, turns, Path(folder), resume=False)
    times = turns.rounds[WARM_UP:]
    title = f"training step, {config.network.title}, {precision}"
    speed = config.batch_size / min(ours for ours, *_ in times)
    return [
        Row.ratio(
            title,
            f"with all records at {speed:,.0f} images/s at best, against a bare loop, {kind}",
            [(taken[0], taken[1 + position]) for taken in times],
            None,
        )
        for position, kind in enumerate(bare)
    ]


class Turns:
    """A recorder that lets bare loops take as many steps as the run has taken of an epoch.

    Attributes:
        rounds: mean seconds of a step of the run and of each loop, a tuple for each epoch; its last
            step, the evaluation and the checkpoint are left out.

    Args:
        epoch: its steps.
    """

    def __init__(self, bare: Sequence[BareLoop], epoch: int, device: torch.device) -> None:
        self._bare, self._steps, self._device = bare, epoch - 1, device
        self._asked, self._since = 0, math.nan
        self.rounds: list[tuple[float, ...]] = []

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None

    def begin(self, **_: Any) -> None:
        self._since = self._now()

    def reading(self, share: float) -> None:
        """The data are small."""

    def stop_requested(self) -> bool:
        """Asked after each step; after an epoch's last one when its checkpoint is complete."""
        self._asked += 1
        if self._asked == self._steps:
            taken = [self._now() - self._since, *map(self._stint, self._bare)]
            self.rounds.append(tuple(seconds / self._steps for seconds in taken))
        elif self._asked > self._steps:
            self._asked, self._since = 0, self._now()
        return False

    def _stint(self, loop: BareLoop) -> float:
        begun = self._now()
        for _ in range(self._steps):
            loop.step()
        return self._now() - begun

    def _now(self) -> float:
        wait(self._device)
        return time.perf_counter()


def attribution(name: str, device: str, *, size: int = 224, rounds: int = 30) -> list[Row]:
    """Grad-CAM and a forward pass, both from a picture on the host to a result there."""
    classifier, image = grad_cam.subject(name, size)
    network = classifier.network.to(device)

    def forward() -> None:
        with torch.no_grad():
            network(image.to(device)[None]).cpu()

    times = in_turn(
        timed(lambda: analysis.attribute(classifier, image, layer=grad_cam.LAYER)),
        timed(forward),
        rounds=rounds,
        warm_up=3,
    )
    title = f"Grad-CAM, {network.architecture.title} {size}×{size}, {grad_cam.LAYER}"
    return [Row.ratio(title, "against a forward pass without graph", times, None)]


def wait(device: torch.device) -> None:
    """Until the device has done what it was given."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)
