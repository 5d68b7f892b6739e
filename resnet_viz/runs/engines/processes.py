"""Processes: the engine of this machine, where each worker is a process of its own."""

import time
from collections.abc import Sequence

import psutil

from resnet_viz.runs import machine, starting
from resnet_viz.runs.engines.engine import ENDED, RUNNING, Engine, Job, Resources


class Unit(Engine):
    """Starts a worker by forking the process that waits for it, or as a new interpreter.

    A job's name holds its process number and when it started, which no later process shares.
    """

    def submit(self, jobs: Sequence[Job]) -> list[str]:
        """Start each, in order.

        Raises:
            UnansweredError: if it is not known whether one was started.
            OSError: if one cannot be started.
        """
        return [self._start(job) for job in jobs]

    def stop(self, job: str) -> None:
        """Kill it."""
        if process := _process(job):
            process.kill()

    def poll(self, jobs: Sequence[str]) -> dict[str, str]:
        """What the process table says."""
        return {job: RUNNING if _process(job) else ENDED for job in jobs}

    def logs(self, job: str) -> str:
        """Nothing: all that it says is in the run's log."""
        return ""

    def resources(self) -> Resources:
        """The cores that this process may use, and its GPUs; others' use of them is not known."""
        return Resources(cpus=machine.cores(), gpus=len(machine.gpus()))

    def _start(self, job: Job) -> str:
        starting.begin_log(job.folder)
        how = self.worker, job.arguments, job.folder, job.environment
        pid = None if job.anew else starting.warm(*how)
        if pid is None:
            pid = starting.cold(*how)
        return _name(pid)


def identity(job: str) -> tuple[int, float]:
    """The number of a job's process, and when it started in seconds since 1970."""
    pid, _, started = job.partition("@")
    return int(pid), float(started)


def _name(pid: int) -> str:
    try:
        started = psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        started = time.time()
    return f"{pid}@{started!r}"


def _process(job: str) -> psutil.Process | None:
    pid, started = identity(job)
    try:
        process = psutil.Process(pid)
        ended = process.status() == psutil.STATUS_ZOMBIE
        return process if not ended and abs(process.create_time() - started) < 2 else None
    except psutil.Error:
        return None
