"""The environment of a worker: where its store is, how many threads it has, which GPU."""

import os
from collections.abc import Mapping
from pathlib import Path

from resnet_viz.runs import machine
from resnet_viz.runs.store import Store
from resnet_viz.training.config import RunConfig

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

# What an allocation (Slurm, torchrun, MPI, LSF) tells the processes of its own program, and what
# one process of a training on several GPUs tells the others. Lightning would join either.
DISTRIBUTED = (
    "LOCAL_RANK",
    "NODE_RANK",
    "RANK",
    "WORLD_SIZE",
    "LOCAL_WORLD_SIZE",
    "GROUP_RANK",
    "GROUP_WORLD_SIZE",
    "ROLE_RANK",
    "ROLE_NAME",
    "ROLE_WORLD_SIZE",
    "MASTER_ADDR",
    "MASTER_PORT",
    "JSM_NAMESPACE_RANK",
    "JSM_NAMESPACE_SIZE",
    "LSB_JOBID",
)
ALLOCATIONS = ("SLURM_", "TORCHELASTIC_", "PMI_", "PMIX_", "OMPI_")
KEPT = ("SLURM_CONF",)  # where the commands of Slurm find the cluster

# What the worker of an engine with a queue is told of itself: the engine and its job.
ENGINE_HERE, JOB_HERE = "RESNET_VIZ_ENGINE_HERE", "RESNET_VIZ_JOB_HERE"


def alone(variables: Mapping[str, str]) -> dict[str, str]:
    """An environment whose process does not take itself for a part of an allocation's program."""
    own = (ENGINE_HERE, JOB_HERE)
    return {
        name: value
        for name, value in variables.items()
        if name in KEPT or not (name in (*DISTRIBUTED, *own) or name.startswith(ALLOCATIONS))
    }


def is_job() -> bool:
    """Whether this process is the worker of a job that an engine with a queue started."""
    return ENGINE_HERE in os.environ


def inherited() -> dict[str, str]:
    """What all workers have in common: the environment of this process, without what is its own."""
    before = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = dict.fromkeys([str(PACKAGE_PARENT), *filter(None, before)])
    mine = alone(os.environ)
    return machine.WAITING | mine | {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


def of_job(store: Store, config: RunConfig) -> dict[str, str]:
    """What a worker on another machine needs to know beside what that machine tells it."""
    environment = {
        name: value
        for name, value in alone(os.environ).items()
        if name.startswith("RESNET_VIZ_") and name != machine.GPUS_VARIABLE
    }
    threads = dict.fromkeys(THREAD_VARIABLES, str(config.threads or 1))
    return machine.WAITING | environment | threads | _places(store)


def of_run(store: Store, config: RunConfig, slot: int) -> dict[str, str]:
    """The environment of the worker that trains a run in a slot."""
    environment = inherited() | _places(store)
    if config.threads:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(config.threads))
    if gpus := machine.gpus():
        environment[machine.GPUS_VARIABLE] = ",".join(gpus)
        # Named GPUs are the person's choice; "auto" and "cuda" take the slot's own.
        one = config.device in ("auto", "cuda")
        environment["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)] if one else ",".join(gpus)
    return environment


def _places(store: Store) -> dict[str, str]:
    return {"RESNET_VIZ_HOME": str(store.folder), "RESNET_VIZ_STORE": store.url}
