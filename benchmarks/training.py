"""A worker that trains for real, and after each of its steps lets a bare loop take one.

As a script it is that worker: ``fit``, Lightning, the store, the pulse and the checkpoints are
those of every run. The bare loop runs in the same process and takes its batches from a float tensor
that is ready in memory, in the run's memory layout, or with ``--eager`` contiguous. Both have one
thread, as each run of a pair has on two cores: with several, a step waits for whatever else keeps
one of the cores.
"""

import functools
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

from benchmarks.home import own_home
from benchmarks.table import Row, quartiles
from resnet_viz.runs import Launcher, Run, Store
from resnet_viz.runs.worker import process as product_worker
from resnet_viz.training.config import RunConfig
from resnet_viz.training.recorder import EpochRow

if TYPE_CHECKING:
    import torch

WORKER = (sys.executable, "-m", "benchmarks.training")
EAGER = "--eager"
TURNS = "turns.json"
CLASSES = 10
ON_CPU: dict[str, Any] = {"device": "cpu", "threads": 1}
AS_CIFAR10 = ON_CPU | {"recipe": "paper", "batch_size": 128}
AT_LEAST = 1.25
THEIRS = "a bare loop on ready float tensors"


def deep_step() -> list[Row]:
    """ResNet-56 at 32×32, batch 128: as on CIFAR-10, with norms at every step."""
    with own_home() as home:
        data = pictures(home / "pictures", training=512)
        config = RunConfig.from_recipe(
            "resnet56", data=data, epochs=8, precision="32-true", **AS_CIFAR10
        )
        return _rows("ResNet-56 32×32, batch 128", config, 1.05)


def shallow_step() -> list[Row]:
    """ResNet-20 on the digits, batch 64: 20 epochs of the recipe quick."""
    with own_home():
        config = RunConfig.from_recipe("resnet20", epochs=20, **ON_CPU)
        return _rows("ResNet-20 digits, batch 64", config, 1.15)


def speed() -> list[Row]:
    """ResNet-20 and ResNet-56 at 32×32 as a run trains them by itself, against plain PyTorch."""
    return [_speed(name, images) for name, images in (("resnet20", 1024), ("resnet56", 512))]


def _speed(name: str, images: int) -> Row:
    with own_home() as home:
        data = pictures(home / "pictures", training=images)
        config = RunConfig.from_recipe(name, data=data, epochs=8, **AS_CIFAR10)
        run = trained(config, worker=(*WORKER, EAGER))
        epochs = json.loads((run.folder / TURNS).read_text())[1:]
    means = [_mean(turns[:-1]) for turns in epochs]
    low, middle, high = quartiles([theirs / ours for ours, theirs in means])
    ours, theirs = (config.batch_size / median(side) for side in zip(*means, strict=True))
    return Row(
        what=f"training speed, {config.network.title} 32×32",
        measured=f"{middle:.2f}× ({low:.2f}–{high:.2f})",
        how=f"{ours:.0f} images/s with all records, against {theirs:.0f} of a bare eager loop on "
        f"contiguous float32 tensors; batch 128, {run.device}, {len(means)} epochs in turn",
        bound=f"at least {AT_LEAST}×",
        holds=middle >= AT_LEAST,
    )


def _rows(title: str, config: RunConfig, at_most: float) -> list[Row]:
    run = trained(config, worker=WORKER)
    # The first epoch warms up; the last turn of an epoch holds its evaluation and checkpoint too.
    epochs = json.loads((run.folder / TURNS).read_text())[1:]
    records = "losses, gradient norms and store"
    return [
        Row.ratio(
            f"training step, {title}",
            f"with {records}; {THEIRS}",
            [_mean(turns[:-1]) for turns in epochs],
            at_most,
        ),
        Row.ratio(
            f"epoch, {title}",
            f"with {records}, evaluation and checkpoint; {THEIRS} that evaluates too",
            [_mean(turns) for turns in epochs],
            None,
        ),
    ]


def _mean(turns: list[tuple[float, float]]) -> tuple[float, float]:
    ours, theirs = zip(*turns, strict=True)
    return sum(ours) / len(turns), sum(theirs) / len(turns)


def trained(*configs: RunConfig, worker: tuple[str, ...] | None = None) -> Run:
    """Train runs side by side in the home of the moment; the first of them, finished.

    Raises:
        RuntimeError: if one of them ends otherwise.
    """
    store = Store()
    launcher = Launcher(store, worker) if worker else Launcher(store)
    runs = launcher.submit(*configs, together=len(configs) > 1)
    try:
        for run in runs:
            while (now := store.run(run.id)).is_active:
                time.sleep(0.2)
            if now.status != "finished":
                raise RuntimeError(f"{now.name} is {now.status}: {now.error or now.log_tail(3)}")
    finally:
        stop(launcher, runs)
    return store.run(runs[0].id)


