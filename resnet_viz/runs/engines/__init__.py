"""Engines: where the workers of runs are started, one unit and one row each."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import cast

from resnet_viz.runs.engines.engine import Engine, EngineError, Job, Resources

__all__ = ["ENGINES", "LOCAL", "VARIABLE", "Engine", "EngineError", "EngineRow", "Job", "Resources"]

VARIABLE = "RESNET_VIZ_ENGINE"
LOCAL = "local"


@dataclass(frozen=True)
class EngineRow:
    """What is known of an engine without asking it.

    Attributes:
        title: what people call it.
        unit: the module in this package whose class ``Unit`` it is.
        queues: whether it keeps a queue of its own, and decides when a run starts; else the
            launcher does, by the number of runs at once.
    """

    title: str
    unit: str
    queues: bool

    def engine(self, worker: Sequence[str]) -> Engine:
        """The engine, starting workers with that command.

        Raises:
            EngineError: if it needs what is not installed here.
        """
        module = import_module(f"{__name__}.{self.unit}")
        return cast(Engine, module.Unit(tuple(worker)))


ENGINES = {
    LOCAL: EngineRow("This machine", "processes", queues=False),
    "ray": EngineRow("Ray", "ray_jobs", queues=True),
    "slurm": EngineRow("Slurm", "slurm", queues=True),
}


def named(name: str) -> EngineRow:
    """The engine of that name.

    Raises:
        EngineError: if there is none.
    """
    if name not in ENGINES:
        raise EngineError(f"There is no engine {name!r}: choose {', '.join(ENGINES)}.")
    return ENGINES[name]


def has_queue(name: str | None) -> bool:
    """Whether a run of that engine waits in a queue of the engine's; None is this machine.

    One that this version does not know is left to the version that does.
    """
    row = ENGINES.get(name or LOCAL)
    return row is None or row.queues


def from_environment() -> str | None:
    """The engine that ``RESNET_VIZ_ENGINE`` names, if it is set.

    Raises:
        EngineError: if there is none of that name.
    """
    if name := os.environ.get(VARIABLE):
        named(name)
    return name or None
