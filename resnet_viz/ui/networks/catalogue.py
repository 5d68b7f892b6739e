"""Where a network can come from: shipped checkpoints, runs, imported files, random weights."""

import dataclasses
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain, count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.classroom import current
from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.home import home
from resnet_viz.models import CheckpointError
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.checkpoint_header import read_header
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.run_lines import TOLD
from resnet_viz.runs import Record, Run
from resnet_viz.runs.shipped_runs import shipped_checkpoint, shipped_snapshots
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.results import stored_runs

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

FRESH = "a fresh network"
IMPORTED = "imported"
MOST = 20  # imported networks that are kept, for all visitors of a server together
MOST_BYTES = 4_000_000_000  # of all their files
MOST_OF_STUDENT, MOST_BYTES_OF_STUDENT = 3, 500_000_000  # the same, for a student's own
LETTERS = 20  # of an imported file's name that its label keeps: a chip is narrow

_keeping = Lock()  # between the look at what is kept and the file that is added to it


class ImportsError(UserError):
    """An imported network that cannot be kept or removed now; the text says what to do."""


@dataclass(frozen=True)
class Source:
    """One network that can be chosen.

    Attributes:
        label: its name in the chooser and in links.
        path: the checkpoint; None for a network with random weights.
        architecture: None until the checkpoint has been opened, for imported files.
        record: reads its recorded history, where there is one.
        origin: its data and recipe, where the label does not say them in full.
        snapshots: looks where the network is kept as it was on the way, epoch -> checkpoint; None
            for random weights that follow from its seed.
        learns: whether more of them are to come.
    """

    label: str
    path: Path | None
    architecture: Architecture | None = None
    record: Callable[[], Record | None] | None = field(default=None, compare=False)
    origin: str = ""
    snapshots: Callable[[], Mapping[int, Path | None]] = field(default=dict, compare=False)
    learns: bool = field(default=False, compare=False)


def every(wanted: Iterable[str] = ()) -> dict[str, Source]:
    """All networks that can be chosen now, by label; the shipped ones first.

    A run that was given the label of another network is told apart: no run's name has brackets.

    Args:
        wanted: labels that a page is asked for, also of runs older than those that are listed.
    """
    found = {FRESH: Source(FRESH, None)}
    _add(found, (*_shipped(), *_visible(), *_sources(stored_runs.readable())))
    if others := [label for label in wanted if label not in found]:
        _add(found, _sources(stored_runs.named(others)))
    del found[FRESH]
    return found


def _add(found: dict[str, Source], sources: Iterable[Source]) -> None:
    for source in sources:
        label = source.label if source.label not in found else TOLD.format(source.label)
        found[label] = dataclasses.replace(source, label=label)


def imported_folder() -> Path:
    """Where the visitor's imports are kept, under names that their contents decide.

    A student's are seen by nobody else and gone with the class; all others' are everybody's.
    """
    who = visitor.current()
    folder = _shared_folder()
    if not who.may(Right.SHARED_IMPORTS):
        folder = current.visitors_folder() / who.id / IMPORTED
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def imported() -> dict[str, Path]:
    """The imported checkpoints by label that the visitor may remove."""
    own = imported_folder()
    return {
        source.label: source.path
        for source in _visible()
        if source.path is not None and source.path.parent == own
    }


def keep(classifier: "Classifier", file: str = "") -> str:
    """Save an imported network for every page and, but for a student's, visitor; its label.

    Where a foreign card says that its data lie is not looked up here: only their name is kept.

    Args:
        file: the name of the file that it came in, of which the label is made.

    Raises:
        ImportsError: if as many are kept already as there may be, or files of as many bytes.
    """
    path = imported_folder() / f"{classifier.digest}.safetensors"
    with _keeping:
        kept = imported()
        for label, known in kept.items():
            if known == path:
                return label
        _require_room(kept, classifier.nbytes)
        label = _free(classifier, file, _seen())
        classifier.card.pop("config", None)
        if "data" in classifier.card:
            classifier.card["data"] = Path(str(classifier.card["data"])).name
        classifier.card[IMPORTED] = label
        classifier.save(path)
    return label


def _require_room(kept: Mapping[str, Path], more: int) -> None:
    """See that a network of so many bytes may be added to those of all, or to a student's."""
    most, most_bytes = MOST, MOST_BYTES
    if not visitor.current().may(Right.SHARED_IMPORTS):
        most, most_bytes = MOST_OF_STUDENT, MOST_BYTES_OF_STUDENT
        _require_room_for_students(more)
    if len(kept) >= most:
        raise ImportsError(
            f"{most} imported networks are kept here, and there is room for no more: remove one of "
            "them first."
        )
    if sum(map(_file_size, kept.values())) + more > most_bytes:
        raise ImportsError(
            f"The imported networks that are kept here may take {most_bytes / 1e9:g} GB together, "
            "and there is no room for this one: remove another one first."
        )


