"""The command line: what it lists, changes and evaluates, and with which exit code."""

import io
import json
import math
import subprocess
import sys
import time

import pytest
from sqlalchemy import insert, update

from resnet_viz import cli
from resnet_viz.runs import Record
from resnet_viz.runs.database import runs
from tests.unit.cli_support import ROOT, Terminal, refused, store
from tests.unit.runs_support import FAKE_WORKER, SLEEPER, config, launcher, wait

__all__ = ["store"]


def test_help_does_not_wait_for_anything_heavy():
    code = (
        "import sys; from resnet_viz.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: print(*sys.modules)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "usage: python -m resnet_viz" in answer.stdout
    loaded = set(answer.stdout.split())
    assert not loaded & {"torch", "numpy", "pandas", "sqlalchemy", "psutil", "lightning"}


def test_listing_runs_needs_no_torch(store):
    code = "import sys; from resnet_viz.cli import main; main(['runs']); print(*sys.modules)"
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert answer.stdout.startswith("There are no runs yet.")
    assert not set(answer.stdout.split()) & {"torch", "numpy", "pandas", "lightning"}


def test_settings_shows_and_sets_how_many_runs_train_at_once(store, capsys):
    assert cli.main(["settings"]) == 0
    assert cli.main(["settings", "--slots", "2"]) == 0
    first, engine, second, _ = capsys.readouterr().out.splitlines()
    assert (first, second) == ("runs at once: 1", "runs at once: 2")
    assert engine.startswith("engine: local (")
    assert store.settings.slots == 2


def test_more_slots_start_what_waits(store):
    launcher(store, SLEEPER).submit(config(), config(), names=["a", "b"])
    assert store.run("b").status == "queued"
    assert cli.main(["settings", "--slots", "2"]) == 0
    assert store.run("b").status in ("running", "finished")


def test_runs_prints_json_that_every_reader_takes(store, capsys):
    run = launcher(store, FAKE_WORKER).submit(config("plain20", seed=2, epochs=4))[0]
    wait(store, run.name, "finished")
    with store.database.writing() as connection:
        connection.execute(update(runs).values(test_loss=math.inf))
    assert cli.main(["runs", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    expected = {
        "name": "plain20-digits-seed2-2",
        "architecture": "plain20",
        "status": "finished",
        "epoch": 4,
        "step": 40,
        "train_loss": 0.025,
        "test_loss": None,
        "train_accuracy": 94.0,
        "test_accuracy": 84.0,
        "seed": 2,
        "epochs": 4,
    }
    assert {name: listed[name] for name in expected} == expected


def test_runs_prints_a_table(store, capsys):
    launcher(store, SLEEPER).submit(config(), config(), names=["a", "a longer name"])
    assert cli.main(["runs"]) == 0
    head, first, second = capsys.readouterr().out.splitlines()
    assert head.split()[:2] == ["NAME", "STATUS"]
    assert first.startswith("a longer name  queued ")
    assert second.startswith("a              running ")


def test_stop_resume_rename_delete_and_export_by_name(store, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.05")
    cli.main(["train", "resnet20", "--name", "a", "--detach"])
    while not store.run("a").step:
        time.sleep(0.02)
    assert cli.main(["stop", "a"]) == 0
    assert "a: stopped\n" in capsys.readouterr().out
    assert store.run("a").status == "stopped"
    assert cli.main(["resume", "a"]) == 0
    assert store.run("a").status == "finished"
    assert cli.main(["rename", "a", "b"]) == 0
    assert cli.main(["export", "b", str(tmp_path / "out")]) == 0
    record = Record.load(tmp_path / "out" / "b.history.json.gz")
    assert record.steps["step"].tolist() == list(range(1, 41))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert cli.main(["delete", "b"]) == 2
    assert "delete b with --yes" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert cli.main(["delete", "b"]) == 0
    assert len(store.runs()) == 1
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert cli.main(["delete", "b"]) == 0
    assert store.runs() == []


def test_a_run_that_cannot_be_read_is_listed_and_deleted(store, capsys):
    with store.database.writing() as connection:
        connection.execute(
            insert(runs).values(
                id="x", name="x", config="{", status="stopped", position=1, created=0
            )
        )
    assert cli.main(["runs"]) == 0
    _, row, reason = capsys.readouterr().out.splitlines()
    assert row.split()[:2] == ["x", "unreadable"]
    assert reason.startswith("x: ")
    assert cli.main(["runs", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)
    assert (listed["name"], listed["status"]) == ("x", "unreadable")
    assert reason == f"x: {listed['error']}"
    assert cli.main(["delete", "x", "--yes"]) == 0
    assert store.runs() == []


def test_what_was_made_to_fit_is_said_at_an_import(store, tmp_path, capsys, monkeypatch):
    import torch

    from resnet_viz import models

    monkeypatch.chdir(tmp_path)
    state = models.build("resnet20", seed=0).state_dict()
    torch.save({k: v for k, v in state.items() if not k.startswith("fc.")}, "weights.th")
    assert cli.main(["import", "weights.th"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("weights.safetensors: ResNet-20, 64 features; assumed: normalisation")
    assert "with the same answers: no last layer: its answers are the features" in said


def test_what_tensors_do_not_tell_is_told_or_taken_from_data(store, tmp_path, capsys, monkeypatch):
    import torch

    from resnet_viz import data, models

    monkeypatch.chdir(tmp_path)
    torch.save(models.build("resnet20", seed=0).state_dict(), "weights.th")
    importing = ["import", "weights.th", "--output"]
    assert cli.main([*importing, "like.safetensors", "--like", "digits", "--std", "51,51,102"]) == 0
    assert "assumed: red as the first channel, shortcuts" in capsys.readouterr().out
    like, digits = models.load("like.safetensors"), data.load("digits")
    assert (like.classes, like.input_size) == (digits.classes, 8)
    assert like.mean == pytest.approx(digits.mean)
    assert like.std == pytest.approx((0.2, 0.2, 0.4))
    names = tuple("abcdefghij")
    (tmp_path / "names.txt").write_text("\n".join(names))
    assert cli.main([*importing, "names.safetensors", "--classes", "names.txt"]) == 0
    capsys.readouterr()
    assert models.load("names.safetensors").classes == names
    assert "10 classes, but 3 names were given" in refused(
        capsys, *importing, "x", "--classes", "a,b,c"
    )
    assert "3 input channels" in refused(capsys, *importing, "x", "--mean", "0.5", "--std", "0.5")
    assert "not big" in refused(capsys, *importing, "x", "--input-size", "big")
    assert "no-such-data" in refused(capsys, *importing, "x", "--like", "no-such-data")
    assert not (tmp_path / "x").exists()


def test_a_network_of_any_size_is_kept_for_the_dashboard(store, tmp_path, capsys, monkeypatch):
    import torch

    from resnet_viz import models
    from resnet_viz.ui.networks import catalogue

    monkeypatch.chdir(tmp_path)
    network = models.build("resnet20", seed=0, blocks=(1, 1, 1))
    torch.save(network.state_dict(), "large.pth")
    assert cli.main(["import", "large.pth", "--keep"]) == 0
    [(label, path)] = catalogue.imported().items()
    assert label.endswith(", large")
    assert capsys.readouterr().out.startswith(f"{label} on the dashboard: ")
    assert torch.equal(models.load(path).network.conv1.weight, network.conv1.weight)
    assert not (tmp_path / "large.safetensors").exists()
    monkeypatch.setattr(catalogue, "MOST", 1)
    torch.save(models.build("resnet20", seed=1, blocks=(1, 1, 1)).state_dict(), "other.pth")
    assert "room for no more" in refused(capsys, "import", "other.pth", "--keep")


def test_imported_weights_can_be_evaluated(store, tmp_path, capsys, monkeypatch):
    import torch

    from resnet_viz import data, models

    monkeypatch.chdir(tmp_path)
    network = models.build("resnet20", seed=0)
    torch.save({"state_dict": network.state_dict()}, "weights.th")
    assert cli.main(["import", "weights.th", "--architecture", "resnet20"]) == 0
    assert capsys.readouterr().out.startswith("weights.safetensors: ResNet-20, 10 classes")
    again = ["import", "weights.th", "--architecture", "resnet20"]
    assert "weights.safetensors is already there" in refused(capsys, *again)

    digits = data.load("digits")
    known = models.import_weights("weights.th", "resnet20", classes=digits.classes, input_size=8)
    known.save("digits.safetensors")
    assert cli.main(["evaluate", "digits.safetensors", "--data", "digits", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    with torch.no_grad():
        inputs = data.normalise(digits.test.images, known.mean, known.std)
        logits = known.network(inputs)
    loss = torch.nn.functional.cross_entropy(logits, digits.test.labels).item()
    accuracy = 100 * (logits.argmax(1) == digits.test.labels).float().mean().item()
    assert result["images"] == 397
    assert result["assumed"] == known.card["assumed"]
    assert result["test_loss"] == pytest.approx(loss, rel=1e-4)
    assert result["test_accuracy"] == pytest.approx(accuracy, abs=0.3)
    wrong = refused(capsys, "evaluate", "weights.safetensors", "--data", "digits")
    assert wrong.startswith("The checkpoint knows the classes airplane, automobile, bird")


def test_a_network_is_converted_for_other_programs(store, tmp_path, capsys, monkeypatch):
    import torch

    monkeypatch.chdir(tmp_path)
    assert cli.main(["convert", "resnet20-digits-seed0", "mine.pth"]) == 0
    assert "mine.pth: ResNet-20, state dict" in capsys.readouterr().out
    assert "layer1.0.conv1.weight" in torch.load("mine.pth", weights_only=True)
    assert "already there" in refused(capsys, "convert", "resnet20-digits-seed0", "mine.pth")
    assert "caffe" in refused(
        capsys, "convert", "resnet20-digits-seed0", "other.pth", "--layout", "caffe"
    )


def test_an_import_is_checked_and_written_in_the_best_way(store, tmp_path, capsys, monkeypatch):
    import torch

    from resnet_viz import models
    from resnet_viz.runs.shipped_runs import shipped_checkpoint

    monkeypatch.chdir(tmp_path)
    known = models.load(shipped_checkpoint("plain20-digits-seed0"))
    torch.save(known.network.state_dict(), "mine.pth")
    importing = ["import", "mine.pth", "--like", "digits", "--channel-order", "rgb"]
    checking = [*importing, "--zero-padding", "both", "--check", "digits"]
    assert cli.main([*checking, "--output", "as_imported.safetensors"]) == 0
    said = capsys.readouterr().out
    assert "38.0 % of 397 test pictures" in said
    assert "98.2 %  no shortcuts" in said
    assert "with --take-best" in said
    assert models.load("as_imported.safetensors").architecture.is_residual
    assert cli.main([*checking, "--take-best", "--output", "best.safetensors"]) == 0
    assert "right with no shortcuts" in capsys.readouterr().out
    best = models.load("best.safetensors")
    assert (best.architecture, best.classes) == (known.architecture, known.classes)
    assert "needs --check" in refused(capsys, *importing, "--take-best", "--output", "x")
    assert not (tmp_path / "x").exists()
