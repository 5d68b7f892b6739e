import math

import pytest
import torch
from torch.nn import functional

from resnet_viz import data, models
from resnet_viz.data import folder_decoding
from resnet_viz.training import RunConfig, Stopped, evaluate, fit, measurements, snapshots
from resnet_viz.training.batches import Use, seed_of
from tests.unit.folders_support import paint
from tests.unit.training_support import Memory, home, same_weights, train

__all__ = ["home"]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """One epoch of the quick recipe: 22 steps, the last of 56 images."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", str(tmp_path_factory.mktemp("home")))
        folder, memory = tmp_path_factory.mktemp("run"), Memory()
        classifier = train(folder, memory, batch_size=64, dataset=data.load("digits"))
        return classifier, memory, folder


def first_batch(digits, size=64):
    order = torch.Generator().manual_seed(seed_of(0, Use.ORDER, 0))
    chosen = torch.randperm(len(digits.train), generator=order)[:size]
    inputs = data.normalise(digits.train.images[chosen], digits.mean, digits.std)
    return inputs, digits.train.labels[chosen]


def test_the_same_config_gives_the_same_numbers_bit_for_bit(run, tmp_path):
    classifier, memory, _ = run
    again = Memory()
    other = train(tmp_path / "again", again, batch_size=64, dataset=data.load("digits"))
    assert same_weights(classifier, other)
    assert memory.timeless() == again.timeless()


def test_a_training_inside_an_allocation_does_not_join_it(tmp_path, monkeypatch, recwarn):
    """Four tasks of Slurm and eight processes of torchrun are somebody else's."""
    allocation = {"SLURM_NTASKS": "4", "SLURM_JOB_NAME": "theirs", "SLURM_PROCID": "3"}
    for name, value in {**allocation, "WORLD_SIZE": "8", "RANK": "5"}.items():
        monkeypatch.setenv(name, value)
    memory = Memory()
    train(tmp_path, memory)
    assert memory.steps  # as the first process does, and the others do not
    assert not [warning for warning in recwarn if "srun" in str(warning.message)]


def test_another_seed_gives_another_network(tmp_path):
    one = train(tmp_path / "one")
    assert not same_weights(one, train(tmp_path / "other", seed=1))


def test_every_step_epoch_and_layer_is_recorded(run):
    classifier, memory, _ = run
    layers = [
        name
        for name, module in classifier.network.named_modules()
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear)
    ]
    (begun,) = memory.begun
    assert (begun["total_steps"], begun["steps_per_epoch"], begun["resumed_step"]) == (22, 22, 0)
    assert begun["layers"] == layers
    assert len(layers) == 20
    assert [row["step"] for row in memory.steps] == list(range(1, 23))
    assert [row["epoch"] for row in memory.steps] == [step / 22 for step in range(1, 23)]
    assert [row["step"] for row in memory.norms] == [0, 6, 12, 18]
    assert all(len(row[key]) == 20 for row in memory.norms for key in row if "norms" in key)
    assert [(row["epoch"], row["step"]) for row in memory.epochs] == [(1, 22)]
    seconds = [row["seconds"] for row in memory.steps]
    assert seconds == sorted(seconds)
    assert seconds[0] > 0
    assert memory.epochs[0]["images_per_second"] > 0


def test_norms_at_initialisation_are_plain_autograds(run):
    _, memory, _ = run
    inputs, labels = first_batch(data.load("digits"))
    network = models.build("resnet20", seed=0).train()
    functional.cross_entropy(network(inputs), labels).backward()
    weights = [p for name, p in network.named_parameters() if p.ndim > 1]
    row = memory.norms[0]
    assert row["gradient_norms"] == pytest.approx([p.grad.norm().item() for p in weights], rel=1e-4)
    assert row["weight_norms"] == pytest.approx([p.norm().item() for p in weights], rel=1e-5)


