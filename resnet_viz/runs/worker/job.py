"""``python -m resnet_viz.runs.worker.job FOLDER TOKEN``: a worker on a machine of an engine.

It takes the order in the run's folder, which the engine's machines share, and becomes the worker:
the process keeps its number, so what the engine signals reaches the training.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from resnet_viz.runs import environment
from resnet_viz.runs.engines.orders import Order
from resnet_viz.runs.starting import begin_log


def main(arguments: Sequence[str]) -> None:
    """Become the worker of the run in a folder, under a token."""
    folder, token = Path(arguments[0]), arguments[1]
    order = Order.read(folder)
    own = {environment.ENGINE_HERE: order.engine, environment.JOB_HERE: order.job or _slurm_job()}
    variables = environment.alone(os.environ) | order.environment | own
    begin_log(folder)
    os.chdir(folder)
    path = [str(environment.PACKAGE_PARENT), *filter(None, [variables.get("PYTHONPATH")])]
    variables |= {"PYTHONPATH": os.pathsep.join(path), "PYTHONUNBUFFERED": "1"}
    os.execvpe(order.worker[0], [*order.worker, folder.name, token], variables)


def _slurm_job() -> str:
    """What Slurm calls the job of this process."""
    array, task = (os.environ.get(f"SLURM_ARRAY_{name}") for name in ("JOB_ID", "TASK_ID"))
    return f"{array}_{task}" if array and task else os.environ.get("SLURM_JOB_ID", "")


if __name__ == "__main__":
    main(sys.argv[1:])
