import dataclasses

import pytest
import torch
from torchvision.transforms.functional import to_pil_image

from resnet_viz import data, models
from resnet_viz.data.feed import Feed, evaluation_batches
from resnet_viz.models import Classifier
from resnet_viz.training import RECIPES, DataGone, RunConfig
from resnet_viz.training.batches import Batches
from resnet_viz.training.plan import Plan
from resnet_viz.training.start import prepare
from tests.unit.training_support import Memory, few_digits, home, train

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
