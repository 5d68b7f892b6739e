"""A run's history as DataFrames: the columns that pages, charts and records share."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Table, select

from resnet_viz.runs.database import epochs, gradients, steps
from resnet_viz.training.recorder import EpochRow, StepRow, columns

# Column -> type of a frame.
STEPS = {name: f"{kind.__name__}64" for name, kind in columns(StepRow).items()}
EPOCHS = {name: f"{kind.__name__}64" for name, kind in columns(EpochRow).items()}


def read_steps(connection: Connection, run_id: str) -> pd.DataFrame:
    """One row a recorded window of steps, with the columns of `StepRow`."""
    return _read(connection, steps, STEPS, run_id)


def read_epochs(connection: Connection, run_id: str) -> pd.DataFrame:
    """One row an epoch, with the columns of `EpochRow`."""
    return _read(connection, epochs, EPOCHS, run_id)


def read_epochs_of(connection: Connection, ids: Sequence[str]) -> pd.DataFrame:
    """The same of several runs in one query, a run's epochs together, after a column ``run_id``."""
    names = ["run_id", *EPOCHS]
    query = (
        select(*(epochs.c[name] for name in names))
        .where(epochs.c.run_id.in_(ids))
        .order_by(epochs.c.run_id, epochs.c.step)
    )
    columns_read = list(zip(*connection.execute(query).all(), strict=True)) or [()] * len(names)
    values = dict(zip(names, columns_read, strict=True))
    read = frame(EPOCHS, {name: values[name] for name in EPOCHS})
    read.insert(0, "run_id", list(values["run_id"]))
    return read


def read_gradients(connection: Connection, run_id: str, layers: Sequence[str]) -> pd.DataFrame:
    """One row a layer and moment, layers in forward order within a moment."""
    query = (
        select(
            gradients.c.step,
            gradients.c.epoch,
            gradients.c.weight_norms,
            gradients.c.gradient_norms,
        )
        .where(gradients.c.run_id == run_id)
        .order_by(gradients.c.step)
    )
    moments = connection.execute(query).all()
    return gradient_frame(
        layers,
        [moment.step for moment in moments],
        [moment.epoch for moment in moments],
        _norms(b"".join(moment.weight_norms for moment in moments), layers),
        _norms(b"".join(moment.gradient_norms for moment in moments), layers),
    )


def gradient_frame(
    layers: Sequence[str],
    moments: Sequence[int],
    at: Sequence[float],
    weight_norms: np.ndarray,
    gradient_norms: np.ndarray,
) -> pd.DataFrame:
    """The long frame of norms of shape (moments, layers), taken after so many steps and epochs."""
    return pd.DataFrame(
        {
            "step": np.repeat(np.asarray(moments, dtype=np.int64), len(layers)),
            "epoch": np.repeat(np.asarray(at, dtype=np.float64), len(layers)),
            "layer": list(layers) * len(moments),
            "weight_norm": np.asarray(weight_norms, dtype=np.float64).reshape(-1),
            "gradient_norm": np.asarray(gradient_norms, dtype=np.float64).reshape(-1),
        }
    )


def frame(types: Mapping[str, str], values: Mapping[str, Sequence[float | None]]) -> pd.DataFrame:
    """Columns of numbers; null, which is how the store and JSON write NaN, becomes NaN again.

    So does a column of measurements that an older version did not take.
    """
    unknown = [None] * len(values["step"])
    known = {
        name: values[name] if name in values or kind == "int64" else unknown
        for name, kind in types.items()
    }
    return pd.DataFrame(
        {name: np.array(known[name], dtype=np.float64).astype(types[name]) for name in types}
    )


def _norms(blob: bytes, layers: Sequence[str]) -> np.ndarray:
    return np.frombuffer(blob, dtype="<f4").reshape(-1, len(layers) or 1)


def _read(
    connection: Connection, table: Table, types: Mapping[str, str], run_id: str
) -> pd.DataFrame:
    query = (
        select(*(table.c[name] for name in types))
        .where(table.c.run_id == run_id)
        .order_by(table.c.step)
    )
    rows = connection.execute(query).all()
    return frame(types, {name: [row[i] for row in rows] for i, name in enumerate(types)})
