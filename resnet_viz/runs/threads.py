"""Threads of runs: settled when a run starts, from what this machine has free then.

Runs have in all no more than there are cores, less one for the server while it serves, and each at
least one; a run that starts leaves their share to the slots that are still empty. What it was given
is kept with the run, which goes on with it when it is resumed, whatever is free then.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace

import psutil
from sqlalchemy import Connection, delete, insert, select

from resnet_viz.runs import machine
from resnet_viz.runs.database import settings
from resnet_viz.runs.liveness import here
from resnet_viz.training.config import RunConfig
from resnet_viz.training.threads import useful

SERVER = "server on "  # with a machine's mark, the setting that names its server


def free(connection: Connection, running: Iterable[RunConfig]) -> int:
    """Threads that no run of this machine has, and that the server does not need; 0 or more."""
    cores = machine.cores()
    for_runs = max(1, cores - 1) if is_serving(connection) else cores
    return max(0, for_runs - taken_by(running))


def taken_by(running: Iterable[RunConfig]) -> int:
    """The threads that runs have in all, each process its own."""
    return sum((config.threads or 1) * config.processes for config in running)


def settled(starting: Sequence[RunConfig], free: int, empty_slots: int) -> list[RunConfig]:
    """The configs of runs that start together, each with its number of threads.

    Args:
        free: threads, see above.
        empty_slots: into which others may still come.
    """
    left = free - sum((config.threads or 0) * config.processes for config in starting)
    sharing = empty_slots + sum(each.processes for each in starting if each.threads is None)
    return [
        config
        if config.threads
        else replace(config, threads=max(1, min(_most(config), left // sharing)))
        for config in starting
    ]


def _most(config: RunConfig) -> int:
    """What it has work for; beside a GPU the threads do what is no network's."""
    on_gpu = not config.device.startswith("cpu") and machine.gpus()
    return machine.cores() if on_gpu else useful(config)


def note_server(connection: Connection) -> None:
    """Remember that this process is a server, and wants a core of this machine.

    Args:
        connection: within ``Database.deciding``.
    """
    process = psutil.Process()
    value = json.dumps({"pid": process.pid, "started": process.create_time()})
    connection.execute(delete(settings).where(settings.c.name == _name()))
    connection.execute(insert(settings).values(name=_name(), value=value))


def is_serving(connection: Connection) -> bool:
    """Whether a server of these runs lives on this machine."""
    value = connection.scalar(select(settings.c.value).where(settings.c.name == _name()))
    if value is None:
        return False
    server = json.loads(value)
    try:
        return abs(psutil.Process(server["pid"]).create_time() - server["started"]) < 2
    except psutil.Error:
        return False


def _name() -> str:
    return SERVER + hashlib.sha256(here().encode()).hexdigest()[:16]
