"""A store of one's own, and workers that take no seconds to start.

As a script this is such a worker: ``FAKE_FIT`` names the function below that it trains with.
"""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from sqlalchemy import event, select
from sqlalchemy.pool import Pool

from resnet_viz.runs import Launcher, Run, RunError, Store
from resnet_viz.runs.database import runs
from resnet_viz.runs.worker import attempt
from resnet_viz.runs.worker.process import main
from resnet_viz.training import EpochRow, RunConfig, StepRow, Stopped, TrainingError

if TYPE_CHECKING:
    import pytest  # which a worker would take a quarter of a second to import

FAKE_WORKER = (sys.executable, str(Path(__file__).resolve()))
SLEEPER = ("/bin/sh", "-c", "exec sleep 300")
ECHO = ("/bin/sh", "-c", 'echo "$0" >> ../launches; exec sleep 300')
LAYERS = ["conv1", "layer1.0.conv1", "fc"]
STEPS, STEPS_PER_EPOCH = 40, 10


def config(architecture: str = "resnet20", **overrides) -> RunConfig:
    return RunConfig.from_recipe(architecture, **overrides)


def new_store(folder: Path, monkeypatch: "pytest.MonkeyPatch", url: str | None = None) -> Store:
    """A store at the URL, or in the folder, of whatever is opened without one."""
    monkeypatch.setenv("RESNET_VIZ_HOME", str(folder))
    if url is None:
        monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    else:
        monkeypatch.setenv("RESNET_VIZ_STORE", url)
    store = Store()
    store.set_slots(1)
    return store


def wait(store: Store, name: str, *statuses: str, seconds: float = 30) -> Run:
    """The run, once it has one of the statuses."""
    deadline = time.monotonic() + seconds
    while (run := store.run(name)).status not in statuses:
        assert time.monotonic() < deadline, f"{run.name} is {run.status}\n{run.log_tail()}"
        time.sleep(0.05)
    return run


def worker_of(store: Store, run: Run) -> psutil.Process:
    with store.database.reading() as connection:
        return psutil.Process(connection.scalar(select(runs.c.pid).where(runs.c.id == run.id)))


def end_workers(store: Store) -> None:
    """Kill the workers that a test left, each by its own id; not this process, where it was one."""
    with store.database.reading() as connection:
        rows = connection.execute(select(runs.c.pid, runs.c.process_started)).all()
    for pid, started in rows:
        try:
            process = psutil.Process(pid) if pid not in (None, os.getpid()) else None
            if process and abs(process.create_time() - started) < 2:
                process.kill()
        except psutil.NoSuchProcess:
            continue


def launcher(store: Store, worker=SLEEPER) -> Launcher:
    return Launcher(store, worker)


def pump_at_once(url, home, barrier, rounds):
    """A server whose workers write down that they were launched, and no more."""
    os.environ |= {"RESNET_VIZ_HOME": home, "RESNET_VIZ_STORE": url}
    starter = Launcher(Store(), ECHO)
    for _ in range(rounds):
        barrier.wait(60)
        starter.pump()
        barrier.wait(60)


def steady(config, recorder, folder, *, resume):
    """A fit whose loss is 1 / step, that saves at each epoch's end and resumes from there."""
    saved = folder / "fake.state"
    done = int(saved.read_text()) if saved.exists() else 0
    recorder.begin(
        total_steps=STEPS,
        steps_per_epoch=STEPS_PER_EPOCH,
        layers=LAYERS,
        device="CPU",
        resumed_step=done,
    )
    pause = float(os.environ.get("FAKE_PAUSE", "0"))
    for step in range(done + 1, STEPS + 1):
        time.sleep(pause)
        hand_over(recorder, step)
        stop = recorder.stop_requested()
        if step % STEPS_PER_EPOCH == 0 or stop:
            recorder.flush()
            saved.write_text(str(step))
            recorder.saved(step=step)
        if stop and step < STEPS:
            raise Stopped(step)


def hand_over(recorder, step: int) -> None:
    """What a step brings, and at the end of an epoch what the epoch brings."""
    epoch = step / STEPS_PER_EPOCH
    seconds = step / 2
    recorder.step(
        StepRow(step=step, epoch=epoch, seconds=seconds, train_loss=1 / step, learning_rate=0.1)
    )
    norms = [step + index / 4 for index in range(len(LAYERS))]
    recorder.gradients(step=step, epoch=epoch, weight_norms=norms, gradient_norms=norms[::-1])
    if step % STEPS_PER_EPOCH == 0:
        recorder.epoch(
            EpochRow(
                epoch=int(epoch),
                step=step,
                seconds=seconds,
                train_loss=1 / step,
                test_loss=2 / step,
                train_accuracy=90.0 + epoch,
                test_accuracy=80.0 + epoch,
                learning_rate=0.1,
                images_per_second=100.0,
            )
        )


def diverging(config, recorder, folder, *, resume):
    raise TrainingError("The loss is no number: try a lower learning rate.")


def broken(config, recorder, folder, *, resume):
    raise KeyError("something inside")


def assisted(config, recorder, folder, *, resume):
    """A fit in two processes, of which the first starts the second as Lightning does; none ends."""
    if "LOCAL_RANK" in os.environ:
        (folder / "assistant").write_text(str(os.getpid()))
    else:
        subprocess.Popen([sys.executable, *sys.argv], env=os.environ | {"LOCAL_RANK": "1"})
    time.sleep(300)


def stopping(config, recorder, folder, *, resume):
    """A fit in two processes that both stop; the first notes how the second one ended."""
    if "LOCAL_RANK" not in os.environ:
        environment = os.environ | {"LOCAL_RANK": "1"}
        done = subprocess.run([sys.executable, *sys.argv], env=environment, check=False)
        (folder / "ended").write_text(str(done.returncode))
    raise Stopped(1)


def full_disk(config, recorder, folder, *, resume):
    """Many rows into a store that may hardly grow, as on a full disk."""
    recorder.begin(
        total_steps=10**6, steps_per_epoch=1, layers=LAYERS, device="CPU", resumed_step=0
    )
    for step in range(1, 10**6):
        time.sleep(0.0005)
        hand_over(recorder, step)
        recorder.stop_requested()
    raise RunError("The disk never became full.")


def full_store(config, recorder, folder, *, resume):
    """A failure whose sentence is longer than all that the store has room for."""
    attempt.INSIST_SECONDS = 0.1
    raise TrainingError(f"The loss is no number: {'again and ' * 5000}no number.")


def _limit_pages(connection, _) -> None:
    [pages] = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages + 4}")


if __name__ == "__main__":
    fit = globals()[os.environ.get("FAKE_FIT", "steady")]
    if fit in (full_disk, full_store):
        event.listen(Pool, "connect", _limit_pages)
    sys.exit(main(sys.argv[1:], fit, FAKE_WORKER))
