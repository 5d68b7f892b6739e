"""What is said of mistakes follows from the tables."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz.analysis.confusions import Confusion
from resnet_viz.reporting import confusions


def confusion(
    *rows: tuple[int, ...], classes: tuple[str, ...] = ("cat", "dog", "fox")
) -> Confusion:
    """A table of those counts, a row for each true class."""
    return Confusion(pd.DataFrame(np.array(rows), index=classes, columns=classes))


RIGHT = confusion((10, 0, 0), (0, 10, 0), (0, 0, 10))
HALF = confusion((5, 5, 0), (0, 10, 0), (0, 0, 10))
ALL_DOGS = confusion((1, 9, 0), (0, 10, 0), (0, 7, 3))


def test_two_networks_are_compared_where_they_differ_most():
    said = confusions.compared([("one", RIGHT), ("other", HALF)])
    assert said == (
        "one is right on 100.0 %. other is right on 83.3 %. They differ most on cat: 100 % "
        "against 50 %."
    )
    back = confusions.compared([("other", HALF), ("one", RIGHT)])
    assert back.endswith("They differ most on cat: 50 % against 100 %.")
    assert "differ" not in confusions.compared([("one", HALF), ("other", HALF)])


def test_the_finding_is_how_often_each_is_right_and_where_they_differ_most():
    assert confusions.finding([("one", RIGHT), ("other", HALF)]) == (
        "one is right on 100.0 % and other on 83.3 % of the test pictures; they differ most on "
        "cat, 100 % against 50 %."
    )
    assert confusions.finding([("other", HALF), ("one", RIGHT)]).endswith("50 % against 100 %.")
    assert "differ" not in confusions.finding([("one", HALF), ("other", HALF)])
    other = confusion((5, 5), (0, 10), classes=("car", "bus"))
    assert "differ" not in confusions.finding([("one", HALF), ("other", other)])
    assert confusions.finding([("one", HALF)]) == "one is right on 83.3 % of the test pictures."


def test_a_network_that_takes_more_than_twice_its_share_for_one_class_is_said_to():
    assert "takes 87 % of all pictures for dog." in confusions.compared([("one", ALL_DOGS)])
    assert "takes" not in confusions.compared([("one", HALF)])


def test_networks_of_other_classes_are_not_set_against_each_other():
    other = confusion((5, 5), (0, 10), classes=("car", "bus"))
    assert "differ" not in confusions.compared([("one", HALF), ("other", other)])
    without = confusion((0, 0, 0), (0, 10, 0), (0, 0, 10))  # no cat to be right about
    assert "differ" not in confusions.compared([("one", RIGHT), ("other", without)])


def test_the_worst_pairs_are_named_with_share_and_number_or_there_are_none():
    pairs = confusions.pairs(ALL_DOGS.worst_pairs(2))
    assert pairs == ["cat taken for dog: 90.0 % (9)", "fox taken for dog: 70.0 % (7)"]
    assert confusions.pairs(RIGHT.worst_pairs(2)) == ["none: it mistakes nothing"]
    assert confusions.pairs(ALL_DOGS.worst_pairs(1), written=str.upper)[0].startswith("CAT taken")
    said = confusions.matrix_described("one", HALF)
    assert "83.3 % on the diagonal. Worst: cat taken for dog: 50.0 % (5)." in said


@pytest.mark.parametrize(
    ("recorded", "how"), [(True, "counted when the checkpoint was made."), (False, "counted here.")]
)
def test_it_is_said_of_which_pictures_how_many_are_right_and_when_they_were_counted(recorded, how):
    said = confusions.counted(HALF, "elsewhere/pets", recorded=recorded)
    assert said == f"83.3 % right; 30 test pictures of pets, {how}"


def test_accuracies_are_described_from_the_least_to_the_largest():
    classes = pd.concat(
        [one.per_class().assign(label=label) for label, one in (("a", RIGHT), ("b", ALL_DOGS))]
    )
    assert confusions.classes_described(classes).endswith(
        "a from 100 % to 100 %; b from 10 % to 100 %."
    )


def test_pictures_that_are_not_shown_have_a_reason_and_of_many_it_is_said_how_many_are():
    cell = confusions.cell("a network", "cat", "dog")
    assert (
        confusions.no_pictures(cell, 0)
        == "There are no pictures of cat that a network takes for dog."
    )
    assert confusions.no_pictures(cell, 1200).startswith("1,200 pictures of cat")
    assert confusions.no_pictures(cell, 1).endswith("takes for dog; it is not on this machine.")
    assert confusions.pictures_shown(cell, 1, 24).startswith("1 picture of cat")
    assert confusions.pictures_shown(cell, 24, 24).startswith("24 pictures")
    assert "first" not in confusions.pictures_shown(cell, 24, 24)
    assert confusions.pictures_shown(cell, 25, 24).endswith(", the first 24")


def test_what_is_missing_is_named_once_with_what_brings_it():
    said = confusions.absent(["cifar10-jpeg", "cifar10-jpeg"])
    assert said.count("cifar10-jpeg") == 1
    assert "put a folder named cifar10-jpeg with them into" in said
    assert "named one and one named other" in confusions.absent(["one", "other"])
    assert "on which a network was trained" in confusions.trained_on_absent("a network", "pets")


def test_of_many_classes_the_first_are_named():
    said = confusions.other_classes("a network", "abcd", "digits", "xyz")
    assert "knows the classes a, b, c, …, the pictures of digits are of x, y, z: choose" in said
