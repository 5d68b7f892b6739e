"""The digits, and what is true of every data set."""

import dataclasses
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.datasets import load_digits

from resnet_viz import data
from resnet_viz.data import DATA_SETS, decoded_cache
from resnet_viz.data.dataset import moments, resize, stratified


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_digits_are_scikit_learns_in_three_equal_channels() -> None:
    digits = data.load("digits")
    assert digits.train.images.shape == (1400, 3, 8, 8)
    assert digits.test.images.shape == (397, 3, 8, 8)
    images = torch.cat([digits.train.images, digits.test.images])
    assert torch.equal(images, images[:, :1].expand(-1, 3, -1, -1))
    # As a multiset of (image, label): what was split is all there and nothing twice.
    ours = sorted(
        (bytes(image[0].numpy()), label)
        for image, label in zip(
            images, [*digits.train.labels.tolist(), *digits.test.labels.tolist()], strict=True
        )
    )
    theirs = load_digits()
    grey = np.rint(theirs.images * 255 / 16).astype(np.uint8)
    assert ours == sorted(
        (bytes(image), label) for image, label in zip(grey, theirs.target, strict=True)
    )


def test_digits_are_split_by_class_and_always_alike() -> None:
    digits = data.load("digits")
    counts = digits.test.labels.bincount()
    assert counts.sum() == 397
    expected = torch.cat([digits.train.labels, digits.test.labels]).bincount() * 397 / 1797
    assert (counts - expected).abs().max() < 1
    assert digits.classes == tuple("0123456789")
    assert (digits.padding, digits.flip) == (1, False)
    assert torch.equal(digits.test.images, data.load("digits", seed=5).test.images)
    # Shipped checkpoints were trained on this very split.
    digest = hashlib.sha256(digits.train.images.numpy().tobytes()).hexdigest()
    assert digest.startswith("553d7df90414097f")


def test_the_training_split_normalised_has_mean_0_and_deviation_1() -> None:
    digits = data.load("digits")
    values = data.normalise(digits.train.images, digits.mean, digits.std).double()
    assert values.mean((0, 2, 3)).abs().max() < 1e-6
    assert (values.std((0, 2, 3), correction=0) - 1).abs().max() < 1e-6


def test_moments_are_per_channel_and_a_constant_channel_has_scale_1() -> None:
    images = torch.randint(0, 256, (50, 3, 4, 4), dtype=torch.uint8)
    images[:, 2] = 51
    mean, std = moments(images)
    assert np.allclose(mean, images.numpy().mean((0, 2, 3)) / 255)
    assert np.allclose(std[:2], images[:, :2].numpy().std((0, 2, 3)) / 255)
    assert std[2] == 1


def test_a_size_may_be_asked_for() -> None:
    digits, large = data.load("digits"), data.load("digits", size=32)
    assert large.train.images.shape == (1400, 3, 32, 32)
    assert large.padding == 4
    assert torch.equal(large.train.labels, digits.train.labels)
    assert abs(large.mean[0] - digits.mean[0]) < 0.01


def test_resizing_to_half_averages_neighbours() -> None:
    images = torch.zeros(1, 3, 4, 4, dtype=torch.uint8)
    images[..., ::2] = 200  # stripes of one pixel: without antialiasing they would stay or vanish
    assert (resize(images, 2)[0, 0].int() - 100).abs().max() <= 30


@pytest.mark.parametrize("size", [0, -1, 5000])
def test_an_impossible_size_is_refused(size: int) -> None:
    with pytest.raises(data.DataError, match="a whole number from 1 to 1,024, not"):
        data.load("digits", size=size)


def test_more_than_the_memory_holds_is_refused() -> None:
    with pytest.raises(data.DataError, match=r"need 3,145\.7 GB of memory"):
        resize(torch.zeros(1, 3, 8, 8, dtype=torch.uint8).expand(10**6, -1, -1, -1), 1024)


def test_stratification_gives_each_class_its_share_and_never_nothing() -> None:
    labels = torch.tensor([0] * 70 + [1] * 28 + [2] * 2)[torch.randperm(100)]
    train, test = stratified(labels, 20, seed=0)
    assert sorted([*train.tolist(), *test.tolist()]) == list(range(100))
    assert labels[test].bincount().tolist() == [14, 6, 1]
    assert torch.equal(stratified(labels, 20, seed=0)[1], test)
    assert not torch.equal(stratified(labels, 20, seed=1)[1], test)


def test_a_kept_data_set_equals_the_one_made(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = data.load("digits")
    monkeypatch.setattr("sklearn.datasets.load_digits", None)  # a second decoding would fail
    kept = data.load("digits")
    for split in ("train", "test"):
        assert torch.equal(getattr(made, split).images, getattr(kept, split).images)
        assert torch.equal(getattr(made, split).labels, getattr(kept, split).labels)
    facts = ("name", "title", "classes", "mean", "std", "padding", "flip", "origin", "notes")
    assert [getattr(kept, fact) for fact in facts] == [getattr(made, fact) for fact in facts]
    assert [file.suffix for file in (home / "cache").iterdir()] == [".safetensors"]


def test_a_damaged_cache_is_made_anew(home: Path) -> None:
    made = data.load("digits")
    (file,) = (home / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:1000])
    assert torch.equal(data.load("digits").train.images, made.train.images)


def test_a_full_disk_costs_the_cache_but_not_the_data(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(b"as far as it went")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resnet_viz.data.decoded_cache.save_file", full)
    digits = data.load("digits")
    assert len(digits.train) == 1400
    assert "could not be kept for the next time" in digits.notes[0]
    assert "No space left on device" in digits.notes[0]
    assert list((home / "cache").iterdir()) == []


def test_of_what_is_kept_decoded_the_longest_unused_goes_when_there_is_too_much(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = torch.zeros(4, 3, 50, 50, dtype=torch.uint8)  # 30 KB, and of both splits 60
    splits = [data.Split(images.clone(), torch.tensor([0, 1, 0, 1])) for _ in range(2)]
    row = dataclasses.replace(DATA_SETS["digits"], read=lambda row, folder: splits)
    monkeypatch.setitem(DATA_SETS, "digits", row)
    monkeypatch.setattr(decoded_cache, "MOST_BYTES", 200_000)

    def files() -> set[Path]:
        return {*(home / "cache").glob("*.safetensors")}

    kept: list[Path] = []
    for size in (48, 49, 50):
        data.load("digits", size=size)
        [new] = files() - {*kept}
        kept.append(new)
        os.utime(new, ns=(size, size))  # long ago, one after the other
    data.load("digits", size=48)  # used again, so that it is not the oldest any more
    data.load("digits", size=51)
    assert [path.exists() for path in kept] == [True, False, True]
    assert len(files()) == 3
    monkeypatch.setattr(decoded_cache, "MOST_BYTES", 1)
    data.load("digits", size=52)
    assert len(files()) == 1  # what is in use stays, however large


def test_importing_the_package_does_not_wait_for_torch() -> None:
    code = "import sys, resnet_viz.data; sys.exit(bool({'torch', 'sklearn'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("name", ["imagenet", "", "~nobody-here", "no\0name"])
def test_an_unknown_name_is_answered_with_the_known_ones(name: str) -> None:
    with pytest.raises(data.DataError, match=r"choose “digits”, “shapes”, .* or a folder"):
        data.load(name)
