"""MLflow: a run as a run of the experiment ``resnet_viz``."""

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.runs.errors import RunError
from resnet_viz.runs.trackers.measurements import COLUMNS
from resnet_viz.runs.trackers.tracked import Tracked

if TYPE_CHECKING:
    import pandas as pd

EXPERIMENT = "resnet_viz"
KEY = "resnet_viz.run"  # the tag by which a run is found again
MOST_AT_ONCE = 1000  # measurements in a request, as MLflow allows
DATABASE = "mlflow.db"  # in a folder, where MLflow's own server looks for it
MOST_LETTERS = 6000  # of the value of a setting or a tag
# It tells its makers nothing of this, and says within seconds that nobody answers.
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2"}
MISSING = "MLflow needs its package: pip install 'resnet_viz[mlflow]'."
STATUSES = {"finished": "FINISHED", "failed": "FAILED", "stopped": "KILLED"}
INTERRUPTED = "KILLED"


class MlflowRun:
    """Writes a run to a tracking server, a database or a folder: settings, then what is measured.

    Raises:
        RunError: if MLflow is not installed, nothing can be written there, or the run is there.
    """

    def __init__(self, uri: str, run: Tracked) -> None:
        try:
            for name, value in QUIET.items():
                os.environ.setdefault(name, value)
            from mlflow import MlflowClient, entities, exceptions
        except ImportError as error:
            raise RunError(MISSING) from error
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        self._failures = (exceptions.MlflowException, OSError)
        self._metric = entities.Metric
        self._uri, self._run, self._end = uri, run, run.start
        self._client = self._do(lambda: MlflowClient(_address(uri)))
        settings = [
            entities.Param(name, str(value)[:MOST_LETTERS]) for name, value in run.settings.items()
        ]
        self._id = self._do(self._create)
        self._do(lambda: self._client.log_batch(self._id, params=settings))
        self.place = f"{run.name} in {uri}"

    def write(self, scalars: "pd.DataFrame") -> None:
        """Add scalars, as `Measurements` gives them, a thousand a request."""
        start = self._run.start
        rows = zip(*(scalars[column].tolist() for column in COLUMNS), strict=True)
        metrics = [
            self._metric(name, value, _milliseconds(start + seconds), step)
            for name, step, value, seconds in rows
        ]
        for first in range(0, len(metrics), MOST_AT_ONCE):
            self._log(metrics[first : first + MOST_AT_ONCE])
        if len(scalars):
            self._end = self._run.start + float(scalars["seconds"].max())

    def end(self, status: str) -> None:
        """Say how the run ended, in MLflow's words and in ours."""
        self._do(lambda: self._client.set_tag(self._id, "status", status))
        end, said = _milliseconds(self._end), STATUSES.get(status, INTERRUPTED)
        self._do(lambda: self._client.set_terminated(self._id, said, end))

    def close(self) -> None:
        """Nothing is open between requests."""

    def _log(self, metrics: Sequence[Any]) -> None:
        self._do(lambda: self._client.log_batch(self._id, metrics=metrics))

    def _create(self) -> str:
        client, run = self._client, self._run
        known = client.get_experiment_by_name(EXPERIMENT)
        experiment = known.experiment_id if known else client.create_experiment(EXPERIMENT)
        if client.search_runs([experiment], f"tags.`{KEY}` = '{run.key}'", max_results=1):
            raise RunError(f"{run.name} is in {self._uri} already: delete it there first.")
        tags = {name: value[:MOST_LETTERS] for name, value in run.tags.items()} | {KEY: run.key}
        begun = _milliseconds(run.start)
        made = client.create_run(experiment, start_time=begun, tags=tags, run_name=run.name)
        return str(made.info.run_id)

    def _do(self, request: Any) -> Any:
        try:
            return request()
        except self._failures as error:
            reason = (str(error).splitlines() or [""])[0].rstrip(".: ")
            raise RunError(f"MLflow cannot write to {self._uri} ({reason}).") from error


def _address(uri: str) -> str:
    """A tracking URI as it is; a folder is that of a database, as MLflow's own server makes one."""
    if ":" in uri and not Path(uri).exists():
        return uri
    folder = Path(uri).expanduser().absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return f"sqlite:///{folder / DATABASE}"


def _milliseconds(seconds: float) -> int:
    return max(0, round(1000 * seconds))
