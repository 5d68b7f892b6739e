"""From pressing Train to the first point of the curve, with a worker that waits and without."""

import os
import subprocess
import sys
import time
from statistics import median

import psutil

from benchmarks.home import own_home
from benchmarks.table import Row, quartiles, seconds
from benchmarks.timing import in_turn
from benchmarks.training import stop
from resnet_viz.runs import Launcher, Store, environment, starting
from resnet_viz.training.config import RunConfig

ROUNDS = 5
AT_MOST = 3.0
WARM_AT_MOST = 1.5
READY_WITHIN = 120.0
# The libraries that a worker has imported when it takes its first step.
IMPORTS = (
    "import torch, torchvision, lightning.pytorch, sklearn.datasets, pandas, sqlalchemy, "
    "safetensors.torch, PIL.Image, psutil"
)


PAIR, ALONE = ("a pair", ("plain56", "resnet56")), ("one network", ("resnet56",))


def first_point() -> list[Row]:
    """The pair that the page proposes, and one network alone; each time in a new home."""
    cold = [_row(*PAIR), _row(*ALONE)]
    starting.template.look_after(environment.inherited())
    try:
        deadline = time.monotonic() + READY_WITHIN
        while not starting.template.is_ready():
            if time.monotonic() > deadline:
                raise RuntimeError("No worker waits here: there is too little memory, or no fork.")
            time.sleep(0.1)
        return [*cold, _warm_row(*PAIR), _warm_row(*ALONE)]
    finally:
        starting.template.end()


def _warm_row(title: str, names: tuple[str, ...]) -> Row:
    times = [_pressed(names) for _ in range(ROUNDS + 1)][1:]
    low, middle, high = quartiles(times)
    waits = psutil.Process(starting.template.pid)
    of_its_own = waits.memory_full_info().pss / 2**20
    return Row(
        what=f"Train to first point, {title}, on a warm server",
        measured=f"{seconds(middle)} ({seconds(low)} – {seconds(high)})",
        how=f"a process that waits with its imports is forked; its share of memory "
        f"{of_its_own:.0f} MiB; {ROUNDS} times",
        bound=seconds(WARM_AT_MOST),
        holds=middle <= WARM_AT_MOST,
    )


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
