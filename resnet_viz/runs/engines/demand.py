"""Demand: what a run asks an engine with a queue for."""

import os
from dataclasses import dataclass

from resnet_viz.checks import whole
from resnet_viz.runs.engines.engine import EngineError
from resnet_viz.training.config import RunConfig

CPUS_VARIABLE = "RESNET_VIZ_ENGINE_CPUS"  # of each run that does not say its threads itself


@dataclass(frozen=True)
class Demand:
    """CPUs and GPUs for one run."""

    cpus: int
    gpus: int

    def __sub__(self, other: "Demand") -> "Demand":
        return Demand(self.cpus - other.cpus, self.gpus - other.gpus)


def demand(config: RunConfig, gpus: int) -> Demand:
    """What a run asks for: a CPU a thread of each process, and GPUs where there are any for it.

    Args:
        gpus: that the engine has.
    """
    wanted = 0
    if config.device.startswith("cuda"):
        wanted = config.processes
    elif config.device == "auto":
        wanted = min(1, gpus)
    return Demand(threads(config) * config.processes, wanted)


def threads(config: RunConfig) -> int:
    """The threads of each process of a run on an engine with a queue.

    Raises:
        EngineError: if ``RESNET_VIZ_ENGINE_CPUS`` is no number of them.
    """
    if config.threads:
        return config.threads
    text = os.environ.get(CPUS_VARIABLE) or "1"
    number = int(text) if text.isdecimal() else text
    whole(CPUS_VARIABLE, number, least=1, most=1024, error=EngineError)
    return int(number)
