"""How sure networks were of a class while they learned."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz.charts.colours import line_styles
from resnet_viz.charts.layout import finish, verbatim


def probability_by_epoch(moments: pd.DataFrame) -> go.Figure:
    """Probability of one class at each snapshot, a line a network; epochs stand at equal distances.

    Snapshots are kept after 1, 2, 4, 8 … epochs: on a scale of epochs the first ones, in which
    most is learned, would lie on one another.

    Args:
        moments: columns ``label``, ``residual``, ``epoch``, ``probability`` (0 … 1).
    """
    figure = go.Figure()
    styles = line_styles(moments)
    for label, line in moments.groupby("label", sort=False):
        figure.add_scatter(
            x=[str(epoch) for epoch in line["epoch"]],
            y=100 * line["probability"],
            mode="lines+markers",
            name=verbatim(str(label)),
            hovertemplate="epoch %{x}: %{y:.1f} %",
            **styles[str(label)],
        )
    order = [str(epoch) for epoch in sorted(moments["epoch"].unique())]
    figure.update_xaxes(
        title="epochs trained", type="category", categoryorder="array", categoryarray=order
    )
    figure.update_yaxes(title="probability (%)", range=(-3, 103))
    return finish(figure, height=280)
