"""TensorBoard: a run as a folder with one event file."""

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.runs.errors import RunError
from resnet_viz.runs.trackers.measurements import COLUMNS
from resnet_viz.runs.trackers.tracked import Tracked

if TYPE_CHECKING:
    import pandas as pd

PATTERN = "*tfevents*"  # the names by which TensorBoard knows its files
MISSING = "TensorBoard's files need its package: pip install 'resnet_viz[tensorboard]'."
SUCCEEDED, ABORTED = "STATUS_SUCCESS", "STATUS_FAILURE"  # as TensorBoard calls how a run ended


def library(module: str) -> Any:
    """A module of TensorBoard's package.

    Raises:
        RunError: if it is not installed.
    """
    try:
        return import_module(f"tensorboard.{module}")
    except ImportError as error:
        raise RunError(MISSING) from error


class EventFile:
    """Writes a run into ``FOLDER/NAME``: its settings at once, its scalars as they come.

    The settings are TensorBoard's hyper-parameters; tags and status are texts.

    Raises:
        RunError: if TensorBoard is not installed, the folder cannot be written to, or there are
            event files of a run of that name already.
    """

    def __init__(self, folder: Path, run: Tracked) -> None:
        writing = library("summary.writer.event_file_writer")
        self._event = library("compat.proto.event_pb2").Event
        self._summary = library("compat.proto.summary_pb2").Summary
        self._text = library("plugins.text.summary_v2").text_pb
        self._run, self._end = run, run.start
        self._folder = folder / run.name
        self.place = str(self._folder)
        if any(self._folder.glob(PATTERN)):
            raise RunError(f"{self._folder} has event files already: name another folder.")
        try:
            self._file = writing.EventFileWriter(str(self._folder))
        except OSError as error:
            raise RunError(f"{folder} cannot be written to ({error.strerror}).") from error
        settings = library("plugins.hparams.summary_v2").hparams_pb(
            run.settings, trial_id=run.key, start_time_secs=run.start
        )
        self._add(settings, 0, run.start)
        self._add(self._text("settings", _as_text(run.settings)), 0, run.start)
        for name, value in run.tags.items():
            self._add(self._text(f"tags/{name}", value), 0, run.start)

    def write(self, scalars: "pd.DataFrame") -> None:
        """Add scalars, as `Measurements` gives them; those of one moment are one event."""
        rows = zip(*(scalars[column].tolist() for column in COLUMNS), strict=True)
        moments: dict[tuple[int, float], list[Any]] = {}
        for name, step, value, seconds in rows:
            scalar = self._summary.Value(tag=name, simple_value=value)
            moments.setdefault((step, self._run.start + seconds), []).append(scalar)
        for (step, moment), values in moments.items():
            self._add(self._summary(value=values), step, moment)
            self._end = moment
        self._file.flush()

    def end(self, status: str) -> None:
        """Say how the run ended, and close the file."""
        self._add(self._text("tags/status", status), 0, self._end)
        self._add(self._session_end(status), 0, self._end)
        self.close()

    def close(self) -> None:
        """Close the file of a run that may go on."""
        self._file.close()

    def _session_end(self, status: str) -> Any:
        """What closes the settings; TensorBoard's own function for it needs TensorFlow."""
        kinds, metadata = (
            library(f"plugins.hparams.{name}") for name in ("plugin_data_pb2", "metadata")
        )
        code = library("plugins.hparams.api_pb2").Status.Value(
            SUCCEEDED if status == "finished" else ABORTED
        )
        ended = kinds.SessionEndInfo(status=code, end_time_secs=self._end)
        value = self._summary.Value(
            tag=metadata.SESSION_END_INFO_TAG,
            metadata=metadata.create_summary_metadata(
                kinds.HParamsPluginData(session_end_info=ended)
            ),
            tensor=metadata.NULL_TENSOR,
        )
        return self._summary(value=[value])

    def _add(self, summary: Any, step: int, moment: float) -> None:
        self._file.add_event(self._event(summary=summary, step=step, wall_time=moment))


def _as_text(settings: dict[str, Any]) -> str:
    """JSON as TensorBoard's Markdown shows it unchanged: lines with four spaces before them."""
    lines = json.dumps(settings, indent=2).splitlines()
    return "\n".join(f"    {line}" for line in lines)
