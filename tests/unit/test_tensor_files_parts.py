"""The networks in a file: found wherever they are, offered by name, none mixed with another."""

import copy

import pytest
import torch
from torch import nn

from resnet_viz import cli, models
from resnet_viz.models.tensor_files import parts, read_tensors
from tests.unit.checkpoints_support import cifar_state
from tests.unit.tensor_files_support import SAVED, older, pickled

ONE = cifar_state()
OTHER = {name: tensor + 1 for name, tensor in ONE.items()}


def before(prefix, state):
    return {f"{prefix}{name}": tensor for name, tensor in state.items()}


def written(folder, content, save=pickled):
    path = folder / "weights.pth"
    path.write_bytes(save(content))
    return path


def averaged():
    network = models.build("resnet20", seed=5)
    return torch.optim.swa_utils.AveragedModel(network)


# What a file holds, and what its networks are called; ONE is the first of them.
HOLDING = {
    "bare": (ONE, [""]),
    "a wrapper of any name": ({"our_best_weights": ONE, "epoch": 3}, ["our_best_weights"]),
    "wrappers within": ({"a": {"b": {"c": ONE}}}, ["a.b.c"]),
    "a list": ([{"weights": ONE}], ["0.weights"]),
    "moving average": ({"ema": OTHER, "model": ONE}, ["model", "ema"]),
    "timm's": (
        {"state_dict_ema": OTHER, "epoch": 1, "state_dict": ONE},
        ["state_dict", "state_dict_ema"],
    ),
    "student and teacher": (
        {"teacher": before("module.backbone.", OTHER), "student": before("module.", ONE)},
        ["student", "teacher"],
    ),
    "told by what stands before": (
        before("teacher.net.", OTHER) | before("student.net.", ONE),
        ["student.net", "teacher.net"],
    ),
    "compiled": (
        before("a._orig_mod.module.", ONE) | before("b._orig_mod.module.", OTHER),
        ["a.module", "b.module"],
    ),
    "one bare and one not": (ONE | before("momentum.", OTHER), ["the rest", "momentum"]),
    "an ensemble": ({"models": [ONE, OTHER]}, ["models.0", "models.1"]),
    "the same twice": ({"state_dict": ONE, "model": ONE}, ["state_dict"]),
    "equal copies": ({"state_dict": ONE, "model": copy.deepcopy(ONE)}, ["state_dict"]),
    "an optimiser beside": (
        {
            "optimizer": {"state": {0: ONE, 1: {"exp_avg": torch.ones(16, 3, 3, 3)}}},
            "model": ONE,
        },
        ["model"],
    ),
    "a whole averaged module": ({"ema": averaged()}, ["ema"]),
}


@pytest.mark.parametrize("save", [pickled, older])
@pytest.mark.parametrize("holding", HOLDING)
def test_the_networks_of_a_file_are_found_by_name_and_one_is_the_default(tmp_path, holding, save):
    content, names = HOLDING[holding]
    path = written(tmp_path, content, save)
    assert parts(path) == names
    imported = models.import_weights(path, "resnet20")
    assert torch.equal(imported.network.conv1.weight, ONE["conv1.weight"])
    if len(names) == 1:
        assert not imported.card.keys() & {"part", "other_parts"}
        return
    assert imported.card["part"] == names[0]
    assert imported.card["other_parts"] == names[1:]
    assert f"that {names[0]} is the network meant" in imported.card["assumed"]
    other = models.import_weights(path, "resnet20", part=names[1])
    assert torch.equal(other.network.fc.bias, OTHER["fc.bias"])
    assert other.card["part"] == names[1]
    assert not [what for what in other.card["assumed"] if "meant" in what]


def test_a_part_that_a_file_does_not_hold_is_refused_with_those_that_it_does(tmp_path):
    path = written(tmp_path, {"model": ONE, "ema": OTHER})
    with pytest.raises(models.CheckpointError, match="no network 'x', but model and ema"):
        models.import_weights(path, "resnet20", part="x")


