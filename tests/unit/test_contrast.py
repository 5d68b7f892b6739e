"""Letters on colours: WCAG AA asks for a contrast of 4.5 : 1."""

import tomllib
from pathlib import Path

import numpy as np
import pytest
from plotly import colors

from resnet_viz.charts.colours import ink_on
from resnet_viz.ui.shell.panels import LETTERS

THEME = tomllib.loads(
    (Path(__file__).resolve().parents[2] / ".streamlit/config.toml").read_text("utf-8")
)["theme"]
CAPTION = 0.6  # of its text's colour, as Streamlit mixes it


def contrast(one: str, other: str) -> float:
    """Of two colours #RRGGBB, as WCAG 2.2 defines it."""
    return contrast_of(*(np.array(colors.hex_to_rgb(colour)) for colour in (one, other)))


def contrast_of(*pair: np.ndarray) -> float:
    shares = np.array(pair) / 255  # (2, 3)
    linear = np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    low, high = sorted(linear @ (0.2126, 0.7152, 0.0722))
    return (high + 0.05) / (low + 0.05)


def test_the_measure_gives_the_known_borders():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") > 4.5 > contrast("#777777", "#FFFFFF")


@pytest.mark.parametrize("scale", ["RdBu_r", "Greys_r", "Viridis"])
def test_ink_is_read_on_every_colour_of_a_scale(scale):
    shares = np.linspace(0, 1, 101)
    grounds = colors.sample_colorscale(scale, shares.tolist(), colortype="tuple")
    for ink, ground in zip(ink_on(scale, shares), grounds, strict=True):
        black_or_white = np.array(colors.hex_to_rgb(ink))
        assert contrast_of(black_or_white, 255 * np.array(ground)) >= 4.5


@pytest.mark.parametrize("hue", LETTERS)
def test_letters_of_each_colour_are_read_on_a_light_page_and_on_a_dark_one(hue):
    light, dark = LETTERS[hue]
    assert contrast(light, THEME["light"]["backgroundColor"]) >= 4.5
    assert contrast(dark, THEME["dark"]["backgroundColor"]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor"])
def test_captions_are_read_on_both_backgrounds(scheme, ground):
    text, below = (np.array(colors.hex_to_rgb(THEME[scheme][key])) for key in ("textColor", ground))
    assert contrast_of(CAPTION * text + (1 - CAPTION) * below, below) >= 4.5
