"""Orders: what a job on another machine needs beside its arguments, in its run's folder.

The store's address may hold a password, which belongs neither into a command line nor into what a
cluster shows of its jobs: so a file that its owner alone may read says it.
"""

import json
import os
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from resnet_viz.runs.engines.engine import Job
from resnet_viz.runs.environment import PACKAGE_PARENT

FILE = "order.json"
PYTHON_VARIABLE = "RESNET_VIZ_PYTHON"  # the interpreter on the machines of the engine


@dataclass(frozen=True)
class Order:
    """How a worker is started.

    Attributes:
        job: what the engine calls it, where that is known before it is submitted.
    """

    engine: str
    job: str | None
    worker: tuple[str, ...]
    environment: dict[str, str] = field(repr=False)

    def write(self, folder: Path) -> None:
        """Put it into the folder of its run, in the place of an earlier one."""
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f"{FILE}.part"
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(vars(self), file)
        part.replace(folder / FILE)

    @classmethod
    def read(cls, folder: Path) -> "Order":
        """What stands in a run's folder."""
        read = json.loads((folder / FILE).read_text())
        return cls(**read | {"worker": tuple(read["worker"])})


def order(
    job: Job,
    engine: str,
    worker: tuple[str, ...],
    *,
    called: str | None = None,
    told: Mapping[str, str] | None = None,
) -> None:
    """Leave an order for a job where its machine will find it.

    Args:
        called: by the engine, where that is known beforehand.
        told: variables beside those of every job.
    """
    python = os.environ.get(PYTHON_VARIABLE)
    if python and worker[0] == sys.executable:
        worker = (python, *worker[1:])
    Order(engine, called, worker, {**job.environment, **(told or {})}).write(job.folder)


def command() -> str:
    """The start of the shell command that carries an order out; a folder and a token follow."""
    python = os.environ.get(PYTHON_VARIABLE) or sys.executable
    path = shlex.quote(str(PACKAGE_PARENT))
    return f"PYTHONPATH={path} exec {shlex.quote(python)} -m resnet_viz.runs.worker.job"
