"""A run's batches are the same again from any step, and each image is seen once."""

import dataclasses

import pytest
import torch

from resnet_viz.data.feed import Feed, evaluation_batches
from resnet_viz.training import RunConfig
from resnet_viz.training.batches import Batches
from resnet_viz.training.plan import Plan
from tests.unit.training_support import few_digits, home

__all__ = ["home"]


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


@pytest.mark.parametrize("recipe", ["quick", "paper"])
def test_several_processes_share_each_batch_out_augmented_as_one_does_it(recipe):
    whole = list(batches(Place(), recipe))
    parts = [list(batches(Place(rank=rank, processes=2), recipe)) for rank in (0, 1)]
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
