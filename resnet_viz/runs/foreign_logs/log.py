"""ForeignLog: a log of somebody else's run as curves, and the files that keep it."""

import functools
import gzip
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resnet_viz.files import replacing
from resnet_viz.home import home
from resnet_viz.runs import run_names
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.foreign_logs import csv_files, event_files, reading
from resnet_viz.runs.foreign_logs.reading import Reading
from resnet_viz.runs.foreign_logs.table import LogError, LoggedTable
from resnet_viz.runs.history import EPOCHS

FORMAT = 1
SUFFIX = ".log.json.gz"
MOST = 50  # logs that are kept
MOST_READ = 64 * 2**20  # bytes of one, unpacked
NETWORKS = {"plain": False, "residual": True}
# Where a folder has these two runs, they are the training and the test data of one.
PARTS = {"train": "train", "training": "train", "validation": "test", "val": "test", "test": "test"}


@dataclass(frozen=True, kw_only=True, eq=False)
class ForeignLog:
    """One run of another program.

    Attributes:
        epochs: columns as ``Store.epochs`` gives them, NaN where the log says nothing; epochs may
            be fractions.
        residual: whether its network has shortcuts; None if nobody said.
        assumed: what was taken to be so, and what was left out, a clause each.
    """

    name: str
    epochs: pd.DataFrame
    residual: bool | None = None
    assumed: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, name: str, table: LoggedTable, how: Reading, residual: bool | None = None
    ) -> "ForeignLog":
        """A run of a log, read in some way.

        Raises:
            LogError: if it cannot be read so, or the name is none.
        """
        try:
            name = run_names.check_name(name)
        except RunError as error:
            raise LogError(str(error).replace("A run's name", "A log's name")) from error
        rows, notes = reading.curves(table, how)
        said = [*reading.assumptions(table, how), *table.notes, *notes]
        return cls(
            name=name,
            epochs=rows.reindex(columns=list(EPOCHS)).astype(float),
            residual=residual,
            assumed=tuple(said),
        )

    @functools.cached_property
    def digest(self) -> str:
        """Tells it from a log of the same name that is read otherwise."""
        content = repr((self.name, self.residual, self.assumed)).encode()
        return hashlib.sha256(content + self.epochs.to_numpy().tobytes()).hexdigest()

    def save(self) -> None:
        """Keep it for the dashboard, in ``RESNET_VIZ_HOME``.

        Raises:
            LogError: if there is one of that name, or there are as many as there may be.
        """
        kept = saved_paths()
        if self.name in kept:
            raise LogError(f"There is a log named {self.name} already: choose another name.")
        if len(kept) >= MOST:
            raise LogError(f"{MOST} logs are kept, and no more can be: delete one first.")
        columns = {name: self.epochs[name].astype(object) for name in self.epochs}
        content = {
            "format": FORMAT,
            "name": self.name,
            "residual": self.residual,
            "assumed": list(self.assumed),
            "epochs": {n: v.where(v.notna(), None).tolist() for n, v in columns.items()},
        }
        path = _folder() / f"{self.name}{SUFFIX}"
        path.parent.mkdir(exist_ok=True)
        with replacing(path) as beside:
            beside.write_bytes(gzip.compress(json.dumps(content, allow_nan=False).encode()))

    @classmethod
    def load(cls, path: Path) -> "ForeignLog":
        """Read what ``save`` wrote.

        Raises:
            LogError: if it is missing, damaged or of a newer format.
        """
        try:
            with gzip.open(path) as file:
                content = json.loads(file.read(MOST_READ))
            if content["format"] > FORMAT:
                raise LogError(f"{path.name} was written by a newer resnet_viz: update to open it.")
            return cls(
                name=str(content["name"]),
                epochs=pd.DataFrame(content["epochs"], columns=list(EPOCHS)).astype(float),
                residual=content["residual"],
                assumed=tuple(map(str, content["assumed"])),
            )
        except LogError:
            raise
        except (OSError, EOFError, KeyError, TypeError, ValueError) as error:
            raise LogError(f"{path.name} is not a log, or it is damaged: delete it.") from error


def open_log(path: Path) -> list[LoggedTable]:
    """The runs of an event file, a folder of them or a table in CSV, whatever it is called.

    Raises:
        LogError: if it is missing, too large, or nothing of that kind.
    """
    if path.is_dir():
        tables = event_files.read(event_files.in_folder(path))
        return _parts_of_one(tables) or tables
    if not path.is_file():
        raise LogError(f"There is no file {path.name}: name an event file, its folder or a table.")
    if path.stat().st_size > event_files.MOST_BYTES:
        raise LogError(f"A log may have {event_files.MOST_BYTES // 2**20} MB: bring a shorter one.")
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.strip():
        raise LogError("The log is empty: bring one with at least one row.")
    if b"\0" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        if event_files.is_event_file(head):
            return event_files.read({"": [path]})
        raise LogError(
            "This is neither an event file of TensorBoard nor a table of text: bring one of these."
        )
    if path.stat().st_size > csv_files.MOST_BYTES:
        raise LogError(f"A table may have {csv_files.MOST_BYTES // 2**20} MB: bring a shorter one.")
    return csv_files.read(path.read_bytes())


def saved_paths() -> dict[str, Path]:
    """The files of the logs that are kept, by their names."""
    files = sorted(_folder().glob(f"*{SUFFIX}"))
    return {path.name.removesuffix(SUFFIX): path for path in files}


def delete(name: str) -> None:
    """Remove a log that is kept.

    Raises:
        LogError: if there is none of that name.
    """
    if (path := saved_paths().get(name)) is None:
        raise LogError(f"There is no log named {name!r}: the command logs lists them.")
    path.unlink(missing_ok=True)


def _folder() -> Path:
    return home() / "logs"


def _parts_of_one(tables: list[LoggedTable]) -> list[LoggedTable]:
    """Training and test data of one run, as Keras keeps them apart in two folders."""
    splits = [PARTS.get(table.run.rpartition("/")[2]) for table in tables]
    if len({table.run.rpartition("/")[0] for table in tables}) > 1:
        return []
    if sorted(filter(None, splits)) != ["test", "train"] or len(tables) != 2:
        return []
    renamed = [
        table.values.rename(columns={name: _of(split, str(name)) for name in table.values})
        for split, table in zip(splits, tables, strict=True)
    ]
    merged = pd.concat(renamed, ignore_index=True)
    notes = dict.fromkeys(note for table in tables for note in table.notes)
    return [LoggedTable("", merged, tuple(notes))]


def _of(split: str | None, name: str) -> str:
    return name if name in ("step", "seconds", "epoch") else f"{name} ({split})"
