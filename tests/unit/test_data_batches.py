"""Augmentation and normalisation against loops that are too simple to be wrong."""

import pytest
import torch
from torch import Tensor

from resnet_viz.data import augment, normalise


def noise(number: int = 64, height: int = 10, width: int = 7) -> Tensor:
    generator = torch.Generator().manual_seed(0)
    # From 1: then a zero can only be padding.
    shape = (number, 3, height, width)
    return torch.randint(1, 256, shape, generator=generator, dtype=torch.uint8)


def every_crop(image: Tensor, padding: int, flip: bool) -> list[Tensor]:
    _, height, width = image.shape
    padded = torch.zeros(3, height + 2 * padding, width + 2 * padding, dtype=torch.uint8)
    padded[:, padding : padding + height, padding : padding + width] = image
    crops = [
        padded[:, top : top + height, left : left + width]
        for top in range(2 * padding + 1)
        for left in range(2 * padding + 1)
    ]
    return crops + [crop.flip(2) for crop in crops] if flip else crops


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("padding", [0, 1, 2])
def test_every_result_is_one_of_the_crops_and_every_crop_comes_up(padding: int, flip: bool) -> None:
    image = noise(1)[0]
    crops = every_crop(image, padding, flip)
    number = 100 * len(crops)
    batch = image.expand(number, -1, -1, -1)
    generator = torch.Generator().manual_seed(0)
    results = augment(batch, padding=padding, flip=flip, generator=generator)
    assert results.dtype == torch.uint8
    matches = torch.stack([(results == crop).flatten(1).all(1) for crop in crops])
    assert torch.equal(matches.sum(0), torch.ones(number, dtype=torch.long))
    # Uniform: 100 expected of each, 10 the deviation; 6 deviations is never.
    counts = matches.sum(1)
    assert counts.min() > 40
    assert counts.max() < 160


def test_images_keep_their_places_in_the_batch() -> None:
    images = noise()
    results = augment(images, padding=2, flip=True, generator=torch.Generator().manual_seed(3))
    for image, result in zip(images, results, strict=True):
        assert any(torch.equal(result, crop) for crop in every_crop(image, 2, True))


def test_the_same_generator_state_gives_the_same_crops() -> None:
    images = noise()
    first, second, other = (
        augment(images, padding=2, flip=True, generator=torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_the_batch_itself_is_left_alone() -> None:
    images = noise()
    before = images.clone()
    result = augment(images, padding=0, flip=False, generator=torch.Generator())
    result.zero_()
    assert torch.equal(images, before)


def test_normalised_values_are_the_textbooks() -> None:
    images = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 3, 1, 1)
    result = normalise(images, mean=(0.5, 0.2, 0.0), std=(0.25, 0.1, 2.0))
    assert result.dtype == torch.float32
    assert torch.allclose(result.flatten(), torch.tensor([-2.0, 0.0, 0.5]), atol=1e-6)
