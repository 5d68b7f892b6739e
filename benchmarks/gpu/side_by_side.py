"""Networks trained at the same time on one device, each in a process of its own.

A small network leaves a GPU waiting for the next kernel most of the time: several share it well.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import ROOT, Row
from resnet_viz import data
from resnet_viz.data import registry
from resnet_viz.runs import Record
from resnet_viz.training import RunConfig
from resnet_viz.training.plan import Plan
from resnet_viz.training.recipes import PAPER

MOST_TO_END = 20.0  # seconds to write everything in, of those that are left
PATIENCE = 30.0  # seconds beyond, after which a process is killed; what it kept before stays
LEAST = 120.0  # seconds that each has in any case: a busy machine imports for a while
NO_DATA = (
    "There is no CIFAR-10 on this machine: name a folder or an archive of its pictures with --data."
)


def rows(
    networks: Sequence[str],
    name: str,
    folder: Path,
    device: str,
    left: Callable[[], float],
    recipe: str = PAPER,
) -> list[Row]:
    """Train networks until little time is left: a row for how far each has come.

    Args:
        name: of the pictures, as `located` gives it.
        folder: where newest network and history of each are kept, and gone on from.
        left: the seconds that are left.
    """
    dataset = data.load(name)
    configs = [
        RunConfig.from_recipe(network, recipe, data=name, device=device) for network in networks
    ]
    until = time.time() + left() - min(MOST_TO_END, left() / 3)
    with TemporaryDirectory() as logs:
        processes = {
            config: _start(config, folder.resolve(), until, Path(logs) / config.architecture)
            for config in configs
        }
        try:
            begun = time.time()
            _wait(processes.values(), max(until + MOST_TO_END + PATIENCE, begun + LEAST))
        finally:
            _end(processes.values())
        return [
            _row(config, dataset, folder, process, Path(logs) / config.architecture)
            for config, process in processes.items()
        ]


def located(pictures: str | None) -> str:
    """What `data.load` calls the pictures, which are decoded here, once; an archive is unpacked.

    Args:
        pictures: a folder or an archive; None for CIFAR-10, if it is on this machine.

    Raises:
        DataError: if there are none.
    """
    if pictures is None:
        if not data.at_hand(registry.PAPER):
            raise data.DataError(NO_DATA)
        return registry.PAPER
    path = Path(pictures).expanduser()
    name = data.unpack(path, path.name) if path.is_file() else str(path.resolve())
    data.load(name)
    return name


def _start(config: RunConfig, folder: Path, until: float, log: Path) -> subprocess.Popen[bytes]:
    job = {"config": config.to_dict(), "folder": str(folder), "until": until}
    with log.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.gpu.network", json.dumps(job)],
            cwd=ROOT,
            stdout=file,
            stderr=subprocess.STDOUT,
        )


def _wait(processes: Sequence[subprocess.Popen[bytes]], until: float) -> None:
    while any(process.poll() is None for process in processes) and time.time() < until:
        time.sleep(0.1)


def _end(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask those that still train to stop, and kill those that do not."""
    for process in processes:
        process.terminate()
    _wait(processes, time.time() + PATIENCE)
    for process in processes:
        process.kill()
        process.wait()


def _row(
    config: RunConfig,
    dataset: data.DataSet,
    folder: Path,
    process: subprocess.Popen[bytes],
    log: Path,
) -> Row:
    what = f"{config.recipe}, {config.network.title}"
    path = folder / f"{config.architecture}-{dataset.name}-seed{config.seed}.history.json.gz"
    if process.returncode or not path.is_file():
        last = log.read_text(errors="replace").strip().splitlines()[-1:]
        return Row.failed(what, RuntimeError(*last or [f"ended with {process.returncode}"]))
    record = Record.load(path)
    step = int(record.steps["step"].iloc[-1]) if len(record.steps) else 0
    total = Plan(config, len(dataset.train), config.network.depth).total_steps
    error = "no epoch yet"
    if len(record.epochs):
        last_epoch = record.epochs.iloc[-1]
        error = (
            f"{100 - last_epoch['test_accuracy']:.2f} % test error and "
            f"{100 - last_epoch['train_accuracy']:.2f} % training error"
        )
    return Row(
        what=what,
        measured=f"{step:,} of {total:,} steps",
        how=f"{error} after {record.seconds:.0f} s of training, "
        f"{step / record.seconds:.1f} steps/s beside the others; {record.hardware}",
    )
