"""What a person writes of a network whose tensors do not tell it."""

import pytest

from resnet_viz.models import CheckpointError
from resnet_viz.models.told import Told, names_in, told


@pytest.mark.parametrize("text", ["cat, dog,ship", "cat\n dog\n\nship\n", " cat,dog , ship,"])
def test_names_have_commas_or_lines_between_them(text):
    assert told(classes=text).classes == ("cat", "dog", "ship")


def test_a_name_in_lines_may_have_commas():
    assert told(classes="tench, Tinca tinca\ngoldfish").classes == (
        "tench, Tinca tinca",
        "goldfish",
    )


def test_numbers_of_bytes_are_brought_to_one():
    said = told(mean="123.675, 116.28 103.53", std="58.395 57.12 57.375")
    assert said.mean == pytest.approx((0.485, 0.456, 0.406))
    assert said.std == pytest.approx((0.229, 0.224, 0.225))
    assert told(mean="0.5", std="1").std == (1.0,)


def test_nothing_is_said_by_empty_fields():
    assert told() == Told() == told(classes=" ", mean="", std=" ", input_size=" ")


def test_what_is_said_goes_before_what_the_data_say():
    data = Told(("a", "b"), (0.5,), (0.2,), 8)
    assert told(input_size="32").beside(data) == Told(("a", "b"), (0.5,), (0.2,), 32)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("classes", "cat,dog,cat"),
        ("mean", "bright"),
        ("mean", "nan"),
        ("std", "0.2, 0"),
        ("input_size", "0"),
        ("input_size", "3.5"),
        ("input_size", "99999"),
    ],
)
def test_what_cannot_be_is_refused(field, text):
    with pytest.raises(CheckpointError):
        told(**{field: text})


def test_mean_and_deviation_are_of_as_many_channels():
    with pytest.raises(CheckpointError, match="3 numbers and the std 1"):
        told(mean="0.5 0.5 0.5", std="0.2")


def test_a_file_of_names_is_text(tmp_path):
    (tmp_path / "names.txt").write_bytes("\ufeffcat\ndog".encode())
    assert told(classes=names_in(tmp_path / "names.txt")).classes == ("cat", "dog")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff\xfe")
    for name in ("picture.png", "missing.txt"):
        with pytest.raises(CheckpointError, match="no text file of class names"):
            names_in(tmp_path / name)
