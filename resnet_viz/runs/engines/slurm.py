"""Slurm: a run is a job of ``sbatch``, and many that are submitted at once are one array.

https://slurm.schedmd.com/sbatch.html
"""

import os
import re
import shlex
import shutil
import socket
import subprocess
from collections import defaultdict
from collections.abc import Sequence

from resnet_viz.runs import environment
from resnet_viz.runs.engines.demand import Demand, demand
from resnet_viz.runs.engines.engine import (
    RUNNING,
    WAITING,
    Engine,
    EngineError,
    Job,
    Resources,
)
from resnet_viz.runs.engines.orders import command, order
from resnet_viz.runs.starting import LOG

NAME = "slurm"
OPTIONS_VARIABLE = "RESNET_VIZ_SLURM_OPTIONS"  # further ones of sbatch, such as --partition=gpu
WARNING_SECONDS = 60  # before the time limit, in which a run saves
LONGEST_ARRAY = 1000  # Slurm's own default of MaxArraySize allows indices below 1001
SECONDS = 30.0  # in which a command has to answer
NODE_COLUMNS = "NodeHost:256,StateCompact:32,CPUsState:64,Gres:256,GresUsed:256"
AT_WORK = ("RUNNING", "COMPLETING", "STOPPED", "SUSPENDED")
# Variables of this process that would decide about a job's machine.
NOT_PASSED_ON = ("RESNET_VIZ_STORE", "CUDA_VISIBLE_DEVICES", *environment.THREAD_VARIABLES)


class Unit(Engine):
    """The cluster that the commands of Slurm on this machine belong to."""

    def submit(self, jobs: Sequence[Job]) -> list[str]:
        """One array for all that demand the same."""
        gpus = self.resources().gpus
        groups: defaultdict[Demand, list[Job]] = defaultdict(list)
        for job in jobs:
            order(job, NAME, self.worker)
            groups[demand(job.config, gpus)].append(job)
        called: dict[str, str] = {}
        for wanted, members in groups.items():
            for first in range(0, len(members), LONGEST_ARRAY):
                part = members[first : first + LONGEST_ARRAY]
                called |= zip((job.token for job in part), _submit(part, wanted), strict=True)
        return [called[job.token] for job in jobs]

    def stop(self, job: str) -> None:
        """Have Slurm end it: SIGTERM, and SIGKILL after its own patience."""
        _slurm("scancel", "--quiet", job)

    def withdraw(self, jobs: Sequence[str]) -> None:
        """One command for many."""
        for first in range(0, len(jobs), LONGEST_ARRAY):
            _slurm("scancel", "--quiet", *jobs[first : first + LONGEST_ARRAY])

    def poll(self, jobs: Sequence[str]) -> dict[str, str]:
        """What Slurm's queue says; what is not in it any more has ended."""
        listed = _slurm("squeue", "--me", "--noheader", "--array", "--format=%i %T")
        states = dict(line.split(maxsplit=1) for line in listed.splitlines() if line.strip())
        wanted = {job: states[job].strip() for job in jobs if job in states}
        return {job: RUNNING if state in AT_WORK else WAITING for job, state in wanted.items()}

    def logs(self, job: str) -> str:
        """What Slurm knows of a job; nothing some minutes after its end."""
        try:
            return _slurm("scontrol", "show", "job", job).strip()
        except EngineError:
            return ""

    def resources(self) -> Resources:
        """CPUs and GPUs of the nodes that work."""
        nodes = _nodes()
        states = [tuple(map(int, node[2].split("/"))) for node in nodes]  # used, idle, other, all
        gpus, used = (sum(_gpus(node[column]) for node in nodes) for column in (3, 4))
        return Resources(
            cpus=sum(every - other for _, _, other, every in states),
            gpus=gpus,
            cpus_free=sum(idle for _, idle, _, _ in states),
            gpus_free=gpus - used,
            nodes=len(nodes),
        )

    def is_here(self) -> bool:
        """Whether its only node is this machine."""
        here = socket.gethostname()
        return {node[0] for node in _nodes()} <= {here, here.partition(".")[0], "localhost"}

    def requeue(self, job: str) -> None:
        """Have Slurm start it again, which ends the process that asks for it."""
        _slurm("scontrol", "requeue", job)


