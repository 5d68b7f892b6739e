"""Two processes on the CPU train as one does, and stop, go on and end together."""

import os
import subprocess
import sys

import pytest
import torch
from torch.nn.functional import cross_entropy

from resnet_viz import data, models
from resnet_viz.training import ConfigError, RunConfig, evaluate
from resnet_viz.training.batches import Use, seed_of
from resnet_viz.training.errors import DeviceMissing, TooFewImages
from resnet_viz.training.placement import placement
from tests.unit.training_support import few_digits, home, train
from tests.unit.two_processes import NORMALISED, PLAIN, trained

__all__ = ["home"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where ``two_processes`` has left its scenarios."""
    folder = tmp_path_factory.mktemp("together")
    environment = os.environ | {
        "RESNET_VIZ_HOME": str(folder / "home"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    command = [sys.executable, "-m", "tests.unit.two_processes", str(folder)]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def together(folder):
    """What the first or the second process has of a scenario."""
    return lambda name, rank=0: torch.load(folder / f"{name}.{rank}.pt", weights_only=True)


def figures(run):
    """Every number that a run recorded, one after the other, a tensor for each kind of record."""
    return [
        torch.cat([torch.tensor(value).double().view(-1) for row in rows for value in row.values()])
        for rows in run["records"]
    ]


def test_two_processes_train_a_network_without_batch_statistics_as_one_does(together, tmp_path):
    """With shares of 13 and 12 images, 8 and 7 in the last batch, all shuffled and augmented."""
    alone = trained(tmp_path / "alone", device="cpu", **PLAIN)
    both = together("alike")
    assert len(both["records"][0]) == 12
    for mine, theirs in zip(figures(alone), figures(both), strict=True):
        assert torch.allclose(mine, theirs, rtol=2e-6, atol=0)
    for name, weight in alone["state"].items():
        assert torch.allclose(weight, both["state"][name], rtol=0, atol=1e-6), name


def test_the_processes_hold_one_network_and_the_first_alone_records(together):
    first, second = together("alike"), together("alike", 1)
    assert all(torch.equal(first["state"][key], second["state"][key]) for key in first["state"])
    assert second["records"] == [[], [], []]
    assert (second["begun"], second["saves"]) == ([], [])
    assert first["begun"][0]["device"].endswith("2 processes")


def test_each_process_normalises_by_the_statistics_of_its_own_share(together):
    few = few_digits()
    order = torch.Generator().manual_seed(seed_of(0, Use.ORDER, 0))
    size = NORMALISED["batch_size"]
    chosen = torch.randperm(len(few.train), generator=order)[:size]
    network, losses = models.build("resnet20", seed=0, classes=10), []
    for share in (chosen[0::2], chosen[1::2]):
        inputs = data.normalise(few.train.images[share], few.mean, few.std)
        losses.append(cross_entropy(network(inputs), few.train.labels[share]).item())
    recorded = together("normalised")["records"][0][0]["train_loss"]
    assert recorded == pytest.approx(sum(losses) / 2, rel=1e-5)


def test_the_test_figures_are_those_of_the_saved_network_on_each_image_once(together, folder):
    """The processes have seen other averages; the test has 32 images for one, 8 for the other."""
    epoch = together("normalised")["records"][1][-1]
    saved = models.load(folder / "normalised" / "network.safetensors")
    assert evaluate(saved, few_digits()) == pytest.approx(
        (epoch["test_loss"], epoch["test_accuracy"]), rel=1e-5
    )


def test_all_stop_after_the_same_step_and_go_on_as_if_they_had_not(together):
    assert {together("stopped", rank)["end"] for rank in (0, 1)} == {
        "Stopped: Stopped after step 2."
    }
    assert together("stopped")["saves"] == [2]
    whole, resumed = together("alike"), together("resumed")
    assert resumed["begun"][0]["resumed_step"] == 2
    assert all(torch.equal(whole["state"][key], resumed["state"][key]) for key in whole["state"])
    assert resumed["records"][1] == whole["records"][1]


def test_the_first_process_tells_how_a_run_ended_and_that_another_is_gone(together):
    assert together("diverged")["end"].startswith("Diverged")
    assert together("diverged", 1)["end"].startswith("ProcessLost")
    assert together("lost")["end"].startswith("ProcessLost")


def test_a_batch_that_the_processes_cannot_share_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="batch size of 4"):
        RunConfig.from_recipe("resnet20", device="cpu:2", batch_size=3)
    with pytest.raises(TooFewImages, match="has 3 images, too few for 2"):
        train(tmp_path, device="cpu:2", batch_size=137)


@pytest.mark.parametrize(
    ("device", "processes"), [("auto", 1), ("cpu", 1), ("cpu:12", 12), ("cuda", 1), ("cuda:3,5", 2)]
)
def test_a_device_names_its_processes(device, processes):
    assert RunConfig.from_recipe("resnet20", device=device).processes == processes


@pytest.mark.parametrize("device", ["cpu:0", "cpu:1,2", "cpu:", "cuda:1,1", "mps:2"])
def test_a_device_that_names_none_or_one_twice_is_refused(device):
    with pytest.raises(ConfigError, match=device):
        RunConfig.from_recipe("resnet20", device=device)


def test_more_processes_than_cores_are_refused(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert placement(RunConfig.from_recipe("resnet20", device="cpu:2"), 8).devices == 2
    with pytest.raises(DeviceMissing, match="cpu:2"):
        placement(RunConfig.from_recipe("resnet20", device="cpu:3"), 8)
