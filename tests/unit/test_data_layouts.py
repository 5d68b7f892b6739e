"""What each layout of a folder and of an archive gives: classes and counts, a note, or a sentence.

Every row is read as a folder, as a zip and as a tar: one set of rules holds for all of them.
"""

import pytest
import torch

from resnet_viz import data
from resnet_viz.data import folder_listing, read_image
from resnet_viz.data.dataset import stratified
from tests.unit.folders_support import home, root
from tests.unit.layouts_support import (
    SOURCES,
    TWO,
    Files,
    Gives,
    both,
    check_gives,
    check_refused,
    written,
)

__all__ = ["home", "root"]

TINY_BOXES = {
    f"train/n{i}/n{i}_boxes.txt": f"0.png\t0\t1\t{i}\t3\n1.png\t2\t2\t9\t9" for i in (1, 2)
}
TINY_VAL = "".join(f"{i}.png\tn{1 + i % 2}\t0\t32\t44\t62\n" for i in range(4))

SETS: dict[str, tuple[Files, Gives]] = {
    "class folders": (TWO, Gives("cat dog", 8, 2)),
    "wrapped": ({"pets/cat": 5, "pets/dog": 5}, Gives("cat dog", 8, 2)),
    "wrapped thrice": ({"a/b/c/cat": 5, "a/b/c/dog": 5}, Gives("cat dog", 8, 2)),
    "wrapped beside a text": (
        {"pets/cat": 5, "pets/dog": 5, "readme.txt": "read me"},
        Gives("cat dog", 8, 2),
    ),
    "wrapped beside a folder of texts": (
        {"pets/cat": 5, "pets/dog": 5, "docs/readme.md": "read me"},
        Gives("cat dog", 8, 2),
    ),
    "train and test": (both("train", "test"), Gives("cat dog", 6, 4)),
    "train and val": (both("train", "val"), Gives("cat dog", 6, 4)),
    "Train and Valid": (both("Train", "Valid"), Gives("cat dog", 6, 4)),
    "TRAINING and VALIDATION": (both("TRAINING", "VALIDATION"), Gives("cat dog", 6, 4)),
    "training_set and test_set": (both("training_set", "test_set"), Gives("cat dog", 6, 4)),
    "training_set twice": (
        both("training_set/training_set", "test_set/test_set"),
        Gives("cat dog", 6, 4),
    ),
    "seg_train/seg_train": (
        both("seg_train/seg_train", "seg_test/seg_test"),
        Gives("cat dog", 6, 4),
    ),
    "train-images and testing": (both("train-images", "testing"), Gives("cat dog", 6, 4)),
    "split and wrapped": (both("x/pets/train", "x/pets/dev"), Gives("cat dog", 6, 4)),
    "each split wrapped": (both("train/images", "test/images"), Gives("cat dog", 6, 4)),
    "three parts": (
        {**both("train", "test"), "val/cat": 1, "val/dog": 1},
        Gives("cat dog", 6, 4, ("“val” were set aside",)),
    ),
    "a prediction folder beside": (
        {**both("seg_train", "seg_test"), "seg_pred": 3},
        Gives("cat dog", 6, 4, ("3 pictures",)),
    ),
    "a test without classes": (
        {**both("train", "val"), "test": 4},
        Gives("cat dog", 6, 4, ("4 pictures",)),
    ),
    "a test in one folder without a class": (
        {**both("train", "val"), "test/images": 4},
        Gives("cat dog", 6, 4, ("4 pictures",)),
    ),
    "a class of trains": ({"train": 5, "plane": 5}, Gives("plane train", 8, 2)),
    "a class of tests": ({"test": 5, "exam": 5}, Gives("exam test", 8, 2)),
    "numbers": (
        {str(month): 2 for month in range(1, 13)},
        Gives("1 2 3 4 5 6 7 8 9 10 11 12", 12, 12),
    ),
    "numbers in names": (
        {"class10": 5, "class9": 5, "class1": 5},
        Gives("class1 class9 class10", 12, 3),
    ),
    "numbers with zeros": ({"010": 5, "9": 5, "02": 5}, Gives("02 9 010", 12, 3)),
    "litter of tools": (
        {
            **TWO,
            "__pycache__/a.pyc": "x",
            "$RECYCLE.BIN": 2,
            ".ipynb_checkpoints": 2,
            "__MACOSX/cat": 2,
            "cat/.ipynb_checkpoints": 2,
            "dog/@eaDir": 1,
            "dog/Thumbs.db": "x",
        },
        Gives("cat dog", 8, 2),
    ),
    "wrapped beside litter": (
        {"pets/cat": 5, "pets/dog": 5, "__MACOSX/pets/cat": 2},
        Gives("cat dog", 8, 2),
    ),
    "deeper folders": (
        {"cat/small": 2, "cat/large": 3, "dog": 5},
        Gives("cat dog", 8, 2, ("5 pictures lie in folders of their class folders",)),
    ),
    "some deeper": (
        {"cat": 4, "cat/more": 1, "dog": 5},
        Gives("cat dog", 8, 2, ("1 picture lies",)),
    ),
    "deeper in a split": (
        {"train/cat/a/b": 3, "train/dog": 3, "test/cat": 2, "test/dog": 2},
        Gives("cat dog", 6, 4, ("“train/cat/a/b/",)),
    ),
    "pictures beside class folders": (
        {**TWO, ".": 3},
        Gives("cat dog", 8, 2, ("3 pictures",)),
    ),
    "Tiny ImageNet": (
        {
            "train/n1/images": 3,
            "train/n2/images": 3,
            "val/images": 4,
            "test/images": 2,
            "wnids.txt": "n1\nn2\n",
            "words.txt": "n1\tcat\nn2\tdog\n",
            **TINY_BOXES,
            "val/val_annotations.txt": TINY_VAL,
        },
        Gives(
            *("n1 n2", 6, 4),
            ("val_annotations.txt", "6 pictures lie", "2 pictures", "files that are no images"),
        ),
    ),
    "Tiny ImageNet, wrapped": (
        {
            **{f"tiny/train/n{i}/images": 3 for i in (1, 2)},
            "tiny/val/images": 4,
            "tiny/val/val_annotations.txt": TINY_VAL,
        },
        Gives("n1 n2", 6, 4, ("val_annotations.txt", "6 pictures lie")),
    ),
    "Tiny ImageNet, reordered": (
        {f"{part}/n{i}": 3 for part in ("train", "val") for i in (1, 2)},
        Gives("n1 n2", 6, 6),
    ),
    "Tiny ImageNet, reordered with images": (
        {f"{part}/n{i}/images": 3 for part in ("train", "val") for i in (1, 2)},
        Gives("n1 n2", 6, 6, ("12 pictures lie",)),
    ),
}

