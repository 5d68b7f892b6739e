"""The command train passes on what it is told, and follows its runs to their end."""

import io
import re
import time

from resnet_viz import cli
from resnet_viz.models import pretrained
from resnet_viz.runs import Launcher, terminal
from tests.unit.archives_support import pictures, zipped
from tests.unit.cli_support import Terminal, checkpoint, store
from tests.unit.runs_support import FAKE_WORKER, SLEEPER, config, launcher, wait

__all__ = ["store"]


def test_train_reports_an_epoch_a_line_and_how_it_ended(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.02")
    assert cli.main(["train", "plain20", "--data", "digits", "--seed", "5", "--epochs", "4"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:10] for line in lines[:4]] == [f"epoch {n}/4 " for n in (1, 2, 3, 4)]
    assert "test loss 0.0500  train accuracy 94.00 %  test accuracy 84.00 %" in lines[3]
    assert lines[4].startswith("plain20-digits-seed5 is finished after 4 epochs")
    assert len(lines) == 5


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
        "plain20-digits-seed0-2:",  # without the number the shipped ones are called so
        "resnet20-digits-seed0-2:",
    ]
    assert [" is finished after 4 epochs" in line for line in lines].count(True) == 2
    assert lines[-1].startswith("resnet20-digits-seed0-2 is finished")


def test_ctrl_c_stops_those_that_wait_behind_too(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_PAUSE", "0.1")
    pause, pressed = time.sleep, []

    def press_once(seconds):
        pause(seconds)
        if store.run("plain20-digits-seed0-2").step > 1 and not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    monkeypatch.setattr(terminal.time, "sleep", press_once)
    assert cli.main(["train", "plain20", "resnet20", "--epochs", "4"]) == 130
    monkeypatch.undo()
    wait(store, "resnet20-digits-seed0-2", "stopped")
    assert store.run("plain20-digits-seed0-2").status == "stopped"
    assert "resnet20-digits-seed0-2 is stopped too" in capsys.readouterr().err


def test_a_failed_run_ends_train_with_its_sentence(store, capsys, monkeypatch):
    monkeypatch.setenv("FAKE_FIT", "diverging")
    assert cli.main(["train", "resnet20"]) == 1
    assert capsys.readouterr().err == (
        "resnet20-digits-seed0-2 failed: The loss is no number: try a lower learning rate.\n"
    )


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


def test_an_archive_becomes_a_data_set_to_train_on_by_name(store, tmp_path, capsys):
    files = {**pictures("cat", "dog", number=3), "cat/notes.txt": b"no picture"}
    (tmp_path / "our pets.zip").write_bytes(zipped(files))
    assert cli.main(["unpack", str(tmp_path / "our pets.zip")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"our-pets: 4 pictures for training and 2 for .+ of 2 classes", lines[0])
    assert lines[1:] == ["1 file that is no image was left out of the archive: “cat/notes.txt”."]
    assert cli.main(["unpack", str(tmp_path / "our pets.zip"), "--name", "again"]) == 0
    assert capsys.readouterr().out.startswith("our-pets: ")  # the same pictures are kept once
    assert cli.main(["train", "resnet20", "--data", "our-pets", "--name", "a"]) == 0
    assert store.run("a").config.data == str((store.folder / "data" / "our-pets").resolve())


def test_a_name_that_other_pictures_have_is_asked_about(store, tmp_path, capsys, monkeypatch):
    command = ["unpack", str(tmp_path / "pets.zip")]
    for number in (3, 4):
        (tmp_path / "pets.zip").write_bytes(zipped(pictures("cat", "dog", number=number)))
        monkeypatch.setattr("sys.stdin", io.StringIO())
        assert cli.main(command) == (0 if number == 3 else 2)
    assert "give this one a --name of its own, or --replace that one" in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", Terminal("n\n"))
    assert cli.main(command) == 2
    assert [path.name for path in (store.folder / "data").iterdir()] == ["pets"]
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", Terminal("y\n"))
    assert cli.main(command) == 0
    asked, told = capsys.readouterr().out.split("[y/N] ")
    assert "Keep both, this one as pets-2?" in asked
    assert told.startswith("pets-2: 6 pictures for training")
    (tmp_path / "pets.zip").write_bytes(zipped(pictures("ant", "bee", number=5)))
    assert cli.main([*command, "--replace"]) == 0
    assert capsys.readouterr().out.startswith("pets: 8 pictures for training")


def test_how_far_it_is_is_told_on_a_terminal(store, tmp_path, capsys, monkeypatch):
    (tmp_path / "pets.zip").write_bytes(zipped(pictures("cat", "dog", number=3)))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert cli.main(["unpack", str(tmp_path / "pets.zip")]) == 0
    told = capsys.readouterr().err.split("\r")
    assert "Unpacking … 100%" in told
    assert told[-2].strip() == told[-1] == ""
