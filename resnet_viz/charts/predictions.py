"""Class probabilities as bars."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import colour
from resnet_viz.charts.layout import finish, verbatim


def predictions(
    probabilities: pd.DataFrame, *, residual: bool, target: str, most: int = 5
) -> go.Figure:
    """The likeliest classes of one network, the largest on top, and the one that is explained.

    Args:
        probabilities: columns ``class`` and ``probability`` (0 … 1).
        target: the class that the picture beside it explains; its bar is solid, the others pale.
        most: number of bars.
    """
    ranked = probabilities.sort_values("probability", ascending=False, kind="stable")
    explained = ranked[ranked["class"] == target]
    top = pd.concat([ranked[ranked["class"] != target].head(most - len(explained)), explained])
    top = top.sort_values("probability", kind="stable")
    figure = go.Figure(
        go.Bar(
            x=100 * top["probability"],
            y=top["class"].map(verbatim),
            orientation="h",
            marker={
                "color": colour(residual),
                "opacity": [1.0 if name == target else 0.45 for name in top["class"]],
            },
            text=[f"{100 * value:.1f} %" for value in top["probability"]],
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{x:.2f} %<extra></extra>",
        )
    )
    # As wide again as the largest bar may be: its number stands behind it in any type.
    figure.update_xaxes(range=(0, 200), visible=False)
    figure.update_yaxes(type="category")
    return finish(figure, height=16 + 32 * len(top), legend=False)
