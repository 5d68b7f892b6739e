"""Tables in which the paper's number stands beside the measured one."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from resnet_viz.data.local_sets import row_of
from resnet_viz.models.checkpoint_header import parameters
from resnet_viz.models.published import cifar10_test_error
from resnet_viz.reporting import run_labels
from resnet_viz.runs import Record
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training.config import RunConfig
from resnet_viz.training.plan import Plan

# Column of `paper_and_here` -> its heading on a screen; that these are errors says `legend`.
HEADINGS = {
    "here: test error": "here: test (%)",
    "here: training error": "here: training (%)",
    "paper: test error, CIFAR-10": "paper: CIFAR-10 test",
}
ASIDE = ["here: training loss", "hardware"]  # in the file alone, for a screen has no room for them


def paper_and_here(
    groups: Mapping[str, list[Record]],
    checkpoint: Callable[[Record], Path | None] | None = None,
) -> pd.DataFrame:
    """One row a setting: ours over the seeds, the paper's error, and how ours came about.

    What is measured here comes first, where a telephone shows it.

    Args:
        checkpoint: the weights of a run, to count its parameters; by default those that ship.
    """
    checkpoint = checkpoint or (lambda record: shipped_checkpoint(record.name))
    return pd.DataFrame([_row(records, checkpoint) for records in groups.values()])


def _row(records: list[Record], checkpoint: Callable[[Record], Path | None]) -> dict[str, str]:
    config = records[0].config
    path = next(filter(None, map(checkpoint, records)), None)
    last = [record.epochs.iloc[-1] for record in records]
    return {
        "network": run_labels.setting(config),
        "here: test error": spread([100 - row["test_accuracy"] for row in last]),
        "here: training error": spread([100 - row["train_accuracy"] for row in last]),
        "paper: test error, CIFAR-10": "–"
        if config.options
        else cifar10_test_error(config.architecture),
        "parameters": f"{parameters(path) / 1e6:.2f} M" if path else "",
        "here: training loss": spread([row["train_loss"] for row in last], digits=3),
        "data": run_labels.data_title(config.data),
        "recipe": _recipe(config),
        "epochs": ", ".join(dict.fromkeys(map(_epochs, records))),
        "seeds": ", ".join(map(str, sorted(record.config.seed for record in records))),
        "images seen": ", ".join(dict.fromkeys(map(_seen, records))),
        "hardware": "; ".join(dict.fromkeys(record.hardware for record in records)),
    }


def legend(table: pd.DataFrame) -> str:
    """What the numbers of `paper_and_here` are, and on what machine its runs were trained."""
    return (
        "Errors in per cent; of several seeds the mean, in brackets the least and the largest. "
        f"Trained on: {'; '.join(dict.fromkeys(table['hardware']))}."
    )


def spread(values: list[float], digits: int = 1) -> str:
    """The mean of several seeds with the least and the largest; one value alone as it is."""
    mean = sum(values) / len(values)
    if len(values) == 1:
        return f"{mean:.{digits}f}"
    return f"{mean:.{digits}f} ({min(values):.{digits}f} – {max(values):.{digits}f})"


def images_seen(config: RunConfig, steps: int) -> int | None:
    """Training images in so many steps; None where the size of the data is not known."""
    row = row_of(config.data)
    if row is None or (images := row.training) is None:
        return None
    sizes = Plan(config, images, config.network.depth).sizes
    epochs, rest = divmod(steps, len(sizes))
    return epochs * images + sum(sizes[:rest])


def _recipe(config: RunConfig) -> str:
    """The recipe and its changes, without the epochs, which have a column of their own."""
    others = [text for name, text in run_labels.changes(config).items() if name != "epochs"]
    return ", ".join([config.recipe, *others])


def _epochs(record: Record) -> str:
    done = len(record.epochs)
    return str(done) if record.status == "finished" else f"{done} of {record.config.epochs}"


def _seen(record: Record) -> str:
    steps = int(record.epochs["step"].iloc[-1])
    count = images_seen(record.config, steps)
    if count is None:
        return f"about {steps * record.config.batch_size:,}"
    return f"{count:,}"
