"""Trainings by two processes on the CPU, as a script: ``python -m tests.unit.two_processes``.

It imports torch once and forks both from there, where a run's worker would start the second anew.
Each scenario's records and last weights go into its folder, of process r as ``r.pt``.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from lightning.fabric.plugins.environments.lightning import find_free_network_port

from resnet_viz.training import Stopped, TrainingError
from resnet_viz.training.module import TrainingModule
from tests.unit.training_support import Memory, few_digits, train

SETTINGS: dict[str, Any] = {"architecture": "resnet20", "device": "cpu:2", "epochs": 2}
PLAIN = {"recipe": "paper", "options": {"norm": "none"}, "learning_rate": 0.02}
NORMALISED = {"batch_size": 8, "epochs": 1}


def trained(folder: Path, memory: Memory | None = None, **overrides: Any) -> dict[str, Any]:
    """What a run recorded, how it ended and the weights that it ended with."""
    memory = memory or Memory()
    few, end, state = few_digits(), None, {}
    try:
        state = train(folder, memory, dataset=few, **SETTINGS | overrides).network.state_dict()
    except (Stopped, TrainingError) as error:
        end = f"{type(error).__name__}: {error}"
    return {
        "state": state,
        "records": memory.timeless(),
        "saves": memory.saves,
        "begun": memory.begun,
        "end": end,
    }


def alike(home: Path, rank: int) -> dict[str, Any]:
    """A network without batch statistics, on shuffled and augmented batches."""
    return trained(home / "alike", **PLAIN)


def normalised(home: Path, rank: int) -> dict[str, Any]:
    """A network with batch normalisation."""
    return trained(home / "normalised", **NORMALISED)


def stopped(home: Path, rank: int) -> dict[str, Any]:
    """The first process is asked to stop after a step."""
    memory = Memory(stop_after=2 if rank == 0 else None)
    return trained(home / "stopped", memory, **PLAIN)


def resumed(home: Path, rank: int) -> dict[str, Any]:
    """What was stopped goes on."""
    return trained(home / "stopped", resume=True, **PLAIN)


def lost(home: Path, rank: int) -> dict[str, Any]:
    """The second process is gone at its second step."""
    if rank == 1:
        step = TrainingModule.training_step
        TrainingModule.training_step = lambda self, *batch: (
            os._exit(9) if self.global_step else step(self, *batch)
        )
    return trained(home / "lost", **PLAIN)


def diverged(home: Path, rank: int) -> dict[str, Any]:
    """A loss that is no number, which the first process alone tells."""
    return trained(home / "diverged", **PLAIN | {"recipe": "quick", "learning_rate": 100.0})


SCENARIOS: list[Callable[[Path, int], dict[str, Any]]] = [
    *(alike, normalised, stopped, resumed),
    *(lost, diverged),
]


def main(home: Path) -> int:
    """Every scenario by two processes at once, in a folder of its own."""
    for scenario in SCENARIOS:
        port = str(find_free_network_port())
        forked = [_fork(scenario, home, rank, port) for rank in range(2)]
        for pid in forked:
            os.waitpid(pid, 0)
    return 0


def _fork(scenario: Callable[[Path, int], dict[str, Any]], home: Path, rank: int, port: str) -> int:
    if pid := os.fork():
        return pid
    code = 1
    signal.alarm(60)  # seconds, after which it is over: it may wait for one that has failed
    try:
        os.environ |= {"LOCAL_RANK": str(rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
        torch.save(scenario(home, rank), home / f"{scenario.__name__}.{rank}.pt")
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.exit(main(Path(sys.argv[1])))