def test_the_first_steps_are_those_of_a_bare_loop(run):
    _, memory, _ = run
    digits = data.load("digits")
    network = models.build("resnet20", seed=0).train()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    order = torch.Generator().manual_seed(seed_of(0, Use.ORDER, 0))
    for row, chosen in zip(
        memory.steps[:3], torch.randperm(1400, generator=order).split(64), strict=False
    ):
        inputs = data.normalise(digits.train.images[chosen], digits.mean, digits.std)
        loss = functional.cross_entropy(network(inputs), digits.train.labels[chosen])
        assert row["train_loss"] == pytest.approx(loss.item(), rel=1e-3)
        optimiser.param_groups[0]["lr"] = row["learning_rate"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()


def test_an_epochs_training_loss_is_the_mean_over_its_images(run):
    _, memory, _ = run
    sizes = [64] * 21 + [56]
    losses = [row["train_loss"] for row in memory.steps]
    mean = sum(n * loss for n, loss in zip(sizes, losses, strict=True)) / 1400
    assert memory.epochs[0]["train_loss"] == pytest.approx(mean)
    assert 0 < memory.epochs[0]["train_accuracy"] < 100


def test_the_saved_network_is_the_one_that_was_tested(run):
    classifier, memory, folder = run
    saved = models.load(folder / "network.safetensors")
    row = memory.epochs[0]
    loss, accuracy = evaluate(saved, data.load("digits"))
    assert same_weights(saved, classifier)
    assert accuracy == pytest.approx(row["test_accuracy"])
    assert loss == pytest.approx(row["test_loss"], rel=1e-5)
    assert saved.card["metrics"] == {name: row[name] for name in saved.card["metrics"]}
    assert (saved.card["recipe"], saved.card["seed"], saved.card["epochs"]) == ("quick", 0, 1)
    assert RunConfig.from_dict(saved.card["config"]).architecture == "resnet20"
    assert memory.saves == [22]


def test_a_run_keeps_the_network_as_it_was_on_the_way(tmp_path, monkeypatch):
    train(tmp_path / "run", epochs=5)
    kept = snapshots.found(tmp_path / "run")
    assert list(kept) == [0, 1, 2, 4]
    at_first = models.load(kept[0])
    drawn = models.build("resnet20", seed=0).state_dict()
    for name, tensor in at_first.network.state_dict().items():
        expected = drawn[name].half().float() if tensor.ndim > 1 else drawn[name]
        assert torch.equal(tensor, expected), name
    after = {epoch: models.load(path) for epoch, path in kept.items()}
    assert [after[epoch].card["epochs"] for epoch in kept] == [0, 1, 2, 4]
    assert not same_weights(after[2], after[4])
    assert kept[1].stat().st_size < 0.6 * (tmp_path / "run" / "network.safetensors").stat().st_size
    stopped = Memory(stop_after=9)
    with pytest.raises(Stopped):
        train(tmp_path / "cut", stopped, epochs=5)
    assert list(snapshots.found(tmp_path / "cut")) == [0, 1]
    train(tmp_path / "cut", stopped, epochs=5, resume=True)
    again = {e: models.load(path) for e, path in snapshots.found(tmp_path / "cut").items()}
    assert again.keys() == after.keys()
    assert all(same_weights(again[epoch], after[epoch]) for epoch in after)


@pytest.mark.parametrize(
    ("epochs", "parameters", "kept"),
    [
        (1, 10**5, (0,)),
        (2, 10**5, (0, 1)),
        (8, 10**5, (0, 1, 2, 4)),
        (9, 10**5, (0, 1, 2, 4, 8)),
        (164, 10**5, (0, 1, 2, 4, 8, 16, 32, 64, 128)),
        (164, 4 * 10**6, (0, 4, 16, 128)),
        (164, 60 * 10**6, ()),
    ],
)
def test_snapshots_are_spread_over_a_run_and_bounded_in_bytes(epochs, parameters, kept):
    assert snapshots.moments(epochs, parameters) == kept
    assert len(kept) * 2 * parameters <= snapshots.MOST_BYTES


def test_a_long_run_records_means_over_windows(tmp_path, monkeypatch):
    monkeypatch.setattr("resnet_viz.training.plan.MOST_STEP_RECORDS", 4)
    every, windows = Memory(), Memory()
    train(tmp_path / "windows", windows)
    monkeypatch.undo()
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "home"))
    train(tmp_path / "every", every)
    losses = [row["train_loss"] for row in every.steps]
    assert [row["step"] for row in windows.steps] == [2, 4, 6]
    assert [row["train_loss"] for row in windows.steps] == pytest.approx(
        [math.fsum(losses[i : i + 2]) / 2 for i in (0, 2, 4)]
    )


def test_a_network_is_not_tested_on_other_classes(run):
    digits = data.load("digits")
    letters = data.DataSet(**{**vars(digits), "classes": tuple("abcdefghij")})
    with pytest.raises(ValueError, match="a, b, c"):
        evaluate(run[0], letters)


@pytest.mark.parametrize("shortcut", ["none", "A", "B", "C"])
@pytest.mark.parametrize("name", ["resnet20", "resnet9", "resnet50", "resnext50_32x4d"])
def test_a_run_records_the_layers_in_the_order_of_the_forward_pass(name, shortcut):
    network = models.build(name, shortcut=shortcut, classes=2).eval()
    recorded = measurements.weights(network)
    called = []
    for layer in recorded:
        network.get_submodule(layer).register_forward_hook(
            lambda *_, layer=layer: called.append(layer)
        )
    with torch.no_grad():
        network(torch.randn(1, 3, 32, 32))
    assert list(recorded) == called


def test_norms_of_vanishing_gradients_are_recorded_although_their_squares_vanish():
    weight = torch.nn.Parameter(torch.ones(3, 4))
    weight.grad = torch.full((3, 4), 1e-30)
    norms = measurements.fused_norms([weight]).tolist()
    assert norms == pytest.approx([12**0.5, 1e-30 * 12**0.5])


def test_a_run_is_stopped_while_its_data_are_read_too(tmp_path, monkeypatch):
    for name in ("cat", "dog"):
        paint(tmp_path / "pets" / name, 40, shade=50 * len(name))
    config = RunConfig.from_recipe("resnet20", data=str(tmp_path / "pets"), threads=1, device="cpu")
    monkeypatch.setattr(folder_decoding, "CHUNK", 40)
    recorder = Memory(stop_after=2)
    with pytest.raises(Stopped):
        fit(config, recorder, tmp_path, resume=False)
    assert recorder.begun == []
    assert recorder.shares == [0.5]
