"""Folders of pictures, good ones and bad ones."""

import os
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import data
from resnet_viz.data import decoding_process
from tests.shared_data import CIFAR10_JPEG, needs
from tests.unit.folders_support import home, paint, root, shades

__all__ = ["home", "root"]


def test_train_and_test_folders_are_the_splits(root: Path) -> None:
    for part, shade in (("train", 0), ("test", 100)):
        paint(root / part / "cat", 3, shade=shade)
        paint(root / part / "ant", 2, shade=shade + 50)
    animals = data.load(root)
    assert animals.classes == ("ant", "cat")
    assert shades(animals.train) == [50, 51, 0, 1, 2]
    assert animals.train.labels.tolist() == [0, 0, 1, 1, 1]
    assert shades(animals.test) == [150, 151, 100, 101, 102]
    assert (animals.name, animals.padding, animals.flip, animals.notes) == ("animals", 2, True, ())
    assert animals.mean == pytest.approx([(50 + 51 + 0 + 1 + 2) / 5 / 255] * 3)
    assert str(root) not in animals.origin  # a checkpoint that travels tells no paths


def test_class_folders_alone_are_split_by_class_and_seed(root: Path) -> None:
    paint(root / "cat", 30)
    paint(root / "ant", 10, shade=100)
    first, again, other = (data.load(str(root), seed=seed) for seed in (0, 0, 1))
    assert first.train.labels.bincount().tolist() == [8, 24]
    assert first.test.labels.bincount().tolist() == [2, 6]
    assert not set(shades(first.train)) & set(shades(first.test))
    assert shades(first.test) == shades(again.test) != shades(other.test)


def test_a_class_may_be_called_train(root: Path) -> None:
    paint(root / "train", 2)
    paint(root / "plane", 2)
    assert data.load(root).classes == ("plane", "train")


@pytest.mark.parametrize(
    ("sizes", "asked", "expected"),
    [
        (((20, 20), (20, 20)), None, 20),
        (((20, 20), (21, 21)), None, 64),
        (((20, 30), (20, 30)), None, 64),
        (((65, 65), (65, 65)), None, 64),
        (((20, 20), (20, 30)), 12, 12),
    ],
)
def test_the_size_is_the_asked_or_the_common_or_64(
    root: Path, sizes: tuple[tuple[int, int], ...], asked: int | None, expected: int
) -> None:
    for name, size in zip("ab", sizes, strict=True):
        paint(root / name, 2, size)
    assert data.load(root, size=asked).train.images.shape[1:] == (3, expected, expected)


def test_of_an_oblong_picture_the_centre_square_is_taken(root: Path) -> None:
    paint(root / "a", 2)
    stripes = np.zeros((10, 30, 3), dtype=np.uint8)
    stripes[:, 10:20] = 200  # the centre square, and nothing else, is bright
    (root / "b").mkdir()
    for index in range(2):
        Image.fromarray(stripes).save(root / "b" / f"{index}.png")
    loaded = data.load(root, size=10)
    assert (loaded.test.images[loaded.test.labels == 1] == 200).all()


def cut(picture: Path) -> None:
    """What a copy that was interrupted leaves."""
    picture.write_bytes(picture.read_bytes()[:40])


def test_one_unreadable_image_is_left_out_and_named(root: Path) -> None:
    layout(root, cat=4, ant=4)
    (root / "cat/.DS_Store").write_bytes(b"hidden, so not counted")
    cut(root / "ant/000.png")
    animals = data.load(root)
    assert len(animals.train) + len(animals.test) == 7
    assert animals.notes == ("1 unreadable image was left out of 8: “ant/000.png”.",)
    assert data.load(root).notes == animals.notes  # from the cache too


