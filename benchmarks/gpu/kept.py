"""What a training leaves in the folder that outlives the machine, and how it goes on from there.

Two files a network. ``NAME.safetensors`` is the newest network; ``NAME.history.json.gz`` is its
record, which anybody may open, and holds until the last step the state to go on from too: a record
and the state that belongs to it are whole together or not there.
"""

import base64
import dataclasses
import gzip
import json
import time
from pathlib import Path
from typing import Any

import torch

from checkpoints.making import save_light
from resnet_viz import data, models
from resnet_viz.files import replacing
from resnet_viz.runs import Record, history, machine
from resnet_viz.training import EpochRow, RunConfig, StepRow
from resnet_viz.training.file_names import NETWORK
from resnet_viz.training.saving import STATE
from resnet_viz.training.start import FACTS

SECONDS_BETWEEN = 60.0
GOES_ON = (STATE, FACTS)


class Keeper:
    """A recorder that keeps a run's history in memory and in its folder, until its time is up.

    Args:
        config: whose ``data`` is where the pictures lie here; kept is what they are called.
        work: where the run has its own checkpoints.
        until: when to stop, as ``time.time`` counts.
    """

    def __init__(self, config: RunConfig, folder: Path, work: Path, until: float) -> None:
        self.until = until
        self._config, self._folder, self._work = config, folder, work
        self._data = data.load(config.data)
        self.name = f"{config.architecture}-{self._data.name}-seed{config.seed}"
        self._steps: list[dict[str, Any]] = []
        self._epochs: list[dict[str, Any]] = []
        self._norms: list[dict[str, Any]] = []
        self._layers: list[str] = []
        self._hardware, self._device = "", torch.device("cpu")
        self._kept = time.time()

    @property
    def history(self) -> Path:
        """The file of the record."""
        return self._folder / f"{self.name}.history.json.gz"

    def restore(self) -> str | None:
        """Bring back what an earlier call has kept; its status, None if there is nothing."""
        if not self.history.is_file():
            return None
        record = Record.load(self.history)
        self._steps = record.steps.to_dict("records")
        self._epochs = record.epochs.to_dict("records")
        for (step, epoch), moment in record.gradients.groupby(["step", "epoch"]):
            norms = {f"{name}s": moment[name].tolist() for name in ("weight_norm", "gradient_norm")}
            self._norms.append({"step": step, "epoch": epoch} | norms)
        for name, packed in _content(self.history).get("state", {}).items():
            (self._work / name).write_bytes(base64.b64decode(packed))
        return record.status

    def begin(self, *, layers: list[str], device: str, resumed_step: int, **_: Any) -> None:
        """Forget what was recorded after ``resumed_step``, for it comes again."""
        self._layers, self._hardware = layers, machine.describe(device, self._config.threads)
        self._device = torch.device("cuda" if self._config.device == "cuda" else "cpu")
        for rows, last in ((self._steps, 0), (self._epochs, 0), (self._norms, 1)):
            rows[:] = [row for row in rows if row["step"] + last <= resumed_step]

    def step(self, row: StepRow) -> None:
        """Keep a row of the loss curve."""
        self._steps.append(dataclasses.asdict(row))

    def epoch(self, row: EpochRow) -> None:
        """Keep the figures of a complete epoch."""
        self._epochs.append(dataclasses.asdict(row))

    def gradients(self, **row: Any) -> None:
        """Keep the norms of every layer at one moment."""
        self._norms.append(row)

    def flush(self) -> None:
        """Nothing is durable before its checkpoint is."""

    def reading(self, share: float) -> None:
        """The data are small."""

    def stop_requested(self) -> bool:
        """Whether the time is up."""
        return time.time() >= self.until

    def saved(self, *, step: int) -> None:
        """Keep the checkpoint, if it comes a while after the one before; the last one is `keep`'s.

        At the end of an epoch a run saves before it asks whether to stop.
        """
        if time.time() - self._kept >= SECONDS_BETWEEN:
            self.keep("stopped")

    def keep(self, status: str) -> None:
        """Write both files, from the newest checkpoint of the run."""
        self._kept = time.time()
        classifier = models.load(self._work / NETWORK)
        classifier.network.to(self._device)
        config = dataclasses.replace(self._config, data=self._data.name)
        self._folder.mkdir(parents=True, exist_ok=True)
        save_light(classifier, self._folder / f"{self.name}.safetensors", self._data, config=config)
        record = Record(
            name=self.name,
            config=config,
            status=status,
            hardware=self._hardware,
            seconds=self._steps[-1]["seconds"] if self._steps else 0.0,
            layers=tuple(self._layers),
            steps=history.frame(history.STEPS, _columns(self._steps, history.STEPS)),
            epochs=history.frame(history.EPOCHS, _columns(self._epochs, history.EPOCHS)),
            gradients=history.gradient_frame(
                self._layers,
                *(
                    [row[name] for row in self._norms]
                    for name in ("step", "epoch", "weight_norms", "gradient_norms")
                ),
            ),
        )
        if status == "finished":
            record.save(self.history)
            return
        plain = self._work / self.history.name
        record.save(plain)
        state = {
            name: base64.b64encode((self._work / name).read_bytes()).decode() for name in GOES_ON
        }
        text = json.dumps(_content(plain) | {"state": state}, separators=(",", ":"))
        with replacing(self.history) as beside:
            beside.write_bytes(gzip.compress(text.encode(), compresslevel=1))


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(gzip.decompress(path.read_bytes()))
    return content


def _columns(rows: list[dict[str, Any]], names: Any) -> dict[str, list[float]]:
    return {name: [row[name] for row in rows] for name in names}
