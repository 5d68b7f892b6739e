"""The command that measures and trains on a GPU, tried small on a CPU."""

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from benchmarks.gpu import __main__ as command
from benchmarks.gpu import network, side_by_side, speed, suite
from benchmarks.gpu.kept import Keeper
from benchmarks.table import ROOT, Row
from benchmarks.training import pictures
from resnet_viz import data, models
from resnet_viz.runs import Record
from resnet_viz.training import RunConfig, Stopped, fit
from tests.unit.training_support import few_digits, home, same_weights

__all__ = ["home"]

# Of requirements.txt; README names the rest.
NOT_NEEDED = ("streamlit", "plotly", "captum", "pooch", "platformdirs", "skimage")
MOST_FILES, MOST_BYTES = 8, 16_000_000
CONFIG = RunConfig.from_recipe(
    "resnet20", "paper", epochs=2, batch_size=25, device="cpu", threads=1
)
NETWORK, HISTORY = "resnet20-digits-seed0.safetensors", "resnet20-digits-seed0.history.json.gz"


class Keeping(Keeper):
    """Stops after a step instead of at a time."""

    last, asked = 0, 0

    def stop_requested(self):
        self.asked += 1
        return self.asked == self.last


def trained(folder, work, last=0):
    """The status that was found in the folder; the run goes on, to its end or that many steps."""
    work.mkdir()
    keeper = Keeping(CONFIG, folder, work, until=0.0)
    keeper.last = last
    status = keeper.restore()
    try:
        fit(CONFIG, keeper, work, resume=True)
        keeper.keep("finished")
    except Stopped:
        keeper.keep("stopped")
    return status


@pytest.fixture
def _digits(monkeypatch):
    few = few_digits()
    monkeypatch.setattr(data, "load", lambda name, **options: few)


@pytest.mark.usefixtures("_digits")
def test_a_training_goes_on_from_the_two_files_that_came_home(tmp_path):
    """A run of 12 steps, cut after the fourth; nothing else of it is left."""
    folder, whole = tmp_path / "folder", tmp_path / "whole"
    assert trained(folder, tmp_path / "one", last=4) is None
    assert {path.name for path in folder.iterdir()} == {NETWORK, HISTORY}
    cut = Record.load(folder / HISTORY)
    assert (cut.status, cut.steps["step"].tolist()) == ("stopped", [1, 2, 3, 4])
    assert trained(folder, tmp_path / "two") == "stopped"
    trained(whole, tmp_path / "three")
    assert same_weights(*(models.load(at / NETWORK) for at in (folder, whole)))
    records = [Record.load(at / HISTORY) for at in (folder, whole)]
    for part in ("steps", "epochs", "gradients"):
        one, other = (
            getattr(record, part).drop(columns=["seconds", "images_per_second"], errors="ignore")
            for record in records
        )
        assert one.equals(other)
    assert {path.name for path in folder.iterdir()} == {NETWORK, HISTORY}
    # What has ended needs no state.
    assert "state" not in json.loads(gzip.decompress((folder / HISTORY).read_bytes()))
    assert (records[0].status, records[0].config.data) == ("finished", "digits")


@pytest.mark.usefixtures("_digits")
def test_a_training_whose_time_is_up_at_the_end_of_an_epoch_is_kept(tmp_path, monkeypatch):
    """There a run saves first and asks then whether to stop."""
    monkeypatch.setattr(Keeping, "last", 6)
    monkeypatch.setattr(network, "Keeper", Keeping)
    monkeypatch.setattr(network.signal, "signal", lambda *_: None)
    job = {"config": CONFIG.to_dict(), "folder": str(tmp_path), "until": 0.0}
    assert network.main([json.dumps(job)]) == 0
    cut = Record.load(tmp_path / HISTORY)
    assert (cut.status, cut.epochs["step"].tolist()) == ("stopped", [6])


@pytest.mark.usefixtures("_digits")
def test_a_network_is_kept_as_float16_only_where_that_costs_nothing(tmp_path, monkeypatch):
    found = []
    for costs in (0.0, 1.0):
        accuracies = iter([90.0, 90.0 - costs])
        monkeypatch.setattr(
            "resnet_viz.training.evaluation.evaluate", lambda *_, left=accuracies: (0.5, next(left))
        )
        folder = tmp_path / str(costs)
        trained(folder, tmp_path / f"work {costs}", last=1)
        assert models.load(folder / NETWORK).card["metrics"]["test_accuracy"] == 90.0
        found.append((folder / NETWORK).stat().st_size)
    assert found[0] < 0.6 * found[1]


