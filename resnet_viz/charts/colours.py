"""The two colours of the product and the two colour maps (Okabe & Ito 2008; viridis; RdBu)."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from plotly import colors

PLAIN = "#D55E00"
RESIDUAL = "#0072B2"

Pixels = NDArray[np.uint8]


def colour(residual: bool) -> str:
    """Blue for a network with shortcuts, vermillion for one without."""
    return RESIDUAL if residual else PLAIN


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
