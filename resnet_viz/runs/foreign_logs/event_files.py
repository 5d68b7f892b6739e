"""TensorBoard's event files, read without TensorFlow: scalars alone, nothing else is looked at."""

import math
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from resnet_viz.runs.foreign_logs.table import LogError, LoggedTable
from resnet_viz.runs.trackers.event_file import PATTERN, library

MOST_BYTES = 512 * 2**20
MOST_SCALARS = 500_000
MOST_FILES = 200
LARGEST_RECORD = 2**20  # bytes; more is a picture or a graph
HEADER, FOOTER = struct.Struct("<QI"), 4  # length and its checksum; the checksum of the data
CUT_OFF = "the file is cut off or damaged: what stands before that is read"


def is_event_file(raw: bytes) -> bool:
    """Whether a file that begins so is one: the length of its first record has its checksum."""
    if len(raw) < HEADER.size:
        return False
    checksum = library("compat.tensorflow_stub.pywrap_tensorflow").masked_crc32c
    return bool(checksum(raw[:8]) == HEADER.unpack_from(raw)[1])


def read(files: Mapping[str, list[Path]]) -> list[LoggedTable]:
    """The scalars of each run, a column a tag, with ``step`` and ``seconds`` since the first.

    Args:
        files: the event files of each run by its name, older ones first.

    Raises:
        LogError: if there is no scalar in them, or there are too many.
    """
    tables = []
    for run, paths in files.items():
        found: dict[str, dict[int, float]] = {}
        clock: dict[int, float] = {}
        notes: list[str] = []
        count = 0
        for path in paths:
            for event in _events(path, notes):
                for tag, value in _scalars(event):
                    count += 1
                    if count > MOST_SCALARS:
                        raise LogError(
                            f"There are more than {MOST_SCALARS:,} scalars in the event files: "
                            "write fewer, such as one an epoch."
                        )
                    found.setdefault(tag, {})[event.step] = value
                    clock.setdefault(event.step, event.wall_time)
        if found:
            tables.append(LoggedTable(run, _frame(found, clock), tuple(dict.fromkeys(notes))))
    if not tables:
        raise LogError("There is no scalar in the event file: log losses or accuracies as scalars.")
    return tables


def in_folder(folder: Path) -> dict[str, list[Path]]:
    """The event files below a folder by the folder that each lies in, as TensorBoard names runs.

    Raises:
        LogError: if there is none, or too many or too much of them.
    """
    paths = sorted(path for path in folder.rglob(PATTERN) if path.is_file())
    if not paths:
        raise LogError(f"There is no event file in {folder.name}: name a folder that has one.")
    if len(paths) > MOST_FILES or sum(path.stat().st_size for path in paths) > MOST_BYTES:
        raise LogError(
            f"{folder.name} has more event files than can be read at once: name the folder of "
            "one run."
        )
    files: dict[str, list[Path]] = {}
    for path in paths:
        name = path.parent.relative_to(folder).as_posix()
        files.setdefault("" if name == "." else name, []).append(path)
    return files


def _events(path: Path, notes: list[str]) -> Iterator[Any]:
    """The events of a file as far as it is whole."""
    from_bytes = library("compat.proto.event_pb2").Event.FromString
    left = path.stat().st_size
    with path.open("rb") as file:
        while left:
            header = file.read(HEADER.size)
            length = HEADER.unpack(header)[0] if len(header) == HEADER.size else left
            left -= HEADER.size + length + FOOTER
            if left < 0:
                notes.append(CUT_OFF)
                return
            if length > LARGEST_RECORD:
                file.seek(length + FOOTER, 1)
                continue
            try:
                event = from_bytes(file.read(length))
            except Exception:  # protobuf's own, whose module is not the same in all its versions
                notes.append(CUT_OFF)
                return
            file.seek(FOOTER, 1)
            yield event


def _scalars(event: Any) -> Iterator[tuple[str, float]]:
    for value in event.summary.value:
        if value.HasField("simple_value"):
            yield value.tag, value.simple_value
        elif value.HasField("tensor") and not value.tensor.tensor_shape.dim:
            number = _number(value.tensor)
            if number is not None:
                yield value.tag, number


def _number(tensor: Any) -> float | None:
    """A tensor without dimensions as a number; None if it is a text or of another kind."""
    try:
        return float(library("util.tensor_util").make_ndarray(tensor))
    except (TypeError, ValueError):
        return None


def _frame(found: Mapping[str, Mapping[int, float]], clock: Mapping[int, float]) -> pd.DataFrame:
    values = pd.DataFrame({tag: pd.Series(series, dtype=float) for tag, series in found.items()})
    values = values.sort_index()
    times = pd.Series(clock).reindex(values.index)
    began = min(time for time in clock.values() if math.isfinite(time))
    values.insert(0, "step", values.index.astype(float))
    if "seconds" not in values:
        values.insert(1, "seconds", times - began)
    return values.reset_index(drop=True)
