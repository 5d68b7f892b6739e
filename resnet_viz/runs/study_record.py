"""StudyRecord: the numbers of a study in one small file that outlives the store."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from resnet_viz.home import SHIPPED
from resnet_viz.runs import study_file
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.history import EPOCHS
from resnet_viz.runs.study_plan import Study, StudyError
from resnet_viz.training.config import ConfigError, RunConfig

SUFFIX = ".study.json.gz"
# Of each run what stands beside its config, and of each of its epochs what curves show.
RUN = (
    *("name", "status", "epoch", "step", "seconds"),
    *("train_loss", "test_loss", "train_accuracy", "test_accuracy"),
)
CURVE = ("epoch", "train_loss", "test_loss", "train_accuracy", "test_accuracy")


@dataclass(frozen=True, kw_only=True, eq=False)
class StudyRecord:
    """A study as it ended.

    Attributes:
        hardware: the machine in words.
        members: a row a run, as ``Studies.members`` gives them.
        epochs: a row an epoch, with the run's name in a column ``run`` before those of ``CURVE``.
    """

    study: Study
    hardware: str
    members: list[Any]
    epochs: pd.DataFrame

    def save(self, path: Path) -> None:
        """Write gzipped JSON with 6 significant digits; equal records give equal bytes."""
        curves = dict(list(self.epochs.groupby("run", sort=False)))
        study_file.save(
            path,
            {
                "study": self.study.to_dict(),
                "hardware": self.hardware,
                "runs": [
                    {
                        "config": dict(sorted(json.loads(row.config).items())),
                        **{name: getattr(row, name) for name in RUN},
                        "epochs": {name: curves[row.name][name].tolist() for name in CURVE},
                    }
                    for row in self.members
                ],
            },
        )

    @classmethod
    def load(cls, path: Path) -> "StudyRecord":
        """Read what ``save`` wrote.

        Raises:
            RunError: if the file is missing, damaged or of a newer format.
        """
        content = study_file.load(path)
        try:
            frames = [
                pd.DataFrame(run["epochs"])[list(CURVE)]
                .astype({name: EPOCHS[name] for name in CURVE})
                .assign(run=run["name"])
                for run in content["runs"]
            ]
            return cls(
                study=Study.from_dict(content["study"]),
                hardware=str(content["hardware"]),
                members=[_member(run) for run in content["runs"]],
                epochs=pd.concat(frames, ignore_index=True)[["run", *CURVE]],
            )
        except (KeyError, TypeError, ValueError, StudyError, ConfigError) as error:
            raise study_file.damaged(path) from error


def _member(run: Mapping[str, Any]) -> Any:
    config = RunConfig.from_dict(run["config"]).to_dict()
    return SimpleNamespace(
        config=json.dumps(config, sort_keys=True), **{name: run[name] for name in RUN}
    )


def shipped_studies() -> dict[str, StudyRecord]:
    """The recorded studies that come with the product, by name; one that is damaged is left out."""
    found = {}
    for path in sorted((SHIPPED / "studies").glob(f"*{SUFFIX}")):
        try:
            record = StudyRecord.load(path)
        except RunError:
            continue
        found[record.study.name] = record
    return found
