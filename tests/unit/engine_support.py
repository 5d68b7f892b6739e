"""An engine with a queue that is told what becomes of its jobs, and the tools of a Slurm."""

import os
import stat
from pathlib import Path

import pytest

from resnet_viz.runs import engines
from resnet_viz.runs.engines import Engine, EngineError, EngineRow, Resources
from resnet_viz.runs.engines import queues as engine_queues
from resnet_viz.runs.engines.engine import WAITING


class Told(Engine):
    """Starts nothing; its jobs are in the state that a test puts them in."""

    def __init__(self):
        super().__init__(())
        self.jobs = {}
        self.states = {}
        self.stopped = []
        self.absent = False
        self.most = 100

    def submit(self, jobs):
        self._answer()
        names = [f"job {len(self.jobs) + index}" for index in range(len(jobs))]
        self.jobs |= dict(zip(names, jobs, strict=True))
        self.states |= dict.fromkeys(names, WAITING)
        return names

    def stop(self, job):
        self._answer()
        self.stopped.append(job)

    def poll(self, jobs):
        self._answer()
        return {job: self.states[job] for job in jobs if job in self.states}

    def logs(self, job):
        return f"what the engine says of {job}"

    def resources(self):
        self._answer()
        return Resources(cpus=4, gpus=0, cpus_free=1)

    def takes(self, there, waiting):
        self._answer()
        return list(range(len(waiting)))[: self.most - len(there)]

    def is_here(self):
        self._answer()
        return True

    def _answer(self):
        if self.absent:
            raise EngineError("No told cluster answers: start one.")


@pytest.fixture
def told(monkeypatch) -> Told:
    """The engine ``told``, which is asked at every turn."""
    made = Told()
    row = EngineRow("Told", "", queues=True)
    monkeypatch.setattr(EngineRow, "engine", lambda asked, _: made)
    monkeypatch.setitem(engines.ENGINES, "told", row)
    monkeypatch.setattr(engine_queues, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(engine_queues, "SILENT_SECONDS", 0)
    return made


def tool(folder: Path, name: str, answer: str = "", code: int = 0) -> Path:
    """A command that writes down its arguments and its input, and answers; where it writes."""
    folder.mkdir(exist_ok=True)
    said = folder / f"{name}.txt"
    (folder / f"{name}.answer").write_text(answer)
    lines = [
        "#!/bin/sh",
        f'printf "%s\\n" "$@" > "{said}"',
        f'[ {name} = sbatch ] && cat >> "{folder}/{name}.input"',
        f'cat "{folder}/{name}.answer"' + (" >&2" if code else ""),
        f"exit {code}",
    ]
    path = folder / name
    path.write_text("\n".join(lines))
    path.chmod(path.stat().st_mode | stat.S_IEXEC)
    return said


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Path:
    """A folder of commands that come before all others."""
    folder = tmp_path / "tools"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return folder
