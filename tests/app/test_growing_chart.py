"""What is sent to the browser so that a chart grows in it."""

import pandas as pd
import plotly.graph_objects as go

from resnet_viz import charts
from resnet_viz.ui.runs.growing_chart import Sent
from tests.unit.test_charts import history


def figure() -> go.Figure:
    drawn = go.Figure(go.Scatter(x=[1, 2], y=[0.5, float("nan")], name="one", mode="lines"))
    return drawn.update_layout(height=300, font={"size": 14})


def test_the_figure_is_sent_once_and_then_what_is_new():
    sent = Sent()
    first = sent.message({"one": ([1.0], [5.0])}, "look", figure)
    assert first["figure"]["data"][0]["y"] == [0.5, None]  # JSON has no other word for it
    second = sent.message({"one": ([1.0, 2.0, 3.0], [5.0, 6.0, 7.0])}, "look", figure)
    third = sent.message({"one": ([1.0, 2.0, 3.0], [5.0, 6.0, 7.0])}, "look", figure)
    base = first["base"]
    assert second == {"base": base, "from": 0, "upto": 2, "points": [[[2.0, 3.0], [6.0, 7.0]]]}
    assert third == {"base": base, "from": 2, "upto": 2, "points": [[[], []]]}


def test_all_is_sent_again_where_points_would_not_do():
    sent, line = Sent(), {"one": ([1.0, 2.0], [5.0, 6.0])}
    bases = [sent.message(line, "look", figure)["base"]]
    for lines, look in (
        (line, "another look"),  # other axes
        (line | {"two": ([1.0], [2.0])}, "another look"),  # another line
        ({"one": ([1.0], [5.0]), "two": ([1.0], [2.0])}, "another look"),  # points were taken away
    ):
        message = sent.message(lines, look, figure)
        assert "figure" in message
        bases.append(message["base"])
    sent.forget()  # the browser misses something
    bases.append(sent.message(lines, look, figure)["base"])
    assert len(set(bases)) == 5


def test_the_points_of_a_chart_are_those_that_its_lines_show():
    frame = pd.concat([history(), history("ResNet-56", residual=True)])
    drawn = charts.curves(frame, splits=("train", "test"), metric="error")
    points = charts.points(frame, splits=("train", "test"), metric="error")
    assert list(points) == [trace.name for trace in drawn.data]
    for trace in drawn.data:
        assert (list(trace.x), list(trace.y)) == points[trace.name]


def test_the_distance_of_a_pair_is_that_of_its_two_training_lines():
    pair = pd.concat([history("plain-56", residual=False), history("ResNet-56", residual=True)])

    def compared(frame, **look) -> list[str]:
        figure = charts.curves(frame, **look)
        message = Sent().message({}, "look", lambda: figure)
        return [figure.data[number].name for number in message["figure"]["apart"]]

    assert compared(pair) == ["plain-56 training", "ResNet-56 training"]
    assert compared(pair, metric="loss") == []  # a distance there is a factor
    assert compared(history()) == []
    assert compared(pd.concat([pair, history("ResNet-20", residual=True)])) == []
