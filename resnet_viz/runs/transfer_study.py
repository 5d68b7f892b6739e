"""TransferStudy: what the study of transfer in small measured, in one small file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from resnet_viz.files import replacing
from resnet_viz.home import SHIPPED
from resnet_viz.runs.errors import RunError

FORMAT = 1
DIGITS = 6
COLUMNS = {
    "way": "str",
    "images": "int64",
    "seed": "int64",
    "images_seen": "int64",
    "test_accuracy": "float64",
    "test_loss": "float64",
    "train_accuracy": "float64",
    "seconds": "float64",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class TransferStudy:
    """A network trained on some classes, then put to others in several ways.

    Attributes:
        network: its architecture's name.
        source, target: the classes that it was trained on, and those that it was put to.
        source_accuracy: on the test images of the classes that it was trained on, in per cent.
        ways: the settings of each way's recipe, by what the way is called.
        test_images: those of the target classes.
        origin: where the images come from.
        hardware: the machine in words.
        seconds: of all training together.
        rows: a row a run: way, images (a class), seed, images_seen (repetitions included),
            test_accuracy, test_loss, train_accuracy (per cent) and seconds.
    """

    network: str
    source: tuple[str, ...]
    target: tuple[str, ...]
    source_accuracy: float
    ways: Mapping[str, Mapping[str, Any]]
    test_images: int
    origin: str
    hardware: str
    seconds: float
    rows: pd.DataFrame

    def save(self, path: Path) -> None:
        """Write JSON, numbers with 6 significant digits; a reader never sees half of it."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        rows = self.rows[list(COLUMNS)].to_dict("list")
        text = json.dumps(_rounded(content | {"format": FORMAT, "rows": rows}), indent=1)
        with replacing(path) as beside:
            beside.write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "TransferStudy":
        """Read what ``save`` wrote.

        Raises:
            RunError: if the file is missing, damaged or of a newer format.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content.pop("format") > FORMAT:
                raise RunError(f"{path.name} was written by a newer resnet_viz: update to open it.")
            rows = pd.DataFrame(content.pop("rows"))[list(COLUMNS)].astype(COLUMNS)
            source, target = (tuple(content.pop(name)) for name in ("source", "target"))
            return cls(**content, source=source, target=target, rows=rows)
        except RunError:
            raise
        except FileNotFoundError as error:
            raise RunError(f"There is no record {path.name}.") from error
        except (OSError, KeyError, TypeError, ValueError) as error:
            raise RunError(f"{path.name} is not the record of a study, or is damaged.") from error


def shipped_study() -> TransferStudy | None:
    """The recorded study that comes with the product, if it does."""
    path = SHIPPED / "transfer" / "study.json"
    return TransferStudy.load(path) if path.is_file() else None


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