@pytest.mark.parametrize(("broken", "passes"), [(2, True), (3, False)])
def test_up_to_1_per_cent_of_unreadable_images_are_left_out(
    root: Path, broken: int, passes: bool
) -> None:
    layout(root, cat=100, ant=100)
    for index in range(broken):
        cut(root / f"cat/{index:03}.png")
    if passes:
        assert data.load(root).notes[0].startswith("2 unreadable images were left out of 200: “cat")
        return
    with pytest.raises(data.DataError, match="3 of the 200 images") as refusal:
        data.load(root)
    assert "more than 1%: “cat/000.png”, “cat/001.png”, “cat/002.png”" in str(refusal.value)


def test_images_of_a_kind_that_cannot_be_read_count_as_unreadable(root: Path) -> None:
    layout(root, cat=4, ant=4)
    for index in range(2):
        (root / f"cat/photo{index}.heic").write_bytes(b"\0\0\0\x18ftypheic")
    with pytest.raises(data.DataError, match="2 of the 10 images"):
        data.load(root)


def test_files_that_are_no_images_are_counted_and_skipped(root: Path) -> None:
    layout(root, cat=4, ant=4)
    for index in range(12):
        (root / f"cat/{index}.txt").touch()
    (note,) = data.load(root).notes
    assert note.startswith("12 files that are no images were left out: “cat/0.txt”, ")
    assert note.endswith(" and 7 more.")


def test_pictures_that_both_splits_share_are_counted_and_named(root: Path) -> None:
    for part, shade in (("train", 0), ("test", 100)):
        paint(root / part / "cat", 3, shade=shade)
        paint(root / part / "ant", 3, shade=shade + 50)
    assert data.load(root).notes == ()
    (root / "test/cat/copy.png").write_bytes((root / "train/cat/001.png").read_bytes())
    with Image.open(root / "train/ant/002.png") as picture:
        picture.save(root / "test/ant/copy.bmp")
    (note,) = data.load(root).notes
    assert note.startswith("2 of 8 test pictures are in the training split too (“test/ant/copy.bmp")
    assert "“test/cat/copy.png = train/cat/001.png”" in note


def test_pictures_that_a_split_by_seed_shares_are_said_too(root: Path) -> None:
    for name in "ab":
        paint(root / name, 1, shade=ord(name))
        for index in range(9):
            (root / name / f"{index}.png").write_bytes((root / name / "000.png").read_bytes())
    assert data.load(root).notes[0].startswith("4 of 4 test pictures are in the training split")


def test_a_name_that_is_no_unicode_can_be_shown(root: Path) -> None:
    paint(root / "cat", 4)
    paint(root / "ant", 4)
    try:
        Path(os.fsdecode(bytes(root / "cat") + b"/\xff.txt")).touch()
    except OSError:
        pytest.skip("this file system takes Unicode names only")
    data.load(root).notes[0].encode()


def layout(root: Path, **folders: int) -> None:
    """Class folders, "train__cat" for train/cat, with so many pictures."""
    root.mkdir()
    for index, (name, number) in enumerate(folders.items()):
        paint(root / name.replace("__", "/"), number, shade=index * 100 % 256)


@pytest.mark.parametrize(
    ("folders", "sentence"),
    [
        ({}, "has no class folders; put the pictures of each class into a folder of its own"),
        ({"cat": 0, "ant": 0}, "are empty; put pictures into them"),
        ({"cat": 4}, "has one class only, “cat”; a classifier needs at least two"),
        ({"cat": 4, "ant": 0}, "The class “ant” has no readable picture for the training split"),
        ({"cat": 4, "ant": 1}, "The class “ant” has no readable picture for the test split"),
        ({"train__cat": 2, "train__ant": 2}, "has class folders in train but none in test"),
        ({"test__cat": 2, "test__ant": 2}, "has class folders in test but none in train"),
        (
            {"train__cat": 2, "train__ant": 2, "test__cat": 2},
            "lacks the classes “ant”; train and test need the same class folders",
        ),
        (
            {"train__cat": 2, "test__cat": 2, "test__ant": 2, "test__bee": 2},
            "lacks the classes “ant”, “bee”; train and test",
        ),
        (
            {"train__cat": 2, "train__ant": 0, "test__cat": 2, "test__ant": 2},
            "The class “ant” has no readable picture for the training split",
        ),
    ],
)
def test_a_bad_folder_gets_one_sentence(root: Path, folders: dict[str, int], sentence: str) -> None:
    layout(root, **folders)
    with pytest.raises(data.DataError, match=sentence) as refusal:
        data.load(root)
    assert str(refusal.value).endswith(".")
    assert "\n" not in str(refusal.value)


