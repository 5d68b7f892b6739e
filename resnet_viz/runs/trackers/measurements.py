"""What a run measured as scalars: a name, a step and a value each, as every tracker takes them."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from resnet_viz.runs.record_file import Record

COLUMNS = ["name", "step", "value", "seconds"]
# Column of a record -> what the scalar is called.
WINDOWS = {"train_loss": "train/loss", "learning_rate": "train/learning_rate"}
EPOCHS = {
    "train_loss": "train/epoch_loss",
    "train_accuracy": "train/accuracy",
    "train_error": "train/error",
    "test_loss": "test/loss",
    "test_accuracy": "test/accuracy",
    "test_error": "test/error",
    "epoch": "epoch",
}
BY_EPOCH = {column: f"by_epoch/{column}" for column in EPOCHS if column != "epoch"}
GRADIENT_NORM = "gradient_norm/{}"  # of a layer


class Measurements:
    """The scalars of a run that goes on, each given once.

    Losses and errors of epochs come twice: at the optimiser step that ends the epoch, and as
    ``by_epoch/…`` with the number of the epoch as their step. Errors and accuracies are per cent.
    """

    def __init__(self) -> None:
        self._given = {"steps": -1, "epochs": -1, "gradients": -1}

    def new(self, record: Record) -> pd.DataFrame:
        """What the record has beyond what was given before, in the order of steps.

        Columns name, step, value, seconds; seconds are those of training. A moment that a resumed
        run trains again is not given again.
        """
        found = pd.concat(list(self._new(record)), ignore_index=True)
        return found.sort_values("step", kind="stable", ignore_index=True)

    def _new(self, record: Record) -> Iterator[pd.DataFrame]:
        steps = self._beyond("steps", record.steps)
        for column, name in WINDOWS.items():
            yield _scalars(name, steps["step"], steps[column], steps["seconds"])
        epochs = self._beyond("epochs", record.epochs)
        epochs = epochs.assign(
            train_error=100 - epochs["train_accuracy"], test_error=100 - epochs["test_accuracy"]
        )
        for at, names in (("step", EPOCHS), ("epoch", BY_EPOCH)):
            for column, name in names.items():
                yield _scalars(name, epochs[at], epochs[column], epochs["seconds"])
        norms = self._beyond("gradients", record.gradients)
        # Norms after n steps are taken on the way to the next one, and no clock is read for them.
        known = [0.0, *record.steps["step"]], [0.0, *record.steps["seconds"]]
        seconds = pd.Series(np.interp(norms["step"], *known), norms.index)
        layers = norms["layer"].map(GRADIENT_NORM.format)
        yield _scalars(layers, norms["step"], norms["gradient_norm"], seconds)

    def _beyond(self, kind: str, frame: pd.DataFrame) -> pd.DataFrame:
        new = frame[frame["step"] > self._given[kind]]
        if len(new):
            self._given[kind] = int(new["step"].max())
        return new


def _scalars(
    name: "str | pd.Series", step: pd.Series, value: pd.Series, seconds: pd.Series
) -> pd.DataFrame:
    return pd.DataFrame({"name": name, "step": step, "value": value, "seconds": seconds})
