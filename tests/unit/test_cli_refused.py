"""What the command line refuses is one sentence and exit code 2, and starts and runs nothing."""

import pickle
from pathlib import Path

import pytest
import torch
import torchvision

from resnet_viz import cli
from resnet_viz.training import placement
from tests.unit.cli_support import ROOT, checkpoint, refused, store
from tests.unit.runs_support import SLEEPER, config, launcher

__all__ = ["store"]


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
        ("settings --slots 0", "a whole number from 1 to"),
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


def test_a_run_without_a_checkpoint_cannot_be_evaluated_yet(store, capsys):
    launcher(store, SLEEPER).submit(config(), names=["a"])
    assert "not saved a checkpoint yet" in refused(capsys, "evaluate", "a", "--data", "digits")


def test_an_unexpected_error_is_a_sentence_too(store, capsys, monkeypatch):
    monkeypatch.setattr(type(store), "runs", lambda _: {}["nothing"])
    assert "Something unexpected happened" in refused(capsys, "runs")


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
