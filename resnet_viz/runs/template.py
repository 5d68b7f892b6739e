"""Template: one process that waits, warm, to become the workers of the next runs.

What takes a worker longest is to import torch and Lightning. Where a server runs, one process has
done so beforehand (see ``worker.waiting``) and is forked for each run; a worker that came from it
may have the next one forked in the same way. It is a convenience: where there is none, or it is not
ready, out of date or broken, a worker is started as it is elsewhere.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from resnet_viz.runs.environment import THREAD_VARIABLES

COMMAND = (sys.executable, "-m", "resnet_viz.runs.worker.waiting")
READY = b"ready\n"  # what it says once, when it waits for an order
PACKAGE = Path(__file__).resolve().parents[1]
ROOM = 2 << 30  # bytes that must be free for it; it takes about half a gigabyte of its own
ANSWER_SECONDS = 2.0
MOST_FAILURES = 3  # in a row, after which this machine is taken to have no use for it
# What a worker is told anew: only what was read at import must be as the order wants it.
TOLD = ("RESNET_VIZ_", "CUDA_VISIBLE_DEVICES", *THREAD_VARIABLES)


class UnansweredError(Exception):
    """It was given an order and did not say what became of it: it may have been carried out."""


class Template:
    """The waiting process of this server; safe to be asked by several threads."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = tuple(command)
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._ready = False
        self._made_from: tuple[object, ...] = ()
        self._failures = 0
        self._is_lent = False

    @classmethod
    def lent(cls, channel: socket.socket, environment: Mapping[str, str]) -> "Template":
        """The process that this one was forked from, as a worker may use it.

        Args:
            channel: to it, of this worker's own.
            environment: what this worker has got.
        """
        template = cls()
        template._channel, template._ready, template._is_lent = channel, True, True
        template._made_from = _made_from(environment)
        return template

    @property
    def pid(self) -> int | None:
        """The number of the waiting process, if there is one."""
        return self._process.pid if self._process else None

    def look_after(self, environment: Mapping[str, str]) -> None:
        """Have one waiting: start it, or another in its place if it is gone or out of date.

        Args:
            environment: what workers get, see ``environment.inherited``.
        """
        with self._lock:
            if self._process and not self._is_current(environment):
                self._end()
            if not self._process and _can_wait_here() and self._failures < MOST_FAILURES:
                self._start(environment)

    def is_ready(self) -> bool:
        """Whether it waits for an order."""
        with self._lock:
            return self._listens()

    def start(
        self, arguments: Sequence[str], folder: Path, log: Path, environment: Mapping[str, str]
    ) -> int | None:
        """Start a worker, without waiting for it; its process, or None if another way is needed.

        Raises:
            UnansweredError: if it may have been started or not.
        """
        with self._lock:
            if not self._listens() or not self._is_current(environment):
                return None
            order = {
                "arguments": list(arguments),
                "folder": str(folder),
                "log": str(log),
                "environment": dict(environment),
            }
            assert self._channel is not None
            try:
                self._channel.settimeout(ANSWER_SECONDS)
                self._channel.sendall(json.dumps(order).encode() + b"\n")
                return int(self._line())
            except (OSError, ValueError) as error:
                self._end()
                raise UnansweredError from error

    def end(self) -> None:
        """Let nobody wait any more."""
        with self._lock:
            self._end()

    def _listens(self) -> bool:
        if not self._is_alive() or self._channel is None:
            return False
        if not self._ready:
            self._channel.settimeout(0)
            with suppress(OSError):  # nothing said yet
                self._ready = self._line() == READY
            if self._ready:
                self._failures = 0
        return self._ready

    def _line(self) -> bytes:
        """What it says next, at most a line; short enough to come in one piece."""
        assert self._channel is not None
        return self._channel.recv(64)

    def _is_current(self, environment: Mapping[str, str]) -> bool:
        """Whether it lives, and would be started in the same way now."""
        return self._is_alive() and self._made_from == _made_from(environment)

    def _is_alive(self) -> bool:
        return self._is_lent or (self._process is not None and self._process.poll() is None)

    def _start(self, environment: Mapping[str, str]) -> None:
        self._failures += 1  # until it says that it is ready
        self._made_from = _made_from(environment)
        ours, theirs = socket.socketpair()
        # One thread: a pool that is there already would not outlive the fork.
        alone = dict.fromkeys(THREAD_VARIABLES, "1")
        try:
            self._process = subprocess.Popen(
                self._command,
                env=dict(environment) | alone,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for the server, which then ends it
            )
            self._channel = ours
        except OSError:
            ours.close()
        finally:
            theirs.close()

    def _end(self) -> None:
        process, channel = self._process, self._channel
        self._process, self._channel, self._ready, self._is_lent = None, None, False, False
        if channel is not None:
            channel.close()  # it reads the end of its input, unless it imports
        if process is not None:
            process.kill()
            process.wait()


def _can_wait_here() -> bool:
    """Whether processes can be forked here with what they have imported, and there is room."""
    return sys.platform == "linux" and psutil.virtual_memory().available > ROOM


def _made_from(environment: Mapping[str, str]) -> tuple[object, ...]:
    """What a process of these imports depends on: the package's files and the settings."""
    settings = sorted(item for item in environment.items() if not item[0].startswith(TOLD))
    return (_newest(str(PACKAGE)), settings)


def _newest(folder: str) -> tuple[int, int]:
    """Number of Python files below a folder, and when one of them last changed."""
    number, newest = 0, 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir() and entry.name != "__pycache__":
                inside, changed = _newest(entry.path)
                number, newest = number + inside, max(newest, changed)
            elif entry.name.endswith(".py"):
                number, newest = number + 1, max(newest, entry.stat().st_mtime_ns)
    return number, newest
