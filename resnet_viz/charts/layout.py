"""What all charts share: margins, a legend above, type that can be read on a projector."""

import plotly.graph_objects as go

FONT = 14
LEGEND = {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "font": {"size": FONT}}


def finish(figure: go.Figure, *, height: int, title: str = "", legend: bool = True) -> go.Figure:
    """Give a chart the product's look; colours of text and grid come from the page's theme."""
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": (46 if legend else 8) + (34 if title else 0), "b": 8},
        title={"text": title, "x": 0, "y": 0.99, "yanchor": "top", "font": {"size": FONT + 3}},
        showlegend=legend,
        legend=LEGEND,
        font={"size": FONT},
        uirevision="keep",
    )
    sizes = {"title_font_size": FONT, "tickfont_size": FONT - 1}
    figure.update_xaxes(**sizes)
    figure.update_yaxes(**sizes)
    return figure
