"""Engine: what every engine does, whatever it starts workers on."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from resnet_viz.runs.errors import RunError
from resnet_viz.training.config import RunConfig

WAITING, RUNNING, ENDED = "waiting", "running", "ended"  # what may have become of a job


class EngineError(RunError):
    """An engine cannot do what was asked, or is not there; the text says what to do."""


@dataclass(frozen=True)
class Job:
    """What an engine is asked to start: the worker of a run, under the token of its launch.

    Attributes:
        folder: of the run, where its log goes.
        environment: all variables of a worker on this machine; for an engine with a queue those
            that are added to the ones of the machine where it starts.
        anew: whether the worker is to be a new interpreter in any case.
    """

    run_id: str
    token: str
    folder: Path
    config: RunConfig
    environment: Mapping[str, str] = field(repr=False)
    anew: bool = False

    @property
    def arguments(self) -> tuple[str, str]:
        """What the worker is told."""
        return self.run_id, self.token


@dataclass(frozen=True)
class Resources:
    """What an engine has for runs, and what of it nobody uses now; None where that is not known."""

    cpus: int
    gpus: int
    cpus_free: int | None = None
    gpus_free: int | None = None
    nodes: int = 1


class Engine(ABC):
    """Starts workers and ends them; every method raises EngineError if it does not answer."""

    def __init__(self, worker: tuple[str, ...]) -> None:
        self.worker = worker

    @abstractmethod
    def submit(self, jobs: Sequence[Job]) -> list[str]:
        """Start workers, or queue them: the engine's own name of each job, in order."""

    @abstractmethod
    def stop(self, job: str) -> None:
        """End a job at once, whatever it does; nothing happens if it has ended."""

    def withdraw(self, jobs: Sequence[str]) -> None:
        """End jobs that wait, many at once where the engine can."""
        for job in jobs:
            self.stop(job)

    @abstractmethod
    def poll(self, jobs: Sequence[str]) -> dict[str, str]:
        """Of each job: ``waiting``, ``running`` or ``ended``; one that is not known has ended."""

    @abstractmethod
    def logs(self, job: str) -> str:
        """What the engine itself says of a job, beside the log that its worker writes."""

    @abstractmethod
    def resources(self) -> Resources:
        """What it has for runs."""

    def takes(self, there: Sequence[RunConfig], waiting: Sequence[RunConfig]) -> list[int]:
        """Positions of the waiting runs that it takes into its queue beside those there."""
        return list(range(len(waiting)))

    def is_here(self) -> bool:
        """Whether all it starts runs on this machine, so that a store in a file can be shared."""
        return True

    def requeue(self, job: str) -> None:
        """Let a job that is about to end be started again under the same token."""
        raise EngineError("This engine starts no job a second time: resume the run.")