def _submit(jobs: Sequence[Job], wanted: Demand) -> list[str]:
    """What Slurm calls the jobs."""
    options = [
        "--parsable",
        "--job-name=resnet_viz",
        "--requeue",
        f"--signal=B:USR1@{WARNING_SECONDS}",
        "--nodes=1",
        "--ntasks=1",
        f"--cpus-per-task={wanted.cpus}",
        "--output=/dev/null",  # all is in the log of the run
        "--chdir=/",
    ]
    if wanted.gpus:
        options.append(f"--gres=gpu:{wanted.gpus}")
    if len(jobs) > 1:
        options.append(f"--array=0-{len(jobs) - 1}")
    options += shlex.split(os.environ.get(OPTIONS_VARIABLE, ""))
    answer = _slurm("sbatch", *options, given=script(jobs)).strip()
    number = answer.partition(";")[0]
    return [f"{number}_{index}" for index in range(len(jobs))] if len(jobs) > 1 else [number]


def script(jobs: Sequence[Job]) -> str:
    """What ``sbatch`` runs: the worker of one of the jobs, which the index in the array chooses.

    The shell becomes the worker, so that Slurm's signal reaches the training; until the worker
    listens, it says nothing.
    """
    chosen = [
        f"{index}) set -- {shlex.quote(str(job.folder))} {job.token} ;;"
        for index, job in enumerate(jobs)
    ]
    return "\n".join(
        [
            "#!/bin/sh",
            "trap '' USR1",
            'case "${SLURM_ARRAY_TASK_ID:-0}" in',
            *chosen,
            "esac",
            f'exec >> "$1/{LOG}" 2>&1',
            f'{command()} "$1" "$2"',
            "",
        ]
    )


def _nodes() -> list[list[str]]:
    """Of each node that works once: its name, its state, its CPUs, its GPUs, and those in use."""
    listed = _slurm("sinfo", "--noheader", "--Node", f"--Format={NODE_COLUMNS}")
    rows = {row[0]: row for line in listed.splitlines() if len(row := line.split()) == 5}
    return [row for row in rows.values() if not row[1].startswith(("down", "drain", "fail"))]


def _gpus(text: str) -> int:
    """GPUs in a list of generic resources such as ``gpu:a100:4(S:0-1),shard:8``."""
    return sum(map(int, re.findall(r"(?:^|,)gpu(?::[^:,(]+)?:(\d+)", text)))


def _slurm(tool: str, *arguments: str, given: str = "") -> str:
    """What a command of Slurm answers."""
    if (path := shutil.which(tool)) is None:
        raise EngineError(
            f"Slurm's command {tool} is not on this machine: start resnet_viz on one from which "
            "jobs are submitted."
        )
    variables = {
        name: value
        for name, value in environment.alone(os.environ).items()
        if name not in NOT_PASSED_ON
    }
    try:
        answer = subprocess.run(
            [path, *arguments],
            input=given,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            env=variables,
        )
    except subprocess.TimeoutExpired as error:
        raise EngineError(
            f"Slurm has not answered {tool} for {SECONDS:.0f} s: try again in a moment."
        ) from error
    if answer.returncode:
        said = (answer.stderr.strip().splitlines() or ["it does not say why"])[-1]
        reason = said.removeprefix(f"{tool}: ").removeprefix("error: ").rstrip(".")
        raise EngineError(
            f"Slurm refuses {tool} ({reason}): see that its cluster works, and the options in "
            f"{OPTIONS_VARIABLE}."
        )
    return answer.stdout