def test_a_network_is_never_put_together_of_two(tmp_path):
    headless = {name: tensor for name, tensor in ONE.items() if not name.startswith("fc.")}
    head = {"weight": ONE["fc.weight"], "bias": ONE["fc.bias"]}
    path = written(tmp_path, {"backbone": headless, "head": head})
    with pytest.raises(models.CheckpointError, match=r"head works on the features"):
        models.import_weights(path, "resnet20")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("after.weight", (5, 10)),
        ("adapter.weight", (3, 12, 1, 1)),
        ("input_bn.weight", (3,)),
        ("scale", (1, 3, 1, 1)),
    ],
)
def test_what_would_change_the_answers_is_never_left_aside(tmp_path, name, shape):
    path = written(tmp_path, before("net.", ONE) | {name: torch.ones(shape)})
    with pytest.raises(models.CheckpointError, match=f"{name} is not the network's, but would"):
        models.import_weights(path, "resnet20")


@pytest.mark.parametrize("prefix", ["", "model.net."])
@pytest.mark.parametrize(
    "shapes",
    [
        {"temperature": ()},
        {"pool.p": (1,)},
        {"scores.weight": (10,), "scores.bias": (10,)},
        {"norm.weight": (64,), "norm.bias": (64,)},
        {"neck.weight": (64, 64), "neck.bias": (64,)},
        {"attention.0.weight": (4, 64), "attention.2.weight": (64, 4)},
        {"gate.fc1.weight": (4, 32, 1, 1), "gate.fc2.weight": (32, 4, 1, 1)},
        {"last.weight": (64, 64, 3, 3)},
    ],
)
def test_nor_is_what_may_stand_between_its_layers(tmp_path, prefix, shapes):
    outer = prefix.removesuffix("net.")
    beside = {f"{outer}{name}": torch.ones(shape) for name, shape in shapes.items()}
    path = written(tmp_path, before(prefix, ONE) | beside)
    with pytest.raises(models.CheckpointError):
        models.import_weights(path)


@pytest.mark.parametrize(
    "shapes",
    [
        {
            "projector.0.weight": (64, 64),
            "projector.1.weight": (64,),
            "projector.2.weight": (9, 64),
        },
        {"projector.0.weight": (32, 64), "projector.1.running_mean": (32,)},
        {"criterion.weight": (10,), "loss_fn.scale": ()},
        {"other_head.weight": (5, 64), "other_head.bias": (5,)},
    ],
)
def test_what_can_only_stand_beside_its_last_layer_is_left_aside(tmp_path, shapes):
    beside = {f"model.{name}": torch.ones(shape) for name, shape in shapes.items()}
    found = models.import_weights(written(tmp_path, before("model.net.", ONE) | beside))
    assert found.card["left_aside"] == sorted(beside)


@pytest.mark.parametrize("shape", [(5, 10), (3, 12, 1, 1), (3,)])
def test_nor_is_such_a_layer_in_a_dictionary_of_its_own(tmp_path, shape):
    path = written(tmp_path, {"model": ONE, "more": {"weight": torch.ones(shape)}})
    with pytest.raises(models.CheckpointError, match=r"more.weight is not the network's, but"):
        models.import_weights(path, "resnet20")


def test_what_stands_beside_a_network_is_listed(tmp_path):
    content = {
        "model": ONE,
        "projector": {"weight": torch.zeros(128, 64)},
        "confusion": torch.zeros(10, 10),
        "best": torch.tensor(91.0),
    }
    imported = models.import_weights(written(tmp_path, content), "resnet20")
    assert imported.card["left_aside"] == ["best", "confusion", "projector.weight"]


UNIT_MEAN, UNIT_STD = (0.25, 0.5, 0.75), (0.125, 0.25, 0.5)


