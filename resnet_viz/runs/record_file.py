"""Record: a run's whole history in one small file that outlives the store."""

import gzip
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resnet_viz.files import replacing
from resnet_viz.runs import history
from resnet_viz.runs.errors import RunError
from resnet_viz.training.config import ConfigError, RunConfig

FORMAT = 1
DIGITS = 6
MOST_BYTES = 256 * 2**20


@dataclass(frozen=True, kw_only=True, eq=False)
class Record:
    """What a run was and everything it recorded.

    Attributes:
        hardware: the machine in words.
        seconds: of training.
        layers: names, in forward order.
        steps, epochs, gradients: as ``Store.steps``, ``.epochs`` and ``.gradients`` give them.
    """

    name: str
    config: RunConfig
    status: str
    hardware: str
    seconds: float
    layers: tuple[str, ...]
    steps: pd.DataFrame
    epochs: pd.DataFrame
    gradients: pd.DataFrame

    def save(self, path: str | Path) -> None:
        """Write gzipped JSON with 6 significant digits; equal records give equal bytes."""
        moments = self.gradients.iloc[:: max(1, len(self.layers))]
        content = {
            "format": FORMAT,
            "name": self.name,
            "config": self.config.to_dict(),
            "status": self.status,
            "hardware": self.hardware,
            "seconds": _rounded(self.seconds),
            "layers": list(self.layers),
            "steps": _columns(self.steps),
            "epochs": _columns(self.epochs),
            "gradients": {
                "step": moments["step"].tolist(),
                "epoch": _rounded(moments["epoch"].tolist()),
                **{name: self._by_moment(name) for name in ("weight_norm", "gradient_norm")},
            },
        }
        text = json.dumps(content, sort_keys=True, allow_nan=False, separators=(",", ":"))
        raw = io.BytesIO()
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=9, mtime=0, filename="") as file:
            file.write(text.encode())
        with replacing(Path(path)) as beside:
            beside.write_bytes(raw.getvalue())

    @classmethod
    def load(cls, path: str | Path) -> "Record":
        """Read what ``save`` wrote.

        Raises:
            RunError: if the file is missing, damaged or of a newer format.
        """
        path = Path(path)
        try:
            with gzip.open(path) as file:
                raw = file.read(MOST_BYTES + 1)
            if len(raw) > MOST_BYTES:
                raise RunError(f"{path.name} is too large for a record of a run.")
            content = json.loads(raw)
            if content["format"] > FORMAT:
                raise RunError(f"{path.name} was written by a newer resnet_viz: update to open it.")
            return cls._from(content)
        except (RunError, ConfigError):
            raise
        except FileNotFoundError as error:
            raise RunError(f"There is no record {path.name}.") from error
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{path.name} is not a record of a run, or it is damaged.") from error

    @classmethod
    def _from(cls, content: dict[str, Any]) -> "Record":
        layers = tuple(map(str, content["layers"]))
        gradients = content["gradients"]
        return cls(
            name=str(content["name"]),
            config=RunConfig.from_dict(content["config"]),
            status=str(content["status"]),
            hardware=str(content["hardware"]),
            seconds=float(content["seconds"]),
            layers=layers,
            steps=history.frame(history.STEPS, content["steps"]),
            epochs=history.frame(history.EPOCHS, content["epochs"]),
            gradients=history.gradient_frame(
                layers,
                gradients["step"],
                gradients["epoch"],
                np.array(gradients["weight_norm"], dtype=np.float64),
                np.array(gradients["gradient_norm"], dtype=np.float64),
            ),
        )

    def _by_moment(self, column: str) -> list[Any]:
        norms = self.gradients[column].to_numpy().reshape(-1, len(self.layers) or 1)
        return [_rounded(row) for row in norms.tolist()]


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): _rounded(frame[name].tolist()) for name in frame.columns}


def _rounded(value: Any) -> Any:
    """Numbers with 6 significant digits; JSON has no NaN (null here) and no infinity (a word)."""
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if not isinstance(value, float):
        return value
    if math.isfinite(value):
        return float(f"{value:.{DIGITS}g}")
    return None if math.isnan(value) else str(value)
