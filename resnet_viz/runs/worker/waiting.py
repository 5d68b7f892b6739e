"""A process that has imported what a worker needs, and becomes workers by forking.

``python -m resnet_viz.runs.worker.waiting`` reads orders from the socket that is its standard
input, a line of JSON each, and answers each with the process that it started. Each worker has such
a socket too, to order what comes after it. It computes nothing itself, so it has no threads that a
fork would lose, and stays as large as its imports. It ends when nobody is left who could order:
whoever started it, and its workers, whatever ended them; workers go on without it.
"""

import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from resnet_viz.runs import starting
from resnet_viz.runs.template import READY, Template

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
        channel, order = _serve(orders)
    except ConnectionError:  # it had been ordering to the end
        return 0
    if channel is None:
        return 0
    arguments = _become_worker(order)
    starting.template = Template.lent(channel, order["environment"])
    return (work or _train)(arguments)


def _serve(orders: socket.socket) -> tuple[socket.socket | None, dict[str, Any]]:
    """Fork a worker at every order; in each the way back and its order, here in the end nothing."""
    lines = {orders: orders.makefile("rb")}
    with selectors.DefaultSelector() as selector:
        selector.register(orders, selectors.EVENT_READ)
        while lines:
            for key, _ in selector.select():
                asking: Any = key.fileobj
                try:
                    line = lines[asking].readline(LONGEST_ORDER)
                except ConnectionError:
                    line = b""
                if not line:
                    selector.unregister(asking)
                    lines.pop(asking).close()
                    asking.close()
                    continue
                order = json.loads(line)
                ours, theirs = socket.socketpair()
                if (worker := os.fork()) == 0:
                    for other in (*lines, ours):
                        other.close()
                    return theirs, order
                theirs.close()
                with suppress(ConnectionError):
                    asking.sendall(f"{worker}\n".encode())
                lines[ours] = ours.makefile("rb")
                selector.register(ours, selectors.EVENT_READ)
    return None, {}


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
