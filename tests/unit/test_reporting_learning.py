"""What is said of snapshots and channels follows from them."""

import pandas as pd
import pytest

from resnet_viz.reporting import channels, learning


def moments(*answers: str, explained: str = "cat") -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": "net",
            "epoch": [0, 1, 2, 4, 8][: len(answers)],
            "best": answers,
            "explained": explained,
            "probability": [0.1 * (place + 1) for place in range(len(answers))],
        }
    )


@pytest.mark.parametrize(
    ("answers", "epoch"),
    [
        (("dog", "cat", "cat"), 1),
        (("cat", "dog", "cat", "cat"), 2),
        (("cat", "cat"), 0),
        (("cat", "cat", "dog"), None),
        (("dog",), None),
    ],
)
def test_a_network_knows_a_class_from_the_snapshot_on_after_which_it_never_errs(answers, epoch):
    assert learning.settled(moments(*answers)) == epoch
    said = learning.finding(moments(*answers))
    assert (f"from epoch {epoch} on" in said) == (epoch is not None)
    assert ("does not take it for cat" in said) == (epoch is None)
    assert f"({10 * len(answers)} % in the end)" in said


def test_the_last_state_of_a_run_under_way_is_not_called_its_last():
    assert learning.moment(2, last=False, learns=True) == "epoch 2"
    assert learning.moment(3, last=True, learns=True) == "epoch 3 (now)"
    assert learning.moment(3, last=True, learns=False) == "epoch 3 (last)"
    assert learning.moment(None, last=True, learns=False) == "last"


def test_snapshots_of_another_run_are_said_to_be_so():
    assert learning.made_again({"made_again": {"test_accuracy": 98.2}}) == 98.2
    assert learning.made_again({"made_again": "yes"}) is None
    assert learning.made_again({}) is None
    said = learning.origin({"plain-20": 98.24, "ResNet-20": 97.98})
    assert "plain-20 (98.2 %" in said
    assert "ResNet-20 (98.0 %" in said


def important(**scores: float) -> pd.DataFrame:
    rows = [(int(name[1:]), score) for name, score in scores.items()]
    return pd.DataFrame(rows, columns=["channel", "score"])


def test_the_channels_that_speak_for_a_class_are_named_with_their_part_of_it():
    said = channels.importance(
        important(c7=3.0, c2=2.0, c4=1.0, c1=2.0, c0=-9.0), "layer1.0", "cat"
    )
    assert said == "Channels 7, 2 and 4 speak most for **cat**: 75 % of the positive sum."
    alone = channels.importance(important(c5=1.0, c0=-2.0), "layer1.0", "cat")
    assert alone == "Channel 5 speaks most for **cat**: 100 % of the positive sum."
    none = channels.importance(important(c5=0.0, c0=-2.0), "layer1.0", "cat")
    assert none == "No channel of layer1.0 speaks for cat."


def exciting(*values: float, box: tuple[int, int, int, int] = (0, 0, 3, 2)) -> pd.DataFrame:
    rows = [(5, value, *box) for value in values]
    return pd.DataFrame(rows, columns=["channel", "value", "left", "top", "right", "bottom"])


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (("cat", "cat", "cat"), "all 3 pictures are cat"),
        (("dog", "cat", "cat"), "2 of 3 pictures are cat"),
        (("dog", "cat", "cow"), "the 3 pictures are of as many classes"),
    ],
)
def test_the_pictures_that_excite_a_channel_are_counted_by_class(labels, said):
    text = channels.excited(exciting(4.0, 3.0, 2.0), "layer1.0", labels, side=8)
    assert text.startswith(f"**Channel 5 of layer1.0**: {said}.")
    assert "4 … 2" in text
    assert "3\u00a0×\u00a02 pixels at most, which are framed" in text


def test_a_patch_that_is_the_whole_picture_is_called_so():
    text = channels.excited(exciting(1.0, box=(0, 0, 8, 8)), "layer3.0", ["cat"], side=8)
    assert text.endswith("each depends on the whole picture.")
    assert not channels.is_silent(exciting(0.1))
    assert channels.is_silent(exciting(0.0, 0.0))


def test_the_strips_say_which_classes_their_maps_are_for():
    one = moments("cat", "cat").assign(rather_than="dog")
    assert "for **cat** rather than **dog** at" in learning.question("Grad-CAM", one)
    both = pd.concat(
        [one.assign(rather_than=""), moments("cow").assign(explained="cow", rather_than="")]
    )
    assert "for **cat** and **cow** at" in learning.question("Grad-CAM", both)