def _require_room_for_students(more: int) -> None:
    """See that the imports of all students of the class stay within as much as everybody's."""
    files = current.visitors_folder().glob(f"*/{IMPORTED}/*.safetensors")
    if sum(map(_file_size, files)) + more > MOST_BYTES:
        raise ImportsError(
            f"The imports of this class take all of the {MOST_BYTES / 1e9:g} GB that there are for "
            "them: ask the teacher to end the class or to import the network for everybody."
        )


def remove(label: str) -> None:
    """Delete an imported network; nothing happens if that was done already.

    Raises:
        ImportsError: if a run will start from it; one that has begun has its own copy.
        ClassroomError: if it is everybody's, and a student asks.
    """
    _require_right(label)
    if (path := imported().get(label)) is None:
        return
    _require_unused(label, path)
    path.unlink(missing_ok=True)


def replace(label: str, classifier: "Classifier") -> str:
    """Save an imported network in the place of the one that has this label; its own label.

    Raises:
        ImportsError: if that one is gone, or a run will start from it.
        ClassroomError: if it is everybody's, and a student asks.
    """
    _require_right(label)
    with _keeping:
        kept = imported()
        if (path := kept.pop(label, None)) is None:
            raise ImportsError(f"{label} has just been removed: import its file again.")
        _require_unused(label, path)
        new = imported_folder() / f"{classifier.digest}.safetensors"
        known = next((name for name, other in kept.items() if other == new), None)
        if known is None:
            known = _free(classifier, label.partition(", ")[2], _seen() - {label})
            classifier.card[IMPORTED] = known
            classifier.save(new)
        if path != new:
            path.unlink(missing_ok=True)
    return known


def _require_right(label: str) -> None:
    if label in {source.label for source in _imported(_shared_folder())}:
        visitor.current().require(Right.SHARED_IMPORTS)


def _require_unused(label: str, path: Path) -> None:
    waiting = [
        run.name
        for run in stored_runs.store().runs()
        if run.needs_start and run.config.start == str(path)
    ]
    if waiting:
        raise ImportsError(
            f"{label} is what {', '.join(waiting)} will start from: remove it when that has begun."
        )


def _file_size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # somebody has just removed it
        return 0


def _free(classifier: "Classifier", file: str, taken: Container[str]) -> str:
    """A label that no other imported network has."""
    name = re.sub(r"(?:[^\w.]|_)+", "-", Path(file).stem)[:LETTERS].strip("-.")
    name = f"{classifier.architecture.title}, {name or classifier.digest[:8]}"
    numbered = (f"{name} {number}" for number in count(2))
    return next(free for free in chain([name], numbered) if free not in taken)


@st.cache_resource(show_spinner=False)
def _shipped() -> list[Source]:
    """Those that come with the product, put together once: they change only with it."""
    groups = run_labels.group(stored_runs.shipped_records().values(), run_labels.called_narrowly)
    return [
        Source(
            label,
            path,
            record.config.network,
            partial(_same, record),
            _origin(label, record.config),
            partial(shipped_snapshots, record.name),
        )
        for label, records in groups.items()
        for record in records
        if (path := shipped_checkpoint(record.name)) is not None
    ]


def _sources(runs: Iterable[Run]) -> list[Source]:
    return [_run(run) for run in runs if run.checkpoint]


def _run(run: Run) -> Source:
    record = partial(_record, run)
    origin = _origin(run.name, run.config)
    return Source(
        run.name,
        run.checkpoint,
        run.config.network,
        record,
        origin,
        lambda: run.snapshots,
        run.is_active,
    )


def _record(run: Run) -> Record | None:
    return next(iter(stored_runs.records([run])), None)


def _origin(label: str, config: RunConfig) -> str:
    described, setting = run_labels.described(config), run_labels.setting(config)
    if label == described:
        return ""
    if not label.startswith(setting):
        return described
    recipe = run_labels.training(config) or config.recipe
    return f"{run_labels.data_title(config.data)}; recipe {recipe}"


def _same(record: Record) -> Record:
    return record


def _shared_folder() -> Path:
    return home() / IMPORTED


def _visible() -> list[Source]:
    """Everybody's imports and, of a student, their own, none of which has the other's label."""
    found = {source.label: source for source in _imported(_shared_folder())}
    if (own := imported_folder()) != _shared_folder():
        for source in _imported(own):
            label = source.label if source.label not in found else f"{source.label} (yours)"
            found[label] = dataclasses.replace(source, label=label)
    return list(found.values())


def _seen() -> set[str]:
    return {source.label for source in _visible()}


def _imported(folder: Path) -> list[Source]:
    files = []
    for path in folder.glob("*.safetensors"):
        try:
            files.append((path.stat().st_mtime_ns, path))
        except FileNotFoundError:  # somebody has just removed it
            continue
    return [Source(_label(path, modified), path) for modified, path in sorted(files)]


@lru_cache(maxsize=256)
def _label(path: Path, modified: int) -> str:
    """The label that a checkpoint's card holds, read without torch."""
    try:
        return str(read_header(path)["card"][IMPORTED])
    except (CheckpointError, KeyError, TypeError):
        return f"{IMPORTED} {path.stem[:8]}"
