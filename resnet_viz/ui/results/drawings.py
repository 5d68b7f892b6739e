"""Charts and pictures as they go to the browser, drawn once for all visitors."""

import pickle
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from resnet_viz.ui.shell import panels

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

# Streamlit looks at every cell of a frame by itself; a frame made the same way has the same bytes.
KNOWN_BY: dict[Any, Any] = {pd.DataFrame: pickle.dumps}


def figure(chart: "Callable[..., go.Figure]", /, *data: Any, **look: Any) -> "go.Figure":
    """A chart, drawn once for the same data and look: Plotly takes longer than most pages compute.

    Shared between visitors, so nobody may change it.
    """
    return _figure(f"{chart.__module__}.{chart.__qualname__}", data, look, chart)


@st.cache_resource(max_entries=128, show_spinner=False, hash_funcs=KNOWN_BY)
def _figure(
    name: str, data: tuple[Any, ...], look: dict[str, Any], _chart: "Callable[..., go.Figure]"
) -> "go.Figure":
    return panels.numbered(_chart(*data, **look))


def text(writer: Callable[..., str], /, *data: Any, **look: Any) -> str:
    """What a function of `charts` writes, such as a drawing in SVG: once for the same data."""
    return _text(f"{writer.__module__}.{writer.__qualname__}", data, look, writer)


@st.cache_data(max_entries=128, show_spinner=False, hash_funcs=KNOWN_BY)
def _text(
    name: str, data: tuple[Any, ...], look: dict[str, Any], _writer: Callable[..., str]
) -> str:
    return _writer(*data, **look)


@st.cache_data(max_entries=192, show_spinner=False)
def picture(key: tuple[Any, ...], _draw: "Callable[[], Image.Image]") -> bytes:
    """A picture as a PNG file, drawn once for each key: encoding takes longer than computing it."""
    from resnet_viz import charts

    return charts.png(_draw())
