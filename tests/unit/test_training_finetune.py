import dataclasses
import os
import shutil

import pytest
import torch
import torchvision
from torchvision.transforms.functional import to_pil_image

from resnet_viz import data, models
from resnet_viz.data.feed import Feed, evaluation_batches
from resnet_viz.models import ARCHITECTURES, Classifier, pretrained
from resnet_viz.models.architecture import PRETRAINED
from resnet_viz.training import RECIPES, DataGone, RunConfig, Stopped
from resnet_viz.training.batches import Batches
from resnet_viz.training.module import TrainingModule
from resnet_viz.training.plan import Plan
from resnet_viz.training.start import prepare
from tests.unit.training_support import Memory, few_digits, home, same_weights, train

__all__ = ["home"]


@pytest.fixture
def start(tmp_path):
    """A ResNet-20 for seven classes of 16×16 images, with a normalisation of its own."""
    classifier = Classifier(
        network=models.build("resnet20", seed=3, classes=7),
        classes=tuple("abcdefg"),
        input_size=16,
        mean=(0.1, 0.2, 0.3),
        std=(0.4, 0.5, 0.6),
    )
    path = tmp_path / "start.safetensors"
    classifier.save(path)
    return classifier, str(path)


def test_finetuning_keeps_the_trunk_and_makes_a_new_last_layer(start, monkeypatch):
    classifier, path = start
    few = few_digits()
    monkeypatch.setattr(data, "load", lambda name: few)
    begun = prepare(RunConfig.from_recipe("resnet20", "finetune", start=path))
    old, new = classifier.network.state_dict(), begun.network.state_dict()
    assert all(torch.equal(old[name], new[name]) for name in old if not name.startswith("fc."))
    assert new["fc.weight"].shape == (10, 64)
    assert begun.network.dropout.p == RECIPES["finetune"].dropout
    assert (begun.feed.size, begun.feed.mean, begun.feed.std) == (
        16,
        classifier.mean,
        classifier.std,
    )


def test_finetuning_moves_the_trunk_at_a_tenth_of_the_rate(start, tmp_path, monkeypatch):
    rates = []
    step = torch.optim.SGD.step

    def spy(self, closure=None):
        rates.append([group["lr"] for group in self.param_groups])
        return step(self, closure)

    monkeypatch.setattr(torch.optim.SGD, "step", spy)
    memory = Memory()
    classifier = train(tmp_path / "run", memory, recipe="finetune", start=start[1])
    assert len(rates) == 6
    for (trunk, head), row in zip(rates, memory.steps, strict=True):
        assert head == pytest.approx(row["learning_rate"])
        assert trunk == pytest.approx(head / 10)
    assert (classifier.input_size, classifier.mean) == (16, (0.1, 0.2, 0.3))


def test_a_start_of_another_architecture_is_refused(start, tmp_path):
    with pytest.raises(DataGone, match="The checkpoint holds ResNet-20"):
        train(tmp_path, architecture="resnet32", recipe="finetune", start=start[1])


def test_a_start_with_other_options_is_refused_though_its_tensors_fit(start, tmp_path):
    """Activations and shortcuts of option A have no tensors that could give them away."""
    with pytest.raises(DataGone, match="has activation relu, but the run's has activation gelu"):
        train(tmp_path, recipe="finetune", start=start[1], options={"activation": "gelu"})
    with pytest.raises(DataGone, match="holds ResNet-20, but the run trains plain-20"):
        train(tmp_path, architecture="plain20", recipe="finetune", start=start[1])


def test_a_frozen_trunk_stays_as_it_was_to_the_last_bit_and_the_head_learns(start, tmp_path):
    memory = Memory()
    frozen = {"recipe": "finetune", "start": start[1], "trunk_rate": 0}
    trained = train(tmp_path / "run", memory, learning_rate=1e-4, epochs=2, **frozen)
    old, new = start[0].network.state_dict(), trained.network.state_dict()
    trunk = [name for name in old if not name.startswith("fc.")]
    assert any(name.endswith("running_mean") for name in trunk)
    assert all(torch.equal(old[name], new[name]) for name in trunk)
    assert memory.epochs[1]["train_loss"] < memory.epochs[0]["train_loss"]
    assert memory.begun[0]["layers"] == ["fc"]
    assert all(len(row["gradient_norms"]) == len(row["weight_norms"]) == 1 for row in memory.norms)
    assert all(row["gradient_norms"][0] > 0 for row in memory.norms)


def test_a_frozen_trunk_computes_with_its_own_statistics_not_the_batchs(start, monkeypatch):
    few = few_digits()
    monkeypatch.setattr(data, "load", lambda name: few)
    config = RunConfig.from_recipe(
        "resnet20", "finetune", start=start[1], trunk_rate=0, options={"dropout": 0.0}
    )
    begun = prepare(config)
    module = TrainingModule(begun.network, Plan(config, 140, 20))
    module.on_train_start()
    inputs = begun.feed(few.train.images[:8])
    together = module(inputs)
    alone = torch.cat([module(image[None]) for image in inputs])
    assert torch.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("rate", [0.5, 1.0])
