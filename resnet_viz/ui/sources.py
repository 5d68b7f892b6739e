"""Where a network can come from: shipped checkpoints, runs, imported files, random weights."""

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.home import home
from resnet_viz.models.architecture import Architecture
from resnet_viz.runs import Record, Run
from resnet_viz.runs.shelf import shipped_checkpoint
from resnet_viz.ui import cached, histories

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

FRESH = "a fresh network"
IMPORTED = "imported"


@dataclass(frozen=True)
class Source:
    """One network that can be chosen.

    Attributes:
        label: its name in the chooser and in links.
        path: the checkpoint; None for a network with random weights.
        architecture: None until the checkpoint has been opened, for imported files.
        record: reads its recorded history, where there is one.
    """

    label: str
    path: Path | None
    architecture: Architecture | None = None
    record: Callable[[], Record] | None = field(default=None, compare=False)


def every() -> dict[str, Source]:
    """All networks that can be chosen now, by label; the shipped ones first.

    A run that was given the label of another network is told apart: no run's name has brackets.
    """
    found = {FRESH: Source(FRESH, None)}
    for source in (*_shipped(), *_imported(), *_runs()):
        label = source.label if source.label not in found else f"{source.label} (run)"
        found[label] = dataclasses.replace(source, label=label)
    del found[FRESH]
    return found


def imported_folder() -> Path:
    """Where imported checkpoints are kept, under names that their contents decide."""
    folder = home() / IMPORTED
    folder.mkdir(exist_ok=True)
    return folder


def keep(classifier: "Classifier") -> str:
    """Save an imported network for every page and visitor; its label in the chooser.

    Where a foreign card says that its data lie is not looked up here: only their name is kept.
    """
    classifier.card.pop("config", None)
    if "data" in classifier.card:
        classifier.card["data"] = Path(str(classifier.card["data"])).name
    classifier.save(imported_folder() / f"{classifier.digest}.safetensors")
    return f"{IMPORTED} {classifier.digest[:8]}"


def _shipped() -> list[Source]:
    groups = histories.group(cached.shipped_records().values())
    return [
        Source(label, path, record.config.network, partial(_same, record))
        for label, records in groups.items()
        for record in records
        if (path := shipped_checkpoint(record.name)) is not None
    ]


def _runs() -> list[Source]:
    return [_run(run) for run in cached.store().runs() if run.checkpoint]


def _run(run: Run) -> Source:
    record = partial(cached.store().record, run.name)
    return Source(run.name, run.checkpoint, run.config.network, record)


def _same(record: Record) -> Record:
    return record


def _imported() -> list[Source]:
    paths: list[Any] = sorted(imported_folder().glob("*.safetensors"))
    return [Source(f"{IMPORTED} {path.stem[:8]}", path) for path in paths]
