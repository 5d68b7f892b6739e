"""Servers of a test: each in a session of its own, and ended with all that it started."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil


@contextmanager
def server(command: list[str], log: Path, environment: Mapping[str, str]) -> Iterator[int]:
    """A server's process number, while it is needed."""
    with open(log, "wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment),
            start_new_session=True,
        )
    try:
        yield process.pid
    finally:
        end(process.pid)
        process.wait()


def end(pid: int) -> None:
    """Kill a process and all that it has started, as a machine that goes off does."""
    with_all = family(pid)
    for process in with_all:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue
    psutil.wait_procs(with_all, timeout=5)


def family(pid: int) -> list[psutil.Process]:
    """A process, what it has started, and what is left of its session."""
    try:
        first = psutil.Process(pid)
        found = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        found = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == pid and process not in found:
                found.append(process)
        except (ProcessLookupError, PermissionError):
            continue
    return found


def until(holds: Callable[[], object], seconds: float, otherwise: Callable[[], str]) -> None:
    """Wait for something, and say how things stand if it does not come."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.2)


def free_ports(number: int) -> list[int]:
    """Ports that nobody has now."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(number)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