REFUSED: dict[str, tuple[Files, str]] = {
    "one class": (
        {"cat": 4},
        "has one class only, “cat”; a classifier needs at least two, as in ‹cl",
    ),
    "one class wrapped": ({"pets/cat": 4}, "has one class only, “cat”"),
    "pictures alone": (
        {".": 2},
        "no class folders; put .* as in ‹class›/\\*, .* only “0.png”, “1.png”",
    ),
    "train and test without classes": (
        {"train": 4, "test": 3},
        "has no class folders; put .* there are only “.*/0.png”, ",
    ),
    "no test": ({"train/cat": 2, "train/dog": 2}, "class folders in train but none in test; add"),
    "no training": ({"test/cat": 2, "test/dog": 2}, "class folders in test but none in train; add"),
    "a test without labels only": (
        {"train/cat": 2, "train/dog": 2, "test/images": 3},
        "class folders in train but none in test",
    ),
    "a class lacks in the test": (
        {"train/cat": 2, "train/dog": 2, "test/cat": 2},
        "lacks the classes “dog”; train and test need",
    ),
    "a class lacks in the training": (
        {"train/cat": 2, "test/cat": 2, "test/dog": 2, "test/emu": 2},
        "lacks the classes “dog”, “emu”",
    ),
    "two trainings": (
        {**both("train", "test"), "training_set/cat": 2, "training_set/dog": 2},
        "several folders of train pictures, “train”, “training_set”; leave one",
    ),
    "a class with one picture": ({"cat": 4, "dog": 1}, "The class “dog” has no readable picture"),
}


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layout", SETS)
def test_a_layout_gives_its_classes_and_counts(layout, source, root):
    check_gives(source, root, *SETS[layout])


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("layout", REFUSED)
def test_a_layout_that_cannot_be_used_gets_a_sentence(layout, source, root):
    check_refused(source, root, *REFUSED[layout])


def test_links_are_followed_but_not_to_where_they_come_from(root):
    written(root / "elsewhere", {"dog": 1, "cat": 5})
    written(root / "pets", {"dog": 5})
    (root / "pets/cat").symlink_to(root / "elsewhere/cat")
    (root / "pets/dog/again").symlink_to(root / "pets")
    (root / "pets/dog/up").symlink_to(root.parent)
    (root / "pets/dog/gone.png").symlink_to(root / "nowhere.png")
    found = data.load(root / "pets")
    assert found.classes == ("cat", "dog")
    assert (len(found.train), len(found.test), found.notes) == (8, 2, ())


def test_a_folder_of_too_many_files_is_refused(root, monkeypatch):
    monkeypatch.setattr(folder_listing, "MOST", 9)
    with pytest.raises(data.DataError, match="more than 9 files and folders; give the folder that"):
        data.load(written(root, TWO))


def test_numbers_in_their_order_leave_the_pictures_of_a_seed_where_they_were(root):
    """A checkpoint's test pictures must not be trained on because a later version sorts better."""
    folder = written(root, dict.fromkeys(("1", "2", "10"), 8))
    found = data.load(folder, seed=3)
    names = ("1", "10", "2")  # as letters are sorted, in which order the split is drawn
    labels = torch.arange(3).repeat_interleave(8)
    _, test = stratified(labels, round(0.2 * 24), 3)
    expected = [[int(i) % 8 for i in test if names[int(i) // 8] == name] for name in found.classes]
    assert found.classes == ("1", "2", "10")
    assert found.test.labels.bincount().tolist() == [len(indices) for indices in expected]
    drawn = {
        (name, index): read_image((root / name / f"{index}.png").read_bytes())
        for name, indices in zip(found.classes, expected, strict=True)
        for index in indices
    }
    shades = sorted(picture.getpixel((0, 0)) for picture in drawn.values())
    assert sorted(tuple(image[:, 0, 0].tolist()) for image in found.test.images) == shades
