"""Every network of the table with its cost, beside what was published of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.charts.colours import translucent
from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.options import OPTIONS
from resnet_viz.reporting import architecture

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler


@st.cache_data(show_spinner="Counting the networks …")
def table() -> pd.DataFrame:
    """One row a network of the table: what is counted here at its own size, what is published."""
    from resnet_viz import analysis

    rows = [architecture.family_row(row, *analysis.totals(row)) for row in ARCHITECTURES.values()]
    return pd.DataFrame(rows, index=list(ARCHITECTURES))


def marked(shown: Sequence[Architecture]) -> pd.DataFrame:
    """The same, with a first column that has the marks of those that are drawn above."""
    # A network of another form is none of the table's, although it was made from one.
    names = [a.name if all(OPTIONS[name].of_data for name in a.options) else "" for a in shown]
    signs = [
        "".join(mark for mark, drawn in zip(charts.MARKS, names, strict=False) if drawn == name)
        for name in table().index
    ]
    return table().reset_index(drop=True).assign(here=signs)[["here", *table().columns]]


def lit(family: pd.DataFrame) -> "Styler":
    """`marked` with the rows that are drawn in the colour of their network."""
    styles = [
        f"background-color: {translucent(charts.colour(not plain), 0.25)}" if here else ""
        for here, plain in zip(
            family["here"], family["network"].str.startswith("plain"), strict=True
        )
    ]
    return family.style.apply(lambda column: styles)