def stop(launcher: Launcher, runs: list[Run]) -> None:
    """Stop those that still train and wait for them, before their folder goes."""
    for run in runs:
        if launcher.store.run(run.id).is_active:
            launcher.stop(run.id)
    for run in runs:
        while launcher.store.run(run.id).is_active:
            time.sleep(0.05)


def pictures(folder: Path, *, training: int, test: int = 100, side: int = 32) -> str:
    """A folder of random pictures in ten classes, to be trained on."""
    random = np.random.default_rng(0)
    for split, number in (("train", training), ("test", test)):
        for index in range(number):
            place = folder / split / f"class{index % CLASSES}"
            place.mkdir(parents=True, exist_ok=True)
            pixels = random.integers(0, 256, (side, side, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(place / f"{index}.png")
    return str(folder)


class BareLoop:
    """What is left of training when nothing is recorded, saved or shown."""

    def __init__(
        self,
        config: RunConfig,
        *,
        eager: bool = False,
        device: "torch.device | str" = "cpu",
        mixed: "torch.dtype | None" = None,
    ) -> None:
        import torch

        from resnet_viz import data, models
        from resnet_viz.data.feed import Feed

        source = data.load(config.data)
        feed = Feed(source.mean, source.std, source.train.images.shape[-1])
        layout = torch.contiguous_format if eager else feed.memory_format
        self.device, self.mixed = torch.device(device), mixed
        self.images = feed(source.train.images).to(device).contiguous(memory_format=layout)
        self.labels = source.train.labels.to(device)
        self.test = feed(source.test.images).to(device).contiguous(memory_format=layout)
        self.batch_size = config.batch_size
        self.network = models.build(
            config.architecture, seed=config.seed, classes=len(source.classes)
        )
        self.network.to(device).to(memory_format=layout)
        self.optimizer = torch.optim.SGD(
            self.network.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4, foreach=True
        )
        self._batches = self._endless()

    def step(self) -> None:
        import torch
        from torch.nn.functional import cross_entropy

        images, labels = next(self._batches)
        with torch.autocast(self.device.type, self.mixed, enabled=self.mixed is not None):
            loss = cross_entropy(self.network(images), labels)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def evaluate(self) -> None:
        import torch

        self.network.eval()
        with torch.no_grad():
            for part in self.test.split(4 * self.batch_size):
                self.network(part)
        self.network.train()

    def _endless(self) -> Iterator[Any]:
        import torch

        while True:
            order = torch.randperm(len(self.labels)).to(self.device)
            for chosen in order.split(self.batch_size):
                yield self.images[chosen], self.labels[chosen]


class Turns:
    """A recorder that lets the bare loop take a step whenever the run has taken one.

    Attributes:
        epochs: seconds of the run's step and of the bare loop's, a list of turns an epoch.
    """

    def __init__(self, recorder: Any, bare: BareLoop) -> None:
        self._recorder, self._bare = recorder, bare
        self._since = 0.0
        self._ends_epoch = False
        self.epochs: list[list[tuple[float, float]]] = [[]]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recorder, name)

    def begin(self, **facts: Any) -> None:
        self._recorder.begin(**facts)
        self._since = time.perf_counter()

    def epoch(self, row: EpochRow) -> None:
        self._recorder.epoch(row)
        self._ends_epoch = True

    def reading(self, share: float) -> None:
        """The data are small."""

    def stop_requested(self) -> bool:
        answer = bool(self._recorder.stop_requested())
        theirs = time.perf_counter()
        ours = theirs - self._since
        self._bare.step()
        if self._ends_epoch:
            self._bare.evaluate()
        self._since = time.perf_counter()
        self.epochs[-1].append((ours, self._since - theirs))
        if self._ends_epoch:
            self._ends_epoch = False
            self.epochs.append([])
        return answer


def fit_in_turns(
    config: RunConfig, recorder: Any, folder: Path, *, resume: bool, eager: bool = False
) -> Any:
    """``training.fit`` with a bare loop beside it; the times are left in the run's folder."""
    import torch

    from resnet_viz.training import fit

    torch.set_num_threads(config.threads or 1)
    turns = Turns(recorder, BareLoop(config, eager=eager))
    try:
        return fit(config, turns, folder, resume=resume)
    finally:
        # The run's last epoch asks nobody whether to stop, so it has no last turn.
        (folder / TURNS).write_text(json.dumps(turns.epochs[:-1]))


if __name__ == "__main__":
    *flags, run_id, token = sys.argv[1:]
    in_turns = functools.partial(fit_in_turns, eager=EAGER in flags)
    sys.exit(product_worker.main([run_id, token], in_turns, (*WORKER, *flags)))
