"""Numbers of any size, as they are written in a sentence."""

import math

import pytest

from resnet_viz.numbers import number, power


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (0.25, "0.25"),
        (0.614, "0.61"),
        (12.6, "13"),
        (3123, "3,123"),
        (4.12e-23, "4.1·10⁻²³"),
        (4.9e-40, "4.9·10⁻⁴⁰"),
        (9.99e7, "1.0·10⁸"),
        (-3e-7, "−3.0·10⁻⁷"),
        (math.inf, "∞"),
        (-math.inf, "−∞"),
        (math.nan, "–"),
    ],
)
def test_numbers_of_any_size_can_be_read(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("logarithm", "sign", "text"),
    [
        (-389.6106, 1, "2.5·10⁻³⁹⁰"),
        (-389.6106, -1, "−2.5·10⁻³⁹⁰"),
        (998.9999, 1, "1.0·10⁹⁹⁹"),
        (-math.inf, 0, "0"),
        (math.inf, 1, "∞"),
        (-22.385, 1, "4.1·10⁻²³"),
        (0.0, -1, "−1"),
    ],
)
def test_powers_beyond_every_float_can_be_read(logarithm, sign, text):
    assert power(logarithm, sign) == text