@pytest.mark.parametrize("scale", [1, 255])
@pytest.mark.parametrize("shape", [(3,), (1, 3, 1, 1), (3, 1, 1)])
@pytest.mark.parametrize(
    "names",
    [
        ("mean", "std"),
        ("normalize.mean", "normalize.std"),
        ("module.pixel_mean", "module.pixel_std"),
        ("_mean", "_std"),
    ],
)
def test_a_networks_own_mean_and_deviation_normalise(tmp_path, names, shape, scale):
    values = [torch.tensor(one).mul(scale).reshape(shape).clone() for one in (UNIT_MEAN, UNIT_STD)]
    state = before("net.", ONE) | dict(zip(names, values, strict=True))
    imported = models.import_weights(written(tmp_path, state), "resnet20")
    assert imported.mean == pytest.approx(UNIT_MEAN)
    assert imported.std == pytest.approx(UNIT_STD)
    assert imported.card["normalised_by"] == list(names)
    assert "normalisation" not in imported.card["assumed"]
    assert "left_aside" not in imported.card
    given = models.import_weights(
        written(tmp_path, state), "resnet20", mean=(0.1,) * 3, std=(0.2,) * 3
    )
    assert given.mean == (0.1,) * 3
    assert "normalised_by" not in given.card


def test_logits_are_those_of_the_network_with_its_normalising_layer(tmp_path):
    class Normalised(nn.Module):
        def __init__(self, network):
            super().__init__()
            self.network = network
            self.register_buffer("mean", torch.tensor([120.0, 110, 100]).reshape(1, 3, 1, 1))
            self.register_buffer("std", torch.tensor([60.0, 50, 40]).reshape(1, 3, 1, 1))

        def forward(self, pixels):
            return self.network((pixels - self.mean) / self.std)

    from PIL import Image

    pixels = torch.randint(0, 256, (32, 32, 3), dtype=torch.uint8)
    whole = Normalised(models.build("resnet20", seed=5)).eval()
    imported = models.import_weights(written(tmp_path, whole.state_dict()), "resnet20")
    prepared = imported.preprocess(Image.fromarray(pixels.numpy()))
    with torch.no_grad():
        torch.testing.assert_close(
            imported.network(prepared[None]), whole(pixels.permute(2, 0, 1)[None].float())
        )


@pytest.mark.parametrize(
    "tensors",
    [
        {"std": torch.zeros(3), "mean": torch.zeros(3)},
        {"std": torch.full((3,), float("nan"))},
        {"mean": torch.zeros(3), "std": torch.ones(1)},
        {"mean": torch.zeros(1), "std": torch.ones(1)},
        {"a.mean": torch.zeros(3), "b.mean": torch.ones(3)},
    ],
    ids=["zero", "nan", "channels", "grey", "several"],
)
def test_a_mean_and_deviation_of_no_use_are_refused_by_name(tmp_path, tensors):
    path = written(tmp_path, before("net.", ONE) | tensors)
    with pytest.raises(models.CheckpointError, match=r"mean|std"):
        models.import_weights(path, "resnet20")


def test_the_command_line_takes_a_part_and_says_which_one_it_took(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"model": ONE, "ema": OTHER, "mean": torch.zeros(3), "std": torch.ones(3)})
    importing = ["import", "weights.pth", "--architecture", "resnet20"]
    assert cli.main([*importing, "--part", "ema"]) == 0
    said = capsys.readouterr().out
    assert "It is ema; the file also holds model." in said
    assert "Pictures are normalised by the file's mean and std." in said
    taken = models.load(tmp_path / "weights.safetensors")
    assert torch.equal(taken.network.fc.bias, OTHER["fc.bias"])
    assert taken.card["part"] == "ema"
    assert cli.main([*importing, "--output", "other.safetensors"]) == 0
    said = capsys.readouterr().out
    assert "that model is the network meant" in said
    assert "assumed: normalisation" not in said


@pytest.mark.parametrize("save", SAVED)
def test_a_look_finds_the_same_names_and_shapes(tmp_path, save):
    path = written(tmp_path, {"model": ONE, "ema": OTHER}, SAVED[save])
    looked, read = read_tensors(path, look=True), read_tensors(path)
    assert {k: v.shape for k, v in looked.own.items()} == {k: v.shape for k, v in read.own.items()}
    assert (looked.part, looked.others) == (read.part, read.others) == ("model", ("ema",))
