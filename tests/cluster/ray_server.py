"""A Ray cluster on this machine: a head, and other nodes that are sessions of their own."""

import os
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from resnet_viz.runs.engines import EngineError
from resnet_viz.runs.engines.ray_jobs import ADDRESS_VARIABLE, Unit
from tests.cluster.processes import free_ports, server

IS_THERE = find_spec("ray") is not None
RAY = (sys.executable, "-c", "from ray.scripts.scripts import main; main()", "start", "--block")
ATTEMPTS = 4


@dataclass(frozen=True)
class Cluster:
    """What connects to a head.

    Attributes:
        variables: of whoever submits, and of a node.
    """

    folder: Path
    address: str
    variables: dict[str, str]

    @contextmanager
    def node(self, name: str, cpus: int) -> Iterator[int]:
        """Another node; the number of the process whose session it is."""
        options = [f"--address={self.address}", f"--node-name={name}", *_usual(cpus)]
        log = self.folder / f"{name}.log"
        with _started([*RAY, *options], log, self.variables, nodes=_nodes() + 1) as pid:
            yield pid


@contextmanager
def head(cpus: int, **passed_on: str) -> Iterator[Cluster]:
    """A cluster of one node, guarded by a token; the variables of this process name it.

    Args:
        passed_on: variables of every job on it.
    """
    gcs, dashboard, client = free_ports(3)
    folder = Path(tempfile.mkdtemp(prefix="ray"))  # pytest's are too long for Ray's sockets
    variables = {
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        ADDRESS_VARIABLE: f"http://127.0.0.1:{dashboard}",
    }
    known = {name: os.environ.get(name) for name in variables}
    os.environ |= variables
    cluster = Cluster(folder, f"127.0.0.1:{gcs}", dict(os.environ) | passed_on)
    options = [
        "--head",
        f"--port={gcs}",
        f"--dashboard-port={dashboard}",
        f"--ray-client-server-port={client}",
        f"--temp-dir={folder}",
        *_usual(cpus),
    ]
    try:
        log = folder / "head.log"
        with _started([*RAY, *options], log, cluster.variables, nodes=1):
            yield cluster
    finally:
        for name, value in known.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        shutil.rmtree(folder, ignore_errors=True)


def _usual(cpus: int) -> list[str]:
    return [
        f"--num-cpus={cpus}",
        "--num-gpus=0",
        "--object-store-memory=80000000",
        "--disable-usage-stats",
    ]


@contextmanager
def _started(command: list[str], log: Path, variables: dict[str, str], nodes: int) -> Iterator[int]:
    """A node that makes them so many; Ray gives up after half a minute, as on busy cores it may."""
    for _ in range(ATTEMPTS):
        with server(command, log, variables) as pid:
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                if _nodes() >= nodes:
                    yield pid
                    return
                time.sleep(0.3)
    raise AssertionError(log.read_text())


def _nodes() -> int:
    try:
        return Unit(()).resources().nodes
    except EngineError:
        return 0
