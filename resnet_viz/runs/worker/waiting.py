"""A process that has imported what a worker needs, and becomes workers by forking.

``python -m resnet_viz.runs.worker.waiting`` reads orders from the socket that is its standard
input, a line of JSON each, and answers each with the process that it started. It computes nothing
itself, so it has no threads that a fork would lose, and stays as large as its imports. It ends when
the other end of the socket is closed, whatever ended the process that held it; its workers go on.
"""

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from resnet_viz.runs.template import READY

MODULES = (
    "resnet_viz.runs.worker.process",
    "resnet_viz.training.fitting",
    "resnet_viz.data.loading",
    "resnet_viz.data.folder_decoding",
    "torch.utils.serialization.config",  # the first checkpoint would
)
LONGEST_ORDER = 1 << 20  # bytes
WORKER = "resnet_viz.runs.worker.__main__"


def main(modules: Sequence[str] = MODULES, work: Callable[[list[str]], int] | None = None) -> int:
    """Import, say that it is ready, and become a worker at every order.

    Args:
        work: what a worker does with its arguments; trains unless given.

    Returns:
        In a worker its exit status; in the waiting process 0 when nobody can order any more, and 1
        if it must not be forked.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # a worker that has ended leaves no zombie
    orders = socket.socket(fileno=os.dup(0))
    for module in modules:
        import_module(module)
    gc.collect()
    gc.freeze()  # a worker's collections would copy every page that they walk through
    if not is_safe_to_fork():
        return 1
    try:
        orders.sendall(READY)
        with orders.makefile("rb") as lines:
            while line := lines.readline(LONGEST_ORDER):
                order = json.loads(line)
                if (worker := os.fork()) == 0:
                    break
                orders.sendall(f"{worker}\n".encode())
            else:
                return 0
    except ConnectionError:  # it had been ordering to the end
        return 0
    orders.close()
    arguments = _become_worker(order)
    return (work or _train)(arguments)


def is_safe_to_fork() -> bool:
    """Whether this process has one thread alone, and no GPU open: neither outlives a fork."""
    try:
        threads = len(os.listdir("/proc/self/task"))
        descriptors = os.listdir("/proc/self/fd")
    except OSError:
        return False
    opened = []
    for descriptor in descriptors:
        with suppress(OSError):  # the one that was open to list them
            opened.append(os.readlink(f"/proc/self/fd/{descriptor}"))
    return threads == 1 and not any(name.startswith("/dev/nvidia") for name in opened)


def _become_worker(order: dict[str, Any]) -> list[str]:
    """Be as a process that the launcher started itself would be; the worker's arguments."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    log = os.open(order["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    os.close(nothing)
    os.close(log)
    arguments = list(order["arguments"])
    # Lightning starts the processes beside the first one as this one seems to have been started.
    spec = find_spec(WORKER)
    sys.modules["__main__"].__spec__ = spec
    sys.argv = [str(spec.origin) if spec else WORKER, *arguments]
    return arguments


def _train(arguments: list[str]) -> int:
    from resnet_viz.runs.worker.process import main as train

    return train(arguments)


if __name__ == "__main__":
    sys.exit(main())
