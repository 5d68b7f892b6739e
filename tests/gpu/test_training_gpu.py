import gc
import math

import pytest
import torch

from resnet_viz import models
from resnet_viz.training import Stopped, measurements
from resnet_viz.training.measurements import Measurements
from resnet_viz.training.module import TrainingModule
from resnet_viz.training.objective import GraphedObjective, Objective
from tests.unit.training_support import Memory, few_digits, home, train

__all__ = ["home"]

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.mark.parametrize("precision", ["auto", "32-true", "bf16-mixed", "16-mixed"])
def test_training_learns_the_digits_in_every_precision(tmp_path, precision):
    memory = Memory()
    train(
        tmp_path,
        memory,
        device="cuda",
        precision=precision,
        epochs=8,
        dataset=few_digits(every=1),
        batch_size=64,
    )
    assert memory.epochs[-1]["test_accuracy"] > 90
    assert torch.cuda.get_device_name(0) in memory.begun[0]["device"]


def test_gradient_norms_are_recorded_unscaled(tmp_path):
    """A scaler multiplies the loss by 65,536 at first."""
    norms = {}
    for precision in ("32-true", "16-mixed"):
        memory = Memory()
        train(tmp_path / precision, memory, device="cuda", precision=precision)
        norms[precision] = memory.norms[0]["gradient_norms"]
    assert norms["16-mixed"] == pytest.approx(norms["32-true"], rel=0.1)


def test_the_gpu_and_the_cpu_start_with_the_same_norms(tmp_path):
    norms = {}
    for device in ("cpu", "cuda"):
        memory = Memory()
        train(tmp_path / device, memory, device=device, precision="32-true")
        norms[device] = memory.norms[0]["gradient_norms"]
    assert norms["cuda"] == pytest.approx(norms["cpu"], rel=1e-2)


def test_a_finished_run_gives_the_gpus_memory_back(tmp_path):
    train(tmp_path / "warm", device="cuda")
    gc.collect()
    before = torch.cuda.memory_allocated()
    train(tmp_path / "run", device="cuda")
    gc.collect()
    assert torch.cuda.memory_allocated() <= before


def test_a_run_goes_on_on_a_cpu_from_where_a_gpu_left_it(tmp_path):
    memory = Memory(stop_after=3)
    with pytest.raises(Stopped):
        train(tmp_path, memory, device="cuda", epochs=2)
    classifier = train(tmp_path, memory, device="cpu", epochs=2, resume=True)
    assert memory.begun[-1]["resumed_step"] == 3
    assert [row["step"] for row in memory.steps] == list(range(1, 13))
    assert not next(classifier.network.parameters()).is_cuda


@pytest.mark.parametrize("precision", ["32-true", "bf16-mixed"])
def test_no_step_waits_for_the_gpu(tmp_path, monkeypatch, precision):
    """CUDA itself refuses to wait, after the first step and up to the flush."""
    begin, flush = TrainingModule.on_train_batch_start, Measurements.flush

    def step_begins(module, batch, batch_idx):
        if batch_idx > 0:
            torch.cuda.set_sync_debug_mode("error")
        return begin(module, batch, batch_idx)

    def flush_begins(callback, trainer):
        torch.cuda.set_sync_debug_mode("default")
        return flush(callback, trainer)

    monkeypatch.setattr(TrainingModule, "on_train_batch_start", step_begins)
    monkeypatch.setattr(Measurements, "flush", flush_begins)
    monkeypatch.setattr(measurements, "SECONDS_BETWEEN_FLUSHES", math.inf)
    options = {"dropout": 0.3, "shortcut_dropout": 0.3}
    memory = Memory()
    try:
        train(tmp_path, memory, device="cuda", precision=precision, recipe="paper", options=options)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert len(memory.steps) == 6


@pytest.mark.parametrize("architecture", ["plain20", "resnet20"])
def test_graphs_give_the_gradients_of_the_plain_passes(architecture):
    """At the first batch, at others of its shape, at a shorter one, and after the weights moved."""
    network = models.build(architecture, seed=0, classes=10).cuda()
    graphed, plain = GraphedObjective(network, alone=True), Objective(network)
    averages = {name: buffer.clone() for name, buffer in network.named_buffers()}
    random = torch.Generator("cuda").manual_seed(0)
    for size in (16, 16, 9, 16):
        inputs = torch.randn(size, 3, 32, 32, device="cuda", generator=random)
        labels = torch.randint(10, (size,), device="cuda", generator=random)
        found = []
        for passes in (graphed, plain):
            with torch.no_grad():
                for name, buffer in network.named_buffers():
                    buffer.copy_(averages[name])
            loss, right = passes(inputs, labels)
            network.zero_grad()
            loss.backward()
            moved = torch.cat([buffer.double().flatten() for buffer in network.buffers()])
            gradient = torch.cat([weight.grad.flatten() for weight in network.parameters()])
            found.append((loss.item(), right.item(), gradient.clone(), moved))
        (loss, right, gradient, moved), expected = found
        assert (loss, right) == (pytest.approx(expected[0], rel=1e-3), expected[1])
        scale = expected[2].abs().max().item()
        torch.testing.assert_close(gradient, expected[2], rtol=1e-2, atol=1e-2 * scale)
        torch.testing.assert_close(moved, expected[3], rtol=1e-3, atol=1e-3)
        with torch.no_grad():
            for weight in network.parameters():
                weight.sub_(0.01 * weight.grad)


def test_a_run_that_goes_on_draws_the_dropout_that_it_would_have_drawn(tmp_path):
    """Although it warms its graphs up anew, which draws numbers too."""
    losses = []
    for stop_after in (None, 3):
        memory = Memory(stop_after=stop_after)
        options = {
            "device": "cuda",
            "precision": "32-true",
            "learning_rate": 1e-4,
            "options": {"dropout": 0.5, "shortcut_dropout": 0.5},
        }
        folder = tmp_path / str(stop_after)
        if stop_after:
            with pytest.raises(Stopped):
                train(folder, memory, **options)
        train(folder, memory, **options, resume=bool(stop_after))
        losses.append([row["train_loss"] for row in memory.steps])
    assert losses[1] == pytest.approx(losses[0], rel=0.02)
