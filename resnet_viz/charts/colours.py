"""The two colours of the product and the two colour maps (Okabe & Ito 2008; viridis; RdBu)."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly import colors

PLAIN = "#D55E00"
RESIDUAL = "#0072B2"
GREEN, GREY = "#009E73", "#808080"  # what is of no network: Okabe and Ito's green, and grey
PURPLE = "#CC79A7"  # their reddish purple
GOLD = "#B8860B"  # dark goldenrod: their yellow can hardly be seen on white

Pixels = NDArray[np.uint8]

GOLDEN_ANGLE = 180 * (3 - math.sqrt(5))
LIGHTNESSES = (0.62, 0.54, 0.68)
OKLAB_TO_CONES = np.array(
    [
        [1.0, 1.0, 1.0],
        [0.3963377774, -0.1055613458, -0.0894841775],
        [0.2158037573, -0.0638541728, -1.2914855480],
    ]
)
CONES_TO_RGB = np.array(
    [
        [4.0767416621, -1.2684380046, -0.0041960863],
        [-3.3077115913, 2.6097574011, -0.7034186147],
        [0.2309699292, -0.3413193965, 1.7076147010],
    ]
)


def colour(residual: bool) -> str:
    """Blue for a network with shortcuts, vermillion for one without."""
    return RESIDUAL if residual else PLAIN


def hue_of(place: int) -> str:
    """A colour for the line at a place of a list: neighbours are far apart, and no two are equal.

    The hue goes on by the golden angle, which leaves the largest gaps; lightness and strength
    (OKLCH, Ottosson 2020) are such as can be seen on a white page and on a dark one.
    """
    lightness, strength = LIGHTNESSES[place % len(LIGHTNESSES)], 0.14
    angle = math.radians(place * GOLDEN_ANGLE)
    a, b = strength * math.cos(angle), strength * math.sin(angle)
    cones = np.array([1.0, a, b]) @ OKLAB_TO_CONES + lightness - 1
    linear = (cones**3 @ CONES_TO_RGB).clip(0, 1)
    pixels = np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)
    return "#" + "".join(f"{round(255 * value):02X}" for value in pixels)


def line_styles(lines: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Line and marker of each network in a frame with columns ``label`` and ``residual``.

    Colour and marker tell the families apart; a second network of a family is dotted and hollow.
    """
    families = lines.groupby("label", sort=False)["residual"].first()
    styles: dict[str, dict[str, Any]] = {}
    for label, residual in families.items():
        second = any(families[known] == residual for known in styles)
        symbol = "circle" if residual else "square"
        styles[str(label)] = {
            "line": {
                "color": colour(bool(residual)),
                "width": 2.4,
                "dash": "dot" if second else "solid",
            },
            "marker": {"symbol": f"{symbol}-open" if second else symbol, "size": 7},
        }
    return styles


def ink_on(scale: str, shares: NDArray[np.floating]) -> list[str]:
    """Black or white for letters on each colour of a scale of Plotly's, whichever is read better.

    Args:
        shares: where on the scale, 0 … 1; any shape, read row by row.
    """
    hues = colors.sample_colorscale(scale, shares.ravel().tolist(), colortype="tuple")
    channels = np.array(hues)  # (n, 3), 0 … 1
    linear = np.where(channels > 0.04045, ((channels + 0.055) / 1.055) ** 2.4, channels / 12.92)
    light = linear @ (0.2126, 0.7152, 0.0722)  # relative luminance (WCAG 2.2)
    return np.where((light + 0.05) ** 2 > 0.05 * 1.05, "#000000", "#FFFFFF").tolist()


def translucent(hex_colour: str, opacity: float) -> str:
    """A colour as Plotly writes it with an opacity, for bands."""
    red, green, blue = colors.hex_to_rgb(hex_colour)
    return f"rgba({red}, {green}, {blue}, {opacity})"


def _table(colours: list[tuple[float, ...]]) -> Pixels:
    """256 colours interpolated between evenly spaced ones; shape (256, 3)."""
    anchors = np.array(colours)
    places = np.linspace(0, len(anchors) - 1, 256)
    channels = [np.interp(places, range(len(anchors)), anchors[:, c]) for c in range(3)]
    return np.stack(channels, axis=1).round().astype(np.uint8)


VIRIDIS = _table([colors.hex_to_rgb(value) for value in colors.sequential.Viridis])
RDBU = _table([colors.unlabel_rgb(value) for value in colors.diverging.RdBu_r])


def sequential(values: NDArray[np.floating], low: float, high: float) -> Pixels:
    """Values of any shape S between low and high in viridis; shape S + (3,)."""
    return VIRIDIS[_places(values, low, high)]


def diverging(values: NDArray[np.floating], most: float) -> Pixels:
    """Signed values of any shape S, blue below 0, red above, ±most strongest; shape S + (3,)."""
    return RDBU[_places(values, -most, most)]


def _places(values: NDArray[np.floating], low: float, high: float) -> NDArray[np.intp]:
    span = high - low if high > low else 1.0
    scaled = (np.nan_to_num(values.astype(np.float64)) - low) / span
    return (scaled.clip(0, 1) * 255).round().astype(np.intp)