def test_without_a_gpu_it_says_so_in_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert command.main([]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(r"This machine has no GPU that CUDA can use[^.\n]*\.\n", said.err)


def test_it_trains_where_only_what_it_needs_is_and_stops_in_time(tmp_path):
    shadows, folder = tmp_path / "shadows", tmp_path / "folder"
    shadows.mkdir()
    for name in NOT_NEEDED:
        (shadows / f"{name}.py").write_text("raise ImportError('not on this machine')")
    small = pictures(tmp_path / "pictures", training=160, test=20, side=8)
    settings = {"device": "cpu", "networks": "resnet56", "parts": "training"}
    flags = [word for name, value in settings.items() for word in (f"--{name}", value)]
    for seconds in ("9", "27", "81"):  # on a slow machine the imports alone take longer
        done = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.gpu", "--output", folder, "--data", small),
                *(*flags, "--seconds", seconds),
            ],
            env=os.environ
            | {"PYTHONPATH": str(shadows), "RESNET_VIZ_HOME": str(tmp_path / "home")},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if "ended with 0" not in done.stdout:
            break
    assert done.returncode == 0, done.stdout + done.stderr
    [row] = [line for line in done.stdout.splitlines() if line.startswith("paper, ResNet-56")]
    steps = int(re.search(r"(\d+) of 328 steps", row)[1])  # 164 epochs of two batches
    record = Record.load(folder / "resnet56-pictures-seed0.history.json.gz")
    assert record.steps["step"].iloc[-1] == steps
    assert 0 < steps < 328
    assert record.config.data == "pictures"
    sizes = [path.stat().st_size for path in folder.iterdir()]
    assert len(sizes) * len(command.NETWORKS) <= MOST_FILES
    assert max(sizes) <= MOST_BYTES
    assert "Measured on" in done.stdout


def test_a_process_that_fails_is_a_row_that_says_why(tmp_path, monkeypatch):
    small = pictures(tmp_path / "pictures", training=20, test=10, side=8)
    started = subprocess.Popen
    monkeypatch.setattr(
        subprocess,
        "Popen",
        lambda command, **rest: started([sys.executable, "-c", "raise OSError('full')"], **rest),
    )
    [row] = side_by_side.rows(["plain20"], small, tmp_path / "folder", "cpu", lambda: 5.0)
    assert (row.measured, row.holds, row.how) == ("failed", False, "OSError: full")


def test_an_archive_is_unpacked_and_no_pictures_are_a_sentence(tmp_path):
    small = Path(pictures(tmp_path / "pictures", training=20, test=10, side=8))
    subprocess.run(["tar", "cf", tmp_path / "small.tar", "-C", small, "."], check=True)
    name = side_by_side.located(str(tmp_path / "small.tar"))
    assert len(data.load(name).train) == 20
    assert side_by_side.located(str(small)) == str(small)
    with pytest.raises(data.DataError, match="--data"):
        side_by_side.located(None)


def test_steps_are_timed_beside_as_many_of_each_bare_loop():
    rows = speed.steps("resnet20", "32-true", "cpu", rounds=2, images=24, batch_size=8, side=8)
    kinds = [re.search("bare loop, ([^;]+);", row.how)[1] for row in rows]
    assert kinds == [*speed.BARE["32-true"]]
    for row in rows:
        assert 0.1 < float(row.measured.split("×")[0]) < 10
        assert "2 times in turn" in row.how


def test_a_bare_loop_takes_as_many_steps_as_the_run_up_to_an_epochs_last():
    class Loop:
        steps = 0

        def step(self):
            self.steps += 1

    loops = [Loop(), Loop()]
    turns = speed.Turns(loops, 5, torch.device("cpu"))
    turns.begin(resumed_step=0)
    for _ in range(2 * 5):  # asked after four steps, and when the epoch's checkpoint is complete
        assert turns.stop_requested() is False
    assert [loop.steps for loop in loops] == [8, 8]
    assert [len(taken) for taken in turns.rounds] == [3, 3]


def test_grad_cam_is_timed_beside_a_forward_pass():
    [row] = speed.attribution("resnet18", "cpu", size=64, rounds=2)
    assert float(row.measured.split("×")[0]) > 0


def test_nothing_is_measured_when_no_time_is_left():
    [row] = speed.rows("cpu", "-1")
    assert row.measured == "not taken"


def test_the_tests_that_need_a_gpu_are_one_row(tmp_path, monkeypatch, capsys):
    test = tmp_path / "test_it.py"
    test.write_text("def test_it():\n    assert False\n")
    monkeypatch.setattr(suite, "FOLDER", str(test))
    [row] = suite.rows(60)
    assert (row.holds, row.measured) == (False, "failed")
    assert "1 failed" in row.how
    assert "assert False" in capsys.readouterr().err
    done = subprocess.CompletedProcess([], 0, "..\n=== 2 passed in 0.10s ===\n", "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: done)
    [row] = suite.rows(60)
    assert (row.holds, row.measured, row.how) == (True, "passed", "2 passed in 0.10s")


def test_each_part_gives_its_rows_to_one_table_and_what_fails_is_a_row(monkeypatch, capsys):
    good = Row(what="steps", measured="1.1×", how="h")
    monkeypatch.setattr(suite, "rows", lambda seconds: [good])
    monkeypatch.setattr(command, "in_own_process", lambda *_: [good])
    assert command.main(["--device", "cpu", "--parts", "tests", "speed"]) == 0
    assert capsys.readouterr().out.count("1.1×") == 2
    assert command.main(["--device", "cpu", "--seconds", "5"]) == 1
    assert side_by_side.NO_DATA in capsys.readouterr().out
