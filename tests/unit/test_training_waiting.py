"""What a step may not do on a GPU: wait for it. Counted on a CPU, where waiting costs nothing."""

import math

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from resnet_viz.training import measurements
from resnet_viz.training.measurements import Measurements
from resnet_viz.training.module import TrainingModule
from tests.unit.training_support import Memory, home, train

__all__ = ["home"]

aten = torch.ops.aten
# What reads a number of the device, has it decide on a shape, or takes one from the host there.
WAITING = {
    aten._local_scalar_dense.default,
    aten.nonzero.default,
    aten.masked_select.default,
    aten.equal.default,
    aten._unique2.default,
    aten.lift_fresh.default,  # torch.tensor(…)
}
READING = ("item", "tolist", "numpy", "cpu")
# Crops, and every layer that draws random numbers.
EVERYTHING = {"recipe": "paper", "options": {"dropout": 0.3, "shortcut_dropout": 0.3}}


class Waits(TorchDispatchMode):
    """Notes what waits for the device within the steps: after the first one up to the flush."""

    def __init__(self, monkeypatch):
        super().__init__()
        self.found, self.reads, self._within, self._flushing = [], 0, False, False
        begin, flush = TrainingModule.on_train_batch_start, Measurements.flush

        def step_begins(module, batch, batch_idx):
            self._within = batch_idx > 0
            return begin(module, batch, batch_idx)

        def flush_begins(callback, trainer):
            self._within, self._flushing = False, True
            flush(callback, trainer)
            self._flushing = False

        monkeypatch.setattr(TrainingModule, "on_train_batch_start", step_begins)
        monkeypatch.setattr(Measurements, "flush", flush_begins)
        for name in READING:
            monkeypatch.setattr(torch.Tensor, name, self._counted(name))

    def _counted(self, name):
        read = getattr(torch.Tensor, name)

        def counting(tensor, *args, **kwargs):
            self.reads += self._flushing
            if self._within:
                self.found.append(name)
            return read(tensor, *args, **kwargs)

        return counting

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if self._within and function in WAITING:
            self.found.append(str(function))
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("settings", [EVERYTHING, {}], ids=["everything", "quick"])
def test_no_step_waits_for_the_device(tmp_path, monkeypatch, settings):
    monkeypatch.setattr(measurements, "SECONDS_BETWEEN_FLUSHES", math.inf)
    memory, waits = Memory(), Waits(monkeypatch)
    with waits:
        train(tmp_path, memory, **settings)
    assert len(memory.steps) == 6
    assert waits.found == []


def test_a_step_that_waits_is_found(tmp_path, monkeypatch):
    step = TrainingModule.training_step

    def impatient(module, batch, batch_idx):
        outputs = step(module, batch, batch_idx)
        assert float(outputs["loss"].detach()) > 0
        return outputs

    monkeypatch.setattr(TrainingModule, "training_step", impatient)
    waits = Waits(monkeypatch)
    with waits:
        train(tmp_path)
    assert len(waits.found) >= 5


def test_records_are_read_back_as_often_however_many_steps_they_are_of(tmp_path, monkeypatch):
    monkeypatch.setattr(measurements, "SECONDS_BETWEEN_FLUSHES", math.inf)
    reads = []  # of losses, right answers and norms
    for batch_size, steps in ((70, 2), (14, 10)):
        with monkeypatch.context() as patch:
            memory, waits = Memory(), Waits(patch)
            with waits:
                train(tmp_path / str(steps), memory, batch_size=batch_size)
        assert len(memory.steps) == steps
        reads.append(waits.reads)
    assert reads == [6, 6]  # once of the first step, which is shown at once, and of all others