def test_a_folder_of_no_readable_picture_gets_one_sentence(root: Path) -> None:
    for name in "ab":
        (root / name).mkdir(parents=True)
        (root / name / "x.png").write_text("not a picture")
    with pytest.raises(data.DataError, match=r"None of the 2 files in .* can be read as an image"):
        data.load(root)


def test_a_missing_folder_and_a_file_get_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(data.DataError, match=r"There is no folder .*/nowhere; check the path"):
        data.load(tmp_path / "nowhere")
    (tmp_path / "set.zip").touch()
    with pytest.raises(data.DataError, match="is a file; unpack it and give the folder"):
        data.load(tmp_path / "set.zip")


def test_a_folder_that_may_not_be_opened_gets_one_sentence(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forbidden(folder: object) -> None:
        raise PermissionError(13, "Permission denied")

    root.mkdir()
    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(data.DataError, match=r"cannot be read \(Permission denied\)"):
        data.load(root)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One entry a picture that is decoded."""
    count: list[int] = []
    read = decoding_process.read_image

    def counting(raw: bytes) -> Image.Image:
        count.append(len(raw))
        return read(raw)

    monkeypatch.setattr(decoding_process, "read_image", counting)
    return count


def test_the_second_time_nothing_is_decoded(root: Path, decoded: list[int]) -> None:
    layout(root, cat=4, ant=4)
    made = data.load(root)
    decoded.clear()
    kept = data.load(root)
    assert decoded == []
    assert torch.equal(made.train.images, kept.train.images)
    assert torch.equal(made.test.labels, kept.test.labels)
    assert (kept.mean, kept.classes, kept.origin) == (made.mean, made.classes, made.origin)


def test_a_changed_file_another_size_or_seed_is_decoded_anew(
    root: Path, home: Path, decoded: list[int]
) -> None:
    layout(root, cat=4, ant=4)
    data.load(root)
    for question in ({"size": 9}, {"seed": 1}):
        decoded.clear()
        data.load(root, **question)
        assert decoded
    Image.new("RGB", (20, 20), (77,) * 3).save(root / "cat/000.png")
    os.utime(root / "cat/000.png", ns=(1, 1))
    changed = data.load(root)
    assert 77 in shades(changed.train) + shades(changed.test)
    # What is outdated is replaced: one file a question, however often the folder changes.
    assert len(list((home / "cache").iterdir())) == 3


@needs(CIFAR10_JPEG)
def test_the_real_archive_is_read(tmp_path: Path) -> None:
    with tarfile.open(CIFAR10_JPEG, mode="r|xz") as archive:
        for member in archive:
            if member.name.endswith(("/0000.jpg", "/0001.jpg", "/0002.jpg")):
                archive.extract(member, tmp_path / "cifar10", filter="data")
    cifar10 = data.load(tmp_path / "cifar10")
    assert cifar10.train.images.shape == cifar10.test.images.shape == (30, 3, 32, 32)
    assert cifar10.classes[0] == "airplane"
    assert cifar10.train.labels.tolist() == [label for label in range(10) for _ in range(3)]
    with Image.open(tmp_path / "cifar10/train/bird/0001.jpg") as bird:
        assert np.array_equal(cifar10.train.images[7].permute(1, 2, 0), np.asarray(bird))
    assert (cifar10.padding, cifar10.notes) == (4, ())