def test_the_trunk_learns_at_the_rate_that_the_run_asks_for(start, rate):
    config = RunConfig.from_recipe("resnet20", "finetune", start=start[1], trunk_rate=rate)
    module = TrainingModule(start[0].network, Plan(config, 140, 20))
    trunk, head = module.configure_optimizers().param_groups
    assert (trunk["scale"], head["scale"]) == (rate, 1.0)
    assert len(trunk["params"]) > len(head["params"]) == 2


def test_the_input_size_is_the_runs_where_it_names_one(start, tmp_path):
    trained = train(tmp_path / "run", recipe="finetune", start=start[1], input_size=24)
    assert trained.input_size == 24


@pytest.mark.parametrize("frozen", [True, False])
def test_finetuning_resumes_bit_for_bit(start, tmp_path, frozen):
    settings = {
        "recipe": "finetune",
        "start": start[1],
        "epochs": 2,
        "trunk_rate": 0 if frozen else 0.3,
        "input_size": 12,
    }
    whole, stopped = Memory(), Memory(stop_after=8)
    uninterrupted = train(tmp_path / "whole", whole, **settings)
    with pytest.raises(Stopped):
        train(tmp_path / "parts", stopped, **settings)
    resumed = train(tmp_path / "parts", stopped, resume=True, **settings)
    assert same_weights(uninterrupted, resumed)
    assert whole.timeless() == stopped.timeless()


def test_the_card_says_what_the_network_started_from(start, tmp_path):
    classifier, path = start
    trained = train(tmp_path / "run", recipe="finetune", start=path)
    assert trained.card["start"] == {
        "name": "start",
        "network": "ResNet-20",
        "digest": classifier.digest,
    }
    again = train(
        tmp_path / "again", recipe="finetune", start=str(tmp_path / "run" / "network.safetensors")
    )
    assert again.card["start"] == {
        "name": "run",
        "network": "ResNet-20",
        "digest": trained.digest,
        "data": "digits",
        "data_origin": trained.card["data_origin"],
    }
    assert "start" not in train(tmp_path / "scratch").card


@pytest.fixture
def weights(tmp_path, monkeypatch):
    """Writes weights of one of the six networks as torchvision would; there is no network.

    Nothing waits for the disk, and the large files are gone afterwards.
    """

    def offline(*_, **__):
        raise OSError("Network is unreachable")

    monkeypatch.setattr(torch.hub, "_hub_dir", str(tmp_path / "hub"))
    monkeypatch.setattr(torch.hub, "urlopen", offline)
    monkeypatch.setattr(os, "fsync", lambda _: None)

    def write(architecture):
        torch.manual_seed(0)
        with torch.device("meta"):  # its own way to draw the weights takes many times as long
            network = torchvision.models.get_model(architecture, weights=None)
        state = network.to_empty(device="cpu").state_dict()
        for name, tensor in state.items():
            if name.endswith("num_batches_tracked"):
                tensor.zero_()
            else:
                tensor.uniform_(*(0.5, 1.5) if name.endswith("running_var") else (-0.05, 0.05))
        torch.save(state, pretrained.folder() / "weights.pth")
        return state

    yield write
    shutil.rmtree(tmp_path)


def few_photographs(size=32, images=8):
    """Noise in two classes."""
    random = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (images, 3, size, size), dtype=torch.uint8, generator=random)
    split = data.Split(pixels, torch.arange(images) % 2)
    return dataclasses.replace(
        few_digits(), name="noise", classes=("even", "odd"), train=split, test=split
    )


FROM_IMAGENET = {"recipe": "finetune", "start": "imagenet", "input_size": 32, "trunk_rate": 0}


@pytest.mark.parametrize("architecture", PRETRAINED)
def test_each_of_the_six_networks_begins_with_the_weights_of_imagenet(
    architecture, weights, monkeypatch
):
    theirs, few = weights(architecture), few_photographs()
    monkeypatch.setattr(data, "load", lambda name: few)
    begun = prepare(RunConfig.from_recipe(architecture, **FROM_IMAGENET))
    ours = begun.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if not name.startswith("fc."))
    assert ours["fc.weight"].shape == (2, theirs["fc.weight"].shape[1])
    assert begun.source["data"] == "imagenet"
    assert begun.network.architecture.title == ARCHITECTURES[architecture].title
    assert begun.feed.mean == (0.485, 0.456, 0.406)


