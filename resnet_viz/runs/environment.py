"""The environment of a worker: where its store is, how many threads it has, which GPU."""

import os
from pathlib import Path

from resnet_viz.runs import machine
from resnet_viz.runs.store import Store
from resnet_viz.training.config import RunConfig

PACKAGE_PARENT = Path(__file__).resolve().parents[2]
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")

# What one process of a training on several GPUs tells the others is not for the next run.
DISTRIBUTED = ("LOCAL_RANK", "NODE_RANK", "RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def inherited() -> dict[str, str]:
    """What all workers have in common: the environment of this process, without what is its own."""
    before = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    path = dict.fromkeys([str(PACKAGE_PARENT), *filter(None, before)])
    mine = {name: value for name, value in os.environ.items() if name not in DISTRIBUTED}
    return machine.WAITING | mine | {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}


def of_run(store: Store, config: RunConfig, slot: int) -> dict[str, str]:
    """The environment of the worker that trains a run in a slot."""
    environment = inherited() | {
        "RESNET_VIZ_HOME": str(store.folder),
        "RESNET_VIZ_STORE": store.url,
    }
    if config.threads:
        environment |= dict.fromkeys(THREAD_VARIABLES, str(config.threads))
    if gpus := machine.gpus():
        environment[machine.GPUS_VARIABLE] = ",".join(gpus)
        # Named GPUs are the person's choice; "auto" and "cuda" take the slot's own.
        one = config.device in ("auto", "cuda")
        environment["CUDA_VISIBLE_DEVICES"] = gpus[slot % len(gpus)] if one else ",".join(gpus)
    return environment
