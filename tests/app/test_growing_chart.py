"""What is sent to the browser so that a chart grows in it."""

import json
from unittest.mock import ANY

import pandas as pd
import plotly.graph_objects as go
import pytest

from resnet_viz import charts
from resnet_viz.reporting import live
from resnet_viz.ui.runs import growing_chart, live_feed, live_view
from resnet_viz.ui.runs.live_view import Curves
from tests.app.runs import end, train
from tests.unit.runs_support import config
from tests.unit.test_charts import history


def heard(monkeypatch, view, sent=None):
    """What is pushed of a view, and the whole of it."""
    said = []
    monkeypatch.setattr(
        live_feed.hub, "publish", lambda channel, data, whole: said.extend([data, whole()])
    )
    live_feed.publish(view, sent)
    return [json.loads(each) for each in said]


def test_a_figure_has_values_that_json_has():
    drawn = go.Figure(go.Scatter(x=[1, 2], y=[0.5, float("nan")], name="one", mode="lines"))
    drawn.update_layout(height=300, font={"size": 14})
    plain, large = (growing_chart.plain(drawn, large=size) for size in (False, True))
    assert plain["data"][0]["y"] == [0.5, None]
    assert plain["layout"]["height"] == large["layout"]["height"] == 300
    assert plain["layout"]["font"]["size"] < large["layout"]["font"]["size"]


def test_what_is_pushed_is_what_is_new_and_whole_for_who_lacks_the_rest(
    store, sleepers, monkeypatch
):
    [run] = sleepers.submit(config())
    train(store, run, 12)
    first = live_view.now()
    assert live_view.now() is first  # nothing has changed: it is made once for all who ask
    train(store, run, 14)
    second = live_view.now()
    news, whole = heard(monkeypatch, second, first)
    loss = news["charts"]["loss"]
    assert (loss["base"], loss["from"]) == (first.curves["loss"].base, [12])
    [[x, y]] = loss["points"]
    assert (len(x), y) == (2, pytest.approx([1 / 13, 1 / 14], rel=1e-5))
    assert "figure" not in loss
    everything = whole["charts"]["loss"]
    assert [len(line) for line in everything["points"][0]] == [14, 14]
    assert everything["from"] == [0]
    assert everything["figure"]["data"][0]["x"] == everything["large"]["data"][0]["x"] == []
    assert news["told"] == {run.id: [live.error_now(store.run(run.id)), 14 / run_steps(store), ANY]}
    assert news["moment"] > first.moment
    assert news["since"] == first.status_since


def run_steps(store):
    [run] = store.runs()
    return run.total_steps


def test_a_chart_is_pushed_whole_where_points_would_not_do(store, sleepers, monkeypatch):
    [run] = sleepers.submit(config())
    train(store, run, 9)
    first = live_view.now()
    train(store, run, 10)  # the end of the first epoch: another line
    second = live_view.now()
    news, _ = heard(monkeypatch, second, first)
    assert first.curves["error"].base != second.curves["error"].base
    assert "figure" in news["charts"]["error"]
    assert "figure" not in news["charts"]["loss"]
    shorter = Curves("x", second.curves["loss"].look, {}, {}, (([1.0] * 99, [1.0] * 99),))
    assert live_view._is_shorter(second.curves["loss"].points, shorter.points)


def test_pages_run_again_when_a_run_ends_or_is_asked_to_and_not_when_it_goes_on(store, sleepers):
    [run] = sleepers.submit(config())
    moments = [live_view.now().status_since]
    train(store, run, 12)
    moments.append(live_view.now().status_since)
    sleepers.stop(run.name)
    moments.append(live_view.now().status_since)
    end(store, run, "stopped")
    moments.append(live_view.now().status_since)
    assert moments[0] == moments[1] < moments[2] < moments[3]


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
        apart = growing_chart.plain(figure, large=False)["apart"]
        return [figure.data[number].name for number in apart]

    assert compared(pair) == ["plain-56 training", "ResNet-56 training"]
    assert compared(pair, metric="loss") == []  # a distance there is a factor
    assert compared(history()) == []
    assert compared(pd.concat([pair, history("ResNet-20", residual=True)])) == []
