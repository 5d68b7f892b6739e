"""The distance of two curves' ends, written between them."""

import plotly.graph_objects as go

from resnet_viz.charts.colours import GREY

FAR_APART = 0.3  # of the axis: curves between whose ends their distance has room


def bracket(
    figure: go.Figure,
    one: tuple[float, float],
    other: tuple[float, float],
    span: tuple[float, float],
    *,
    axis: str = "y",
) -> None:
    """Write the distance of two ends in points between them, where there is room for it.

    Args:
        one, other: where the curves end; at different places they are not compared.
        span: of the linear axis of y.
        axis: as plotly calls it.
    """
    (end, low), (_, high) = sorted((one, other), key=lambda point: point[1])
    if high - low < FAR_APART * (span[1] - span[0]) or one[0] != other[0]:
        return
    figure.add_annotation(
        {"x": end, "y": high, "ax": end, "ay": low, "axref": "x", "ayref": axis, "text": ""},
        yref=axis,
        arrowside="end+start",
        arrowhead=2,
        arrowwidth=1.5,
        arrowcolor=GREY,
    )
    figure.add_annotation(
        x=end,
        y=(low + high) / 2,
        yref=axis,
        text=f"<b>{high - low:.1f} points</b>",
        showarrow=False,
        xanchor="right",
        xshift=-8,
    )
