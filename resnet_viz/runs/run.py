"""Run: what the store knows about one run at one moment."""

import functools
import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Row

from resnet_viz.runs.database import LATEST, runs
from resnet_viz.runs.engines import LOCAL
from resnet_viz.runs.errors import RunError
from resnet_viz.training import snapshots
from resnet_viz.training.config import ConfigError, RunConfig
from resnet_viz.training.file_names import NETWORK, START

ACTIVE = ("queued", "running")
RESUMABLE = ("stopped", "interrupted", "failed")
UNREADABLE = "unreadable"
LOG_BYTES = 65_536

# A listing leaves out the columns that are long and that only a run's history needs.
COLUMNS = tuple(column for column in runs.c if column.name not in ("layers", "hardware", "cost"))


@dataclass(frozen=True, kw_only=True)
class Run:
    """One run as the store knew it when it was asked.

    Attributes:
        status: ``queued``, ``running``, ``stopped``, ``interrupted``, ``failed`` or ``finished``;
            ``unreadable`` if another version of resnet_viz wrote settings that this one lacks, or
            they are damaged: such a run can be shown, stopped and deleted.
        stored_status: the same, but what the store says of an unreadable run too.
        pair: what the runs that were submitted together share.
        epoch: complete epochs; ``step`` of ``total_steps`` (0 before training has begun).
        latest: what a listing repeats of the last complete epoch, by the names of ``EpochRow``;
            None each before there is one.
        data_read: the share of its data that is read, 0 … 1, while that takes long.
        device: what it trains on; None from the start of a worker until training begins.
        seconds: of training, without the pauses between resumptions.
        error: one sentence, if it failed, was interrupted or is unreadable.
        folder: where its checkpoints and its log are.
        tags, notes: what the person wrote beside it; tags with commas between them.
        study: the id of the study that it belongs to, if it does to one.
        owner: the id of the student who started it in a class; None of everybody else's.
        budget: seconds of training at which it ends; None without a bound.
        engine: the name in ``ENGINES`` of what starts its worker; ``job`` is what that calls it,
            once it is started.
        restarts: how many times more it goes on by itself when its worker is gone.
    """

    id: str
    name: str
    known_config: RunConfig | None
    status: str
    stored_status: str
    pair: str | None
    epoch: int
    step: int
    total_steps: int
    latest: dict[str, float | None] = field(hash=False)
    created: datetime
    started: datetime | None
    ended: datetime | None
    seconds: float
    device: str | None
    error: str | None
    stop_requested: bool
    folder: Path
    data_read: float | None = None
    tags: str = ""
    notes: str = ""
    study: str | None = None
    owner: str | None = None
    budget: float | None = None
    engine: str = LOCAL
    job: str | None = None
    restarts: int = 0

    @classmethod
    def from_row(cls, row: Row[Any], home: Path) -> "Run":
        """The run in a row of ``COLUMNS``."""
        values = row._mapping
        taken = {name: values[name] for name in cls.__dataclass_fields__ if name in values}
        moments = {name: _moment(values[name]) for name in ("created", "started", "ended")}
        made = moments | {
            "known_config": None,
            "folder": home / values["id"],
            "stored_status": values["status"],
            "tags": values["tags"] or "",  # null in a store from before
            "notes": values["notes"] or "",
            "engine": values["engine"] or LOCAL,
            "restarts": values["restarts"] or 0,
            "latest": {name: values[name] for name in LATEST},
        }
        try:
            made["known_config"] = read_config(values["config"])
        except RunError as error:
            made |= {"status": UNREADABLE, "error": str(error)}
        return cls(**taken | made)

    @property
    def config(self) -> RunConfig:
        """What decides what it does.

        Raises:
            RunError: if it is unreadable, with the reason.
        """
        if self.known_config is None:
            raise RunError(f"{self.name}: {self.error}")
        return self.known_config

    @property
    def is_readable(self) -> bool:
        """Whether this version knows what the run is."""
        return self.known_config is not None

    @property
    def is_active(self) -> bool:
        """Whether it is running or waiting to."""
        return self.stored_status in ACTIVE

    @property
    def epoch_under_way(self) -> int:
        """Number of the epoch that it is in or would go on with; the last one's at the end."""
        return min(self.epoch + 1, self.config.epochs)

    @property
    def is_starting(self) -> bool:
        """Whether its worker has been started, or started again, and trains no step yet."""
        return self.stored_status == "running" and (self.device is None or not self.step)

    @property
    def is_stopping(self) -> bool:
        """Whether it has been asked to stop and still has to end its step and to save."""
        return self.stored_status == "running" and self.stop_requested

    @property
    def progress(self) -> float:
        """Share of its steps that are done, 0 to 1."""
        return self.step / self.total_steps if self.total_steps else 0.0

    @property
    def seconds_left(self) -> float | None:
        """Estimate from the steps done so far, evaluation included; None before there are any."""
        if not self.step or not self.seconds:
            return None
        return self.seconds / self.step * max(0, self.total_steps - self.step)

    @property
    def checkpoint(self) -> Path | None:
        """The latest network, which may be opened while the run goes on."""
        path = self.folder / NETWORK
        return path if path.is_file() else None

    @property
    def snapshots(self) -> dict[int, Path]:
        """The network as it was on the way, epoch -> file; 0 is its random weights."""
        return snapshots.found(self.folder)

    @property
    def needs_start(self) -> bool:
        """Whether it waits, or has a worker that has not yet copied what the run starts from."""
        kept = self.folder / START
        starts = self.known_config is not None and self.known_config.start is not None
        return self.is_active and starts and not kept.is_file()

    def log_tail(self, lines: int = 30) -> str:
        """The last lines that its workers wrote."""
        try:
            with open(self.folder / "log.txt", "rb") as file:
                file.seek(max(0, os.fstat(file.fileno()).st_size - LOG_BYTES))
                text = file.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


@functools.lru_cache(maxsize=4096)
def read_config(text: str) -> RunConfig:
    """The config in a run's row.

    Raises:
        RunError: if it is damaged, or has what this version lacks.
    """
    try:
        return RunConfig.from_dict(json.loads(text))
    except ConfigError as error:
        reason = str(error).rstrip(".")
    except (ValueError, TypeError, AttributeError):  # no JSON, or none of an object
        reason = "its settings are damaged"
    raise RunError(
        f"This version of resnet_viz cannot read it ({reason}): delete it, or open it with the "
        "version that it is from."
    )


def can_read(config: str) -> bool:
    """Whether this version can train what is in a run's row, rather than leave it to another."""
    try:
        read_config(config)
    except RunError:
        return False
    return True


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
