"""Tables in which the paper's number stands beside the measured one."""

import math
from collections.abc import Mapping

import pandas as pd
from safetensors import safe_open

from resnet_viz.models.published import CIFAR10_TEST_ERROR
from resnet_viz.runs import Record
from resnet_viz.runs.shelf import shipped_checkpoint


def paper_and_here(groups: Mapping[str, list[Record]]) -> pd.DataFrame:
    """One row a setting: the paper's error, ours over the seeds, and how ours came about."""
    rows = []
    for records in groups.values():
        config = records[0].config
        paper = CIFAR10_TEST_ERROR.get(config.architecture)
        count = parameters(records)
        last = [record.epochs.iloc[-1] for record in records]
        rows.append(
            {
                "network": config.network.title,
                "parameters": f"{count / 1e6:.2f} M" if count else "",
                "paper: test error, CIFAR-10": "figure 6 only" if paper is None else f"{paper} %",
                "here: training error": spread([100 - row["train_accuracy"] for row in last]),
                "here: test error": spread([100 - row["test_accuracy"] for row in last]),
                "here: training loss": spread([row["train_loss"] for row in last], digits=3),
                "data": config.data,
                "recipe": config.recipe,
                "epochs": config.epochs,
                "seeds": ", ".join(str(record.config.seed) for record in records),
            }
        )
    return pd.DataFrame(rows)


def spread(values: list[float], digits: int = 1) -> str:
    """The mean of several seeds with the least and the largest; one value alone as it is."""
    mean = sum(values) / len(values)
    if len(values) == 1:
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} ({min(values):.{digits}f} – {max(values):.{digits}f})"


def parameters(records: list[Record]) -> int | None:
    """Parameters of the setting's shipped weights, read off the file's header without torch."""
    paths = (shipped_checkpoint(record.name) for record in records)
    path = next(filter(None, paths), None)
    if path is None:
        return None
    with safe_open(path, framework="np") as file:
        return sum(
            math.prod(file.get_slice(name).get_shape())
            for name in file.keys()  # noqa: SIM118 - not a mapping
            if not name.endswith(("running_mean", "running_var", "num_batches_tracked"))
        )
