"""What people call the folders of pictures to train on and of those for the test."""

import pytest

from resnet_viz import data
from resnet_viz.data import local_sets
from tests.unit.folders_support import home, paint, root, shades

__all__ = ["home", "root"]

NAMES = (
    ("train", "val"),
    ("train", "valid"),
    ("Training", "Validation"),
    ("training_set", "test_set"),
    ("seg_train/seg_train", "seg_test/seg_test"),
    ("TRAIN", "Testing"),
    ("train2017", "val2017"),
    ("pets/train images", "pets/test images"),
    ("archive/pets/trainset", "archive/pets/testset"),
)


@pytest.mark.parametrize(("training", "test"), NAMES)
def test_the_two_parts_may_be_called_as_people_call_them(root, training, test):
    for part, shade in ((training, 0), (test, 100)):
        paint(root / part / "cat", 3, shade=shade)
        paint(root / part / "ant", 2, shade=shade + 50)
    animals = data.load(root)
    assert animals.classes == local_sets.classes(str(root)) == ("ant", "cat")
    assert shades(animals.train) == [50, 51, 0, 1, 2]
    assert shades(animals.test) == [150, 151, 100, 101, 102]
    assert local_sets.count(str(root)) == 10
    before = local_sets.identity(str(root))
    paint(root / training / "cat", 4)
    assert local_sets.identity(str(root)) != before


def test_of_three_parts_the_one_for_validation_is_set_aside_which_is_said(root):
    for part, shade in (("train", 0), ("test", 100), ("val", 200)):
        paint(root / part / "cat", 3, shade=shade)
        paint(root / part / "ant", 2, shade=shade + 50)
    animals = data.load(root)
    assert shades(animals.test) == [150, 151, 100, 101, 102]
    assert len(animals.train) == 5
    [note] = animals.notes
    assert "“val”" in note


def test_a_test_folder_without_classes_leaves_the_test_to_the_validation_pictures(root):
    """As in competitions, which keep the labels of their test to themselves."""
    for part in ("train", "val"):
        paint(root / part / "cat", 3)
        paint(root / part / "ant", 2, shade=50)
    paint(root / "test", 4)
    assert len(data.load(root).test) == 5


def test_two_folders_of_training_pictures_are_refused_by_name(root):
    for part in ("train", "training_set", "test"):
        paint(root / part / "cat", 2)
        paint(root / part / "ant", 2)
    with pytest.raises(data.DataError, match="several folders of train pictures, “train”, “trai"):
        data.load(root)


def test_folders_that_hold_one_folder_of_classes_are_looked_into(root):
    paint(root / "download" / "pets" / "cat", 10)
    paint(root / "download" / "pets" / "ant", 10, shade=100)
    (root / "__pycache__").mkdir()
    assert data.load(root).classes == ("ant", "cat")
