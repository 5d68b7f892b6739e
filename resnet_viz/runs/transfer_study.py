"""TransferStudy: what the study of transfer in small measured, in one small file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from resnet_viz.home import SHIPPED
from resnet_viz.runs import study_file

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
        study_file.save(path, content | {"rows": self.rows[list(COLUMNS)].to_dict("list")})

    @classmethod
    def load(cls, path: Path) -> "TransferStudy":
        """Read what ``save`` wrote.

        Raises:
            RunError: if the file is missing, damaged or of a newer format.
        """
        content = study_file.load(path)
        try:
            rows = pd.DataFrame(content.pop("rows"))[list(COLUMNS)].astype(COLUMNS)
            source, target = (tuple(content.pop(name)) for name in ("source", "target"))
            return cls(**content, source=source, target=target, rows=rows)
        except (KeyError, TypeError, ValueError) as error:
            raise study_file.damaged(path) from error


def shipped_study() -> TransferStudy | None:
    """The recorded study that comes with the product, if it does."""
    path = SHIPPED / "transfer" / "study.json"
    return TransferStudy.load(path) if path.is_file() else None
