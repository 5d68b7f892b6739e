"""From pressing Train to the first point of the curve, against what a worker has to import."""

import os
import subprocess
import sys
import time
from statistics import median

from benchmarks.home import own_home
from benchmarks.table import Row, quartiles, seconds
from benchmarks.timing import in_turn
from benchmarks.training import stop
from resnet_viz.runs import Launcher, Store
from resnet_viz.training.config import RunConfig

ROUNDS = 5
AT_MOST = 3.0
# The libraries that a worker has imported when it takes its first step.
IMPORTS = (
    "import torch, torchvision, lightning.pytorch, sklearn.datasets, pandas, sqlalchemy, "
    "safetensors.torch, PIL.Image, psutil"
)


def first_point() -> list[Row]:
    """The pair that the page proposes, and one network alone; each time in a new home."""
    return [_row("a pair", ("plain56", "resnet56")), _row("one network", ("resnet56",))]


def _row(title: str, names: tuple[str, ...]) -> Row:
    times = in_turn(lambda: _pressed(names), lambda: _bare(len(names)), rounds=ROUNDS, warm_up=1)
    beyond = [ours - imports for ours, imports in times]
    low, middle, high = quartiles(beyond)
    ours, imports = (median(side) for side in zip(*times, strict=True))
    side_by_side = "as many times at once" if len(names) > 1 else "alone"
    return Row(
        what=f"Train to first point, {title}",
        measured=f"{middle:+.2f} s ({low:+.2f} – {high:+.2f})",
        how=f"{seconds(ours)}, of which a worker's bare imports, {side_by_side}, take "
        f"{seconds(imports)}; {ROUNDS} times in turn",
        bound=f"{AT_MOST:+.0f} s",
        holds=middle <= AT_MOST,
    )


def _pressed(names: tuple[str, ...]) -> float:
    """Seconds until every run has a step in the store; then they are stopped."""
    with own_home():
        store = Store()
        launcher = Launcher(store)
        begun = time.perf_counter()
        runs = launcher.submit(
            *(RunConfig.from_recipe(name) for name in names), together=len(names) > 1
        )
        try:
            for run in runs:
                while store.run(run.id).step == 0:
                    _still_active(store, run.id)
                    time.sleep(0.02)
            return time.perf_counter() - begun
        finally:
            stop(launcher, runs)


def _still_active(store: Store, run_id: str) -> None:
    run = store.run(run_id)
    if not run.is_active:
        raise RuntimeError(f"{run.name} is {run.status}: {run.error or run.log_tail(3)}")


def _bare(processes: int) -> float:
    """Seconds that new processes take to import what a worker imports."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    begun = time.perf_counter()
    started = [
        subprocess.Popen([sys.executable, "-c", IMPORTS], env=os.environ | threads)
        for _ in range(processes)
    ]
    codes = [process.wait() for process in started]
    if any(codes):
        raise RuntimeError(f"The bare imports ended with {codes}: see what they printed.")
    return time.perf_counter() - begun
