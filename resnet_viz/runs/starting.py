"""How a worker's process is started: from the template that waits, or as a new interpreter."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from resnet_viz.runs.template import Template

WORKER = (sys.executable, "-m", "resnet_viz.runs.worker")
LOG = "log.txt"

template = Template()  # nobody waits until a server looks after it
_children: list[subprocess.Popen[bytes]] = []  # kept to be reaped, so that none stays a zombie


def reap() -> None:
    """Let those that have ended go."""
    _children[:] = [child for child in _children if child.poll() is None]


def begin_log(folder: Path) -> None:
    """Have a folder for the run, and the time in its log."""
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / LOG, "ab") as log:
        log.write(f"--- {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n".encode())


def warm(
    command: Sequence[str], arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> int | None:
    """The process that the template became, if it can be a worker of this command.

    Raises:
        UnansweredError: if there may be such a process or not.
    """
    if tuple(command) != WORKER:
        return None
    return template.start(arguments, folder, folder / LOG, environment)


def cold(
    command: Sequence[str], arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> int:
    """The process of a new interpreter.

    Raises:
        OSError: if it cannot be started.
    """
    with open(folder / LOG, "ab") as log:
        child = subprocess.Popen(
            [*command, *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    _children.append(child)
    return child.pid