# One of each kind of block: the others have more of the same.
@pytest.mark.parametrize("architecture", ["resnet18", "resnet50", "resnext50_32x4d"])
def test_a_network_from_imagenet_is_finetuned_with_its_trunk_as_it_was(
    architecture, weights, tmp_path
):
    theirs = weights(architecture)
    memory = Memory()
    trained = train(
        tmp_path / "run",
        memory,
        dataset=few_photographs(),
        architecture=architecture,
        batch_size=8,
        **FROM_IMAGENET,
    )
    title = ARCHITECTURES[architecture].title
    assert trained.card["start"]["name"] == f"unknown weights in {title}'s layout"
    assert trained.card["start"]["data"] == "imagenet"
    assert trained.architecture.title == title
    assert (trained.classes, trained.input_size) == (("even", "odd"), 32)
    assert trained.mean == (0.485, 0.456, 0.406)
    ours = trained.network.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours if not name.startswith("fc."))
    assert ours["fc.weight"].shape == (2, theirs["fc.weight"].shape[1])
    assert len(memory.epochs) == 1


def test_all_layers_of_a_network_from_imagenet_learn(weights, tmp_path):
    theirs = weights("resnet18")
    trained = train(
        tmp_path / "run",
        dataset=few_photographs(),
        architecture="resnet18",
        recipe="finetune",
        start="imagenet",
        input_size=32,
        batch_size=8,
    )
    ours = trained.network.state_dict()
    assert not any(torch.equal(ours[name], theirs[name]) for name in ours if ".conv" in name)


def test_without_the_weights_a_run_ends_with_the_sentence_that_says_what_to_do(weights, tmp_path):
    weights("resnet18")
    with pytest.raises(DataGone, match=r"ResNet-34 are not here .*resnet34-b627a593.pth into"):
        train(tmp_path / "run", architecture="resnet34", recipe="finetune", start="imagenet")


def test_a_start_that_is_no_checkpoint_is_refused(tmp_path):
    with pytest.raises(DataGone):
        train(tmp_path, recipe="finetune", start=str(tmp_path / "nothing.safetensors"))


def test_a_feed_shows_a_network_what_its_preprocessing_does(start):
    """The test loss of training and a picture on a page must mean the same."""
    classifier, _ = start
    split = few_digits().test
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    for image, fed in zip(split.images[:5], feed(split.images[:5]), strict=True):
        assert fed == pytest.approx(classifier.preprocess(to_pil_image(image)), abs=0.02)


class Place:
    """A LightningModule's word on where and when it is."""

    device = torch.device("cpu")

    def __init__(self, step=0, rank=0, processes=1):
        self.global_step, self.global_rank = step, rank
        self.trainer = dataclasses.make_dataclass("Trainer", ["world_size"])(processes)


def batches(place, recipe="paper", images=140):
    few = few_digits()
    config = RunConfig.from_recipe("resnet20", recipe, batch_size=25, epochs=2)
    return Batches(few, Plan(config, images, 20), Feed(few.mean, few.std, 8), place)


def test_augmentation_differs_between_epochs_and_is_the_same_again_in_each():
    first, again, second = (
        torch.cat([inputs for inputs, _ in batches(Place(step))]) for step in (0, 0, 6)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first.sort(0).values, second.sort(0).values)


def test_batches_go_on_from_the_step_they_are_asked_at():
    everything = list(batches(Place(0)))
    rest = list(batches(Place(4)))
    assert len(everything) == 6
    assert len(rest) == 2
    assert all(torch.equal(a[0], b[0]) for a, b in zip(everything[4:], rest, strict=True))


def test_several_processes_share_each_batch_out():
    whole = list(batches(Place(), recipe="quick"))
    parts = [list(batches(Place(rank=rank, processes=2), recipe="quick")) for rank in (0, 1)]
    for (inputs, labels), *shares in zip(whole, *parts, strict=True):
        assert torch.equal(inputs[0::2], shares[0][0])
        assert torch.equal(inputs[1::2], shares[1][0])
        assert len(labels) == sum(len(share[1]) for share in shares)


def test_an_evaluation_sees_every_image_once():
    split, feed = few_digits().test, Feed((0.5,) * 3, (0.5,) * 3, 8)
    shares = [evaluation_batches(split, feed, 7, rank=rank, processes=3) for rank in range(3)]
    labels = torch.cat([labels for share in shares for _, labels in share])
    assert torch.equal(labels.sort().values, split.labels.sort().values)


def test_large_images_are_laid_out_channels_last_and_give_the_same_numbers():
    images = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    fed = Feed((0.5,) * 3, (0.5,) * 3, 32)(images)
    assert fed.is_contiguous(memory_format=torch.channels_last)
    assert torch.allclose(fed, images / 127.5 - 1, atol=1e-6)


def test_a_finetuning_run_goes_on_after_its_start_is_gone_or_was_overwritten(start, tmp_path):
    _, path = start
    options = {"recipe": "finetune", "start": path, "epochs": 2}
    whole = train(tmp_path / "whole", **options)
    with pytest.raises(Stopped):
        train(tmp_path / "run", Memory(stop_after=3), **options)
    os.remove(path)
    again = train(tmp_path / "run", resume=True, **options)
    assert same_weights(again, whole)
    assert again.card["start"] == whole.card["start"]
