"""Fine-tuning begins with its start's weights, and its trunk learns as much as is asked for."""

import os

import pytest
import torch
from torchvision.transforms.functional import to_pil_image

from resnet_viz import data, models
from resnet_viz.data.feed import Feed
from resnet_viz.models import Classifier
from resnet_viz.training import RECIPES, DataGone, RunConfig, Stopped
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
    monkeypatch.setattr(data, "load", lambda name, **options: few)
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
    monkeypatch.setattr(data, "load", lambda name, **options: few)
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
