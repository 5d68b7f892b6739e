"""Final errors over depth or whatever varies: the numbers, the sentence, the chart, the file."""

import html.parser

import pytest

from resnet_viz.charts.colours import PLAIN, RESIDUAL
from resnet_viz.charts.final_errors import final_errors
from resnet_viz.charts.final_errors_svg import final_errors_svg
from resnet_viz.reporting import final_errors as reported
from resnet_viz.reporting import studies, study_report
from tests.unit.final_errors_support import members


def shown(x=None, **more):
    frame, axes = reported.with_varied(studies.members(members(**more)))
    axis = axes[0] if x is None else next(axis for axis in axes if axis.name == x)
    return reported.points(frame, axes, axis.name), axis, axes


def row(points, line, x):
    return points[(points["line"] == line) & (points["x"] == x)].iloc[0]


def test_a_point_is_the_mean_of_its_seeds_with_the_least_and_the_largest():
    points, axis, axes = shown()
    assert [each.name for each in axes] == ["depth"]
    assert list(points["place"]) == [8, 14, 8, 14]
    plain = row(points, "plain", 14)
    assert (plain["test"], plain["test_least"], plain["test_largest"]) == (10.5, 10.0, 11.0)
    assert plain["train"] == 5.25
    assert (plain["runs"], plain["of"]) == (2, 2)
    said = reported.finding(points, axis)
    assert "plain from 2.2 % at 8 layers up to 5.2 % at 14 layers" in said
    assert "residual from 1.8 % at 8 layers down to 1.2 % at 14 layers" in said


def test_runs_that_have_not_finished_count_for_nothing_but_the_places_are_there():
    points, axis, _ = shown(waiting=5)
    assert row(points, "residual", 14)["runs"] == 0
    assert row(points, "plain", 8)["test"] == 4.0
    assert "1 point" in reported.under_way(points)
    nothing, axis, _ = shown(waiting=8)
    assert "None" in reported.finding(nothing, axis)
    final_errors(nothing, x_title="depth", categorical=False)
    assert not reported.under_way(shown()[0])


def test_any_varied_option_may_be_the_axis_and_the_rest_tells_lines_apart():
    points, axis, axes = shown("norm", options={"norm": ["batch", "group"], "shortcut": ["A", "B"]})
    assert [each.name for each in axes] == ["depth", "shortcut", "norm"]
    assert set(points["line"]) == {
        *("plain-8", "plain-14", "residual-8 · A", "residual-8 · B"),
        *("residual-14 · A", "residual-14 · B"),
    }
    assert list(points[points["line"] == "plain-8"]["x"]) == ["batch", "group"]
    assert "group" in reported.described(points, axis, "digits")
    over_depth, *_ = shown("depth", options={"norm": ["batch", "group"]})
    assert set(over_depth["line"]) == {
        *("plain · batch", "plain · group", "residual · batch", "residual · group"),
    }


def test_a_varied_setting_is_an_axis_too():
    points, axis, _ = shown("epochs", epochs=[1, 2])
    assert set(points["x"]) == {1, 2}
    assert "epochs" in reported.finding(points, axis)


def test_the_paper_stands_beside_what_it_has_and_a_dash_elsewhere():
    numbers = studies.members(members(depths=[8, 14]))
    table = reported.table(numbers, on_paper_data=False)
    assert list(table["paper: CIFAR-10 test"]) == ["–"] * 4
    assert list(table["network"]) == ["plain-8", "plain-14", "ResNet-8", "ResNet-14"]
    assert list(table["seeds"]) == ["0, 1"] * 4
    known = numbers.assign(architecture="resnet56")
    assert "6.97 %" in set(reported.table(known, on_paper_data=True)["paper: test"])


def test_the_chart_has_the_families_colours_and_hollow_points_where_seeds_are_missing():
    points, axis, _ = shown(waiting=1)
    figure = final_errors(points, x_title=axis.title, categorical=False)
    lines = {trace.name: trace for trace in figure.data if trace.name}
    assert lines["plain training"].line.color == PLAIN
    assert lines["residual test"].line.color == RESIDUAL
    assert lines["residual test"].line.dash == "dash"
    assert len(set(lines["residual test"].marker.color)) == 2
    assert set(lines["plain test"].marker.color) == {PLAIN}
    assert list(figure.layout.xaxis.tickvals) == [8, 14]
    texts = [note.text for note in figure.layout.annotations]
    assert any("plain test 10.5" in text for text in texts)


def test_bands_are_there_only_where_seeds_differ():
    points, axis, _ = shown(seeds=1)
    figure = final_errors(points, x_title=axis.title, categorical=False)
    assert not [trace for trace in figure.data if trace.fill]


class Outside(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [(tag, name) for name, _ in attributes if name in ("src", "href")]
        if tag in ("script", "link", "iframe", "b"):
            self.found.append((tag, ""))


def test_the_report_is_one_file_whose_texts_are_only_text():
    points, axis, _ = shown()
    points["line"] = points["line"].replace("plain", "<b>plain</b>")
    text = study_report.page(
        "<b>mine</b>",
        finding=reported.finding(points, axis),
        chart=final_errors_svg(points, x_title="<b>", categorical=False),
        described='"><b>',
        notes=["A *word*."],
        tables={"Every run": studies.members(members()).assign(run="<b>run</b>")},
    )
    outside = Outside()
    outside.feed(text)
    assert outside.found == []
    assert "http://" not in text.replace("http://www.w3.org/2000/svg", "")
    assert "A word." in text
    assert text.count("<tr") == 9
    for number in ("10.5", "5.2 % at 14"):
        assert number in text


@pytest.mark.parametrize(
    ("values", "said"), [([0, 1, 2, 3], "0 – 3"), ([0, 1], "0, 1"), ([5, 1, 9], "1, 5, 9")]
)
def test_seeds_are_said_shortly(values, said):
    assert studies.seeds(values) == said
