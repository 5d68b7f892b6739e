"""The command line: what it prints, what it refuses, and with which exit code."""

import io
import json
import math
import pickle
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
import torch
import torchvision
from PIL import Image
from sqlalchemy import insert, update

from resnet_viz import cli, models
from resnet_viz.models import pretrained
from resnet_viz.runs import Launcher, Record, terminal
from resnet_viz.runs.database import runs
from resnet_viz.training import placement
from tests.unit.runs_support import (
    FAKE_WORKER,
    SLEEPER,
    config,
    end_workers,
    launcher,
    new_store,
    wait,
)

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Commands within the test use workers that start at once."""
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (FAKE_WORKER,))
    store = new_store(tmp_path / "home", monkeypatch)
    yield store
    end_workers(store)


def refused(capsys, *arguments):
    """The one line on stderr of a command that was refused."""
    try:
        code = cli.main(arguments)
    except SystemExit as error:
        code = error.code
    out, err = capsys.readouterr()
    assert code == 2
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "Traceback" not in err
    return err.strip()


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


def test_train_reports_an_epoch_a_line_and_how_it_ended(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.02")
    assert cli.main(["train", "plain20", "--data", "digits", "--seed", "5", "--epochs", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:10] for line in lines[:4]] == [f"epoch {n}/4 " for n in (1, 2, 3, 4)]
    assert "test loss 0.0500  train accuracy 94.00 %  test accuracy 84.00 %" in lines[3]
    assert lines[4].startswith("plain20-digits-seed5 is finished after 4 epochs")
    assert len(lines) == 5


def checkpoint(path, name="resnet20", **options):
    """A network with random weights, as a file to start from."""
    network = models.build(name, seed=0, classes=3, **options)
    colours = {"mean": (0.5, 0.5, 0.5), "std": (0.5, 0.5, 0.5)}
    models.Classifier(network=network, classes=("a", "b", "c"), input_size=32, **colours).save(path)


def test_train_passes_every_flag_on(store, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (SLEEPER,))
    checkpoint(tmp_path / "start.safetensors", activation="gelu", blocks=(2, 2, 2))
    flags = (
        "--data digits --recipe finetune --epochs 3 --seed 7 --name mine --batch-size 16 "
        "--learning-rate 0.01 --weight-decay 0.001 --device cpu --precision 32-true "
        "--option activation=gelu --option dropout=0.5 --option zero_init=true "
        "--option blocks=2,2,2 --detach "
        "--input-size 48 --trunk-rate 0.25"
    )
    start = ["--start", str(tmp_path / "start.safetensors")]
    assert cli.main(["train", "resnet20", *flags.split(), *start]) == 0
    assert "mine runs" in capsys.readouterr().out
    run = store.run("mine")
    assert run.config == config(
        recipe="finetune",
        epochs=3,
        seed=7,
        batch_size=16,
        learning_rate=0.01,
        weight_decay=0.001,
        device="cpu",
        precision="32-true",
        options={"activation": "gelu", "blocks": (2, 2, 2), "dropout": 0.5, "zero_init": True},
        threads=run.config.threads,
        start=start[1],
        input_size=48,
        trunk_rate=0.25,
    )


def test_train_takes_imagenet_as_a_start_and_several_networks(store, capsys, monkeypatch):
    monkeypatch.setattr(pretrained, "at_hand", lambda: dict.fromkeys(pretrained.PRETRAINED))
    monkeypatch.setattr(Launcher.__init__, "__defaults__", (SLEEPER,))
    command = "train resnet18 resnext50_32x4d --recipe finetune --start imagenet --detach"
    assert cli.main(command.split()) == 0
    last, first = store.runs()
    assert [first.config.architecture, last.config.architecture] == ["resnet18", "resnext50_32x4d"]
    assert first.config.start == last.config.start == "imagenet"
    assert (first.status, last.status) == ("running", "queued")
    assert len(capsys.readouterr().out.splitlines()) == 2


def test_several_networks_are_followed_one_after_another(store, capsys, monkeypatch):
    assert cli.main(["train", "plain20", "resnet20", "--epochs", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.endswith(":")] == [
        "plain20-digits-seed0:",
        "resnet20-digits-seed0:",
    ]
    assert [" is finished after 4 epochs" in line for line in lines].count(True) == 2
    assert lines[-1].startswith("resnet20-digits-seed0 is finished")


def test_ctrl_c_stops_those_that_wait_behind_too(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.1")
    pause, pressed = time.sleep, []

    def press_once(seconds):
        pause(seconds)
        if store.run("plain20-digits-seed0").step > 1 and not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(terminal.time, "sleep", press_once)
    assert cli.main(["train", "plain20", "resnet20", "--epochs", "4"]) == 130
    monkeypatch.undo()
    wait(store, "resnet20-digits-seed0", "stopped")
    assert store.run("plain20-digits-seed0").status == "stopped"
    assert "resnet20-digits-seed0 is stopped too" in capsys.readouterr().err


def test_settings_shows_and_sets_how_many_runs_train_at_once(store, capsys):
    assert cli.main(["settings"]) == 0
    assert cli.main(["settings", "--slots", "3"]) == 0
    assert capsys.readouterr().out.splitlines() == ["runs at once: 1", "runs at once: 3"]
    assert store.settings.slots == 3


def test_more_slots_start_what_waits(store):
    launcher(store, SLEEPER).submit(config(), config(), names=["a", "b"])
    assert store.run("b").status == "queued"
    assert cli.main(["settings", "--slots", "2"]) == 0
    assert store.run("b").status in ("running", "finished")


def test_a_failed_run_ends_train_with_its_sentence(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_FIT", "diverging")
    assert cli.main(["train", "resnet20"]) == 1
    assert capsys.readouterr().err == (
        "resnet20-digits-seed0 failed: The loss is no number: try a lower learning rate.\n"
    )


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_on_a_terminal_one_line_is_rewritten(store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.05")
    monkeypatch.setattr(terminal, "INTERVAL_SECONDS", 0.1)
    [run] = launcher(store, FAKE_WORKER).submit(config())
    out = Terminal()
    assert terminal.follow(Launcher(store), run, out).status == "finished"
    assert "\n" not in out.getvalue()
    states = out.getvalue().split(terminal.CLEAR)
    assert all(len(state) < 80 for state in states)
    assert any(re.search(r"\d+ % · epoch 2/15, step 1\d/40", state) for state in states)
    assert states[-1] == ""


def test_ctrl_c_stops_the_run_cleanly(store, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.1")
    [run] = launcher(store, FAKE_WORKER).submit(config())
    pause, pressed = time.sleep, []

    def press_once(seconds):
        pause(seconds)
        if store.run(run.name).step > 1 and not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(terminal.time, "sleep", press_once)
    ended = terminal.follow(Launcher(store), run, io.StringIO())
    assert (ended.status, ended.step < 40) == ("stopped", True)
    assert "resume it to go on" in terminal.summary(ended)


def test_runs_prints_json_that_every_reader_takes(store, capsys):
    run = launcher(store, FAKE_WORKER).submit(config("plain20", seed=2, epochs=4))[0]
    wait(store, run.name, "finished")
    with store.database.writing() as connection:
        connection.execute(update(runs).values(test_loss=math.inf))
    assert cli.main(["runs", "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    expected = {
        "name": "plain20-digits-seed2",
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


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("", "The following arguments are required: COMMAND; see python -m resnet_viz --help."),
        ("fly", "Argument COMMAND: invalid choice: 'fly'"),
        ("train", "arguments are required: ARCHITECTURE"),
        ("train resnet21", "There is no architecture 'resnet21'"),
        ("train resnet20 --epochs many", "Argument --epochs: invalid int value: 'many'"),
        ("train resnet20 --epochs 0", "epochs is a whole number from 1"),
        ("train resnet20 --recipe slow", "There is no recipe 'slow'"),
        ("train resnet20 --data mnits", "There is no data set or folder 'mnits'"),
        (
            "train resnet20 --data README.md",
            "make a data set of an archive with the command unpack",
        ),
        ("train resnet20 --data .streamlit", "The folder .streamlit has no class folders"),
        ("unpack README.md", "The file is neither a zip nor a tar archive"),
        ("unpack nothing.zip", "The archive cannot be unpacked (No such file or directory)."),
        ("train resnet20 --option activation", "write it as KEY=VALUE"),
        ("train resnet20 --option activation=step", "There is no activation 'step'"),
        ("train plain20 --option zero_init=true", "zero_init needs a shortcut"),
        ("train plain20 --option blocks=2,2", "blocks has 2 and widths has 3"),
        ("train plain20 --option blocks=2", "blocks has 1 and widths has 3"),
        ("train resnet20 --recipe finetune", "choose a checkpoint"),
        ("train resnet20 --recipe finetune --start x.safetensors", "There is no checkpoint"),
        ("train resnet20 --name a/b", "A run's name has 1 to 80 letters"),
        ("train resnet20 plain20 --name a", "A name is for one run"),
        ("train resnet20 --trunk-rate 0.5", "choose the recipe finetune"),
        ("train resnet20 --recipe finetune --start imagenet", "no ImageNet weights for resnet20"),
        ("settings --slots 0", "a whole number from 1 to 64"),
        ("settings --slots many", "Argument --slots: invalid int value: 'many'"),
        ("stop nobody", "There is no run named 'nobody'"),
        ("resume nobody", "There is no run named 'nobody'"),
        ("delete nobody --yes", "There is no run named 'nobody'"),
        ("rename nobody somebody", "There is no run named 'nobody'"),
        ("evaluate nothing.safetensors --data digits", "name a file, a run or a shipped network"),
        ("import nothing.pth --architecture resnet20", "There is no file nothing.pth"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_2(store, capsys, monkeypatch, command, sentence):
    monkeypatch.chdir(ROOT)
    assert sentence in refused(capsys, *command.split())
    assert store.runs() == []


def nobody(*_, **__):
    raise OSError("Network is unreachable")


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        ("train resnet20 --data cifar10", "CIFAR-10 could not be downloaded"),
        ("train resnet20 plain20 --data cifar10 --detach", "CIFAR-10 could not be downloaded"),
        ("train resnet20 --device cuda", "This machine has no GPU that CUDA can use"),
        ("train resnet20 --device mps", "This machine has no Apple GPU: choose another device"),
    ],
)
def test_what_this_machine_lacks_is_said_before_there_is_a_run(
    store, capsys, monkeypatch, command, sentence
):
    monkeypatch.setattr(torchvision.datasets.CIFAR10, "url", "http://127.0.0.1:9/gone")
    for device in placement._AVAILABLE:
        monkeypatch.setitem(placement._AVAILABLE, device, lambda: False)
    assert sentence in refused(capsys, *command.split())
    assert store.runs() == []


def test_weights_that_are_not_here_and_cannot_be_had_start_no_run(
    store, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "urlopen", nobody)
    assert cli.main(["train", "resnet18", "--recipe", "finetune", "--start", "imagenet"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "The ImageNet weights of ResNet-18 are not here" in err.splitlines()[-1]
    assert store.runs() == []


def test_a_checkpoint_that_no_run_could_start_from_starts_none(store, tmp_path, capsys):
    checkpoint(tmp_path / "other.safetensors", "resnet32")
    whole = (tmp_path / "other.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])
    for file, sentence in (
        ("other", "The checkpoint holds ResNet-32, but the run trains ResNet-20"),
        ("cut", "cut.safetensors is not a readable .safetensors file"),
    ):
        start = ["--start", str(tmp_path / f"{file}.safetensors")]
        assert sentence in refused(capsys, "train", "resnet20", "--recipe", "finetune", *start)
    assert store.runs() == []


def test_an_archive_becomes_a_data_set_to_train_on_by_name(store, tmp_path, capsys):
    with zipfile.ZipFile(tmp_path / "our pets.zip", "w") as archive:
        for label in ("cat", "dog"):
            for number in range(3):
                picture = io.BytesIO()
                Image.new("RGB", (8, 8), (number, 0, len(label))).save(picture, "PNG")
                archive.writestr(f"{label}/{number}.png", picture.getvalue())
        archive.writestr("cat/notes.txt", "no picture")
    assert cli.main(["unpack", str(tmp_path / "our pets.zip")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"our-pets: 4 pictures for training and 2 for .+ of 2 classes", lines[0])
    assert lines[1:] == ["1 file that is no image was left out of the archive: “cat/notes.txt”."]
    assert cli.main(["unpack", str(tmp_path / "our pets.zip"), "--name", "again"]) == 0
    assert capsys.readouterr().out.startswith("our-pets: ")  # the same pictures are kept once
    assert cli.main(["train", "resnet20", "--data", "our-pets", "--name", "a"]) == 0
    assert store.run("a").config.data == str((store.folder / "data" / "our-pets").resolve())


def test_a_run_without_a_checkpoint_cannot_be_evaluated_yet(store, capsys):
    launcher(store, SLEEPER).submit(config(), names=["a"])
    assert "not saved a checkpoint yet" in refused(capsys, "evaluate", "a", "--data", "digits")


def test_an_unexpected_error_is_a_sentence_too(store, capsys, monkeypatch):
    monkeypatch.setattr(type(store), "runs", lambda _: {}["nothing"])
    assert "Something unexpected happened" in refused(capsys, "runs")


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


class Bomb:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.mark.parametrize("suffix", [".pth", ".pt", ".th", ".ckpt", ".safetensors"])
def test_a_malicious_pickle_executes_nothing(store, tmp_path, capsys, suffix):
    from resnet_viz.training.start import prepare

    file, executed = tmp_path / f"weights{suffix}", tmp_path / "executed"
    file.write_bytes(
        pickle.dumps({"state_dict": {"conv1.weight": Bomb(str(executed))}}, protocol=2)
    )
    output = str(tmp_path / "output.safetensors")
    refused(capsys, "import", str(file), "--architecture", "resnet20", "--output", output)
    refused(capsys, "evaluate", str(file), "--data", "digits")
    with pytest.raises(ValueError, match="safetensors"):
        prepare(config(recipe="finetune", start=str(file)))
    assert not executed.exists()
    assert not Path(output).exists()


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
    assert result["test_loss"] == pytest.approx(loss, rel=1e-4)
    assert result["test_accuracy"] == pytest.approx(accuracy, abs=0.3)
    wrong = refused(capsys, "evaluate", "weights.safetensors", "--data", "digits")
    assert wrong.startswith("The checkpoint knows the classes airplane, automobile, bird")
