"""Curves of any number of runs: hues, names at the ends, two panels under one cursor."""

import time

import numpy as np
import pandas as pd
import pytest

from resnet_viz import charts
from resnet_viz.charts.colours import GREEN, hue_of
from resnet_viz.charts.run_curves import (
    MOST_LABELS,
    run_curves,
    run_looks,
    seed_means,
    short_names,
)
from tests.unit.test_charts import PAIR, history


def many(count: int, epochs: int = 4) -> pd.DataFrame:
    """Lines, every other one residual, that end at different values."""
    lines = [history(f"run {n}", bool(n % 2), epochs=epochs) for n in range(count)]
    frame = pd.concat(lines, ignore_index=True)
    number = frame["label"].str.removeprefix("run ").astype(int)
    return frame.assign(test_error=frame["test_error"] - 0.1 * number)


def drawn(frame: pd.DataFrame, **look):
    lines = frame.drop_duplicates("label")[["label", "residual", "depth"]]
    return charts.run_curves(frame, lines.assign(place=range(len(lines))), **look)


def named(figure, axis: str) -> dict:
    """The lines of a panel by name, without bands."""
    return {line.name: line for line in figure.data if line.name and line.yaxis == axis}


def relative(hex_colour: str) -> float:
    """Luminance (WCAG 2.1)."""
    values = np.array([int(hex_colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_a_pair_keeps_the_two_colours_with_training_above_and_test_below():
    figure = drawn(PAIR)
    for axis, column, dash in (("y", "train_error", "solid"), ("y2", "test_error", "dash")):
        plain, residual = named(figure, axis).values()
        assert (plain.line.color, residual.line.color) == (charts.PLAIN, charts.RESIDUAL)
        assert plain.line.dash == residual.line.dash == dash
        np.testing.assert_array_equal(plain.y, PAIR[column][:4])
    assert figure.layout.yaxis.domain[0] > figure.layout.yaxis2.domain[1]


def brackets(figure) -> dict[str, str]:
    """What is written between the ends of two lines, by the axis of its panel."""
    texts = [note for note in figure.layout.annotations if "points" in note.text]
    return {note.yref: note.text for note in texts}


def test_the_distance_of_a_pair_is_written_between_its_ends_in_both_panels():
    far = PAIR.copy()
    far.loc[far["residual"], ["train_error", "test_error"]] -= [40, 45]
    assert brackets(drawn(far)) == {"y": "<b>40.0 points</b>", "y2": "<b>45.0 points</b>"}
    assert brackets(drawn(PAIR)) == {}  # whose ends are one
    assert brackets(drawn(far, metric="loss")) == {}
    assert brackets(drawn(many(3))) == {}


def test_one_cursor_goes_through_both_panels():
    for frame in (PAIR, many(20)):
        layout = drawn(frame).layout
        assert {line.xaxis for line in drawn(frame).data} == {"x"}
        assert layout.hoversubplots == "axis"
        assert (layout.xaxis.showspikes, layout.xaxis.spikemode) == (True, "across")
        assert layout.yaxis2.matches == "y"
    assert drawn(PAIR).layout.hovermode == "x unified"
    assert drawn(many(20)).layout.hovermode == "closest"


def test_of_many_lines_each_has_a_hue_and_dash_and_mark_tell_the_families():
    for axis in ("y", "y2"):
        lines = named(drawn(many(40)), axis)
        assert len({line.line.color for line in lines.values()}) == 40
        looks = {
            (int(name[4:]) % 2, line.line.dash, line.marker.symbol) for name, line in lines.items()
        }
        assert looks == {(0, "dash", "square"), (1, "solid", "circle")}


def test_two_hundred_hues_differ_and_are_seen_on_white_and_on_black():
    hues = [hue_of(place) for place in range(200)]
    assert len(set(hues)) == 200
    light = np.array([relative(hue) for hue in hues])
    assert (1.05 / (light + 0.05)).min() > 2.5
    assert ((light + 0.05) / 0.05).min() > 3


def test_few_lines_are_named_at_their_ends_in_their_order_and_do_not_overlap():
    figure = drawn(many(MOST_LABELS))
    for axis in ("y", "y2"):
        notes = [note for note in figure.layout.annotations if note.yref == axis]
        assert len(notes) == MOST_LABELS
        places = sorted(note.y for note in notes)
        assert min(np.diff(places)) > 0
        low, high = figure.layout.yaxis.range
        assert low <= places[0] <= places[-1] <= high
    assert "run 7</b>" not in str(figure.layout.annotations)
    assert "<b>51.3</b>" in str(figure.layout.annotations)
    above = [n for n in drawn(many(MOST_LABELS + 1)).layout.annotations if n.yref != "paper"]
    assert above == []


def test_names_lose_the_words_that_all_end_with_but_never_what_tells_them_apart():
    assert short_names(["plain-56 on digits", "ResNet-56 on digits"]) == {
        "plain-56 on digits": "plain-56",
        "ResNet-56 on digits": "ResNet-56",
    }
    assert short_names(["mine"]) == {"mine": "mine"}
    assert short_names(["a on digits", "on digits"])["on digits"] == "on digits"
    long = [f"a name as long as a line of text {n}" for n in range(2)]
    assert len({*short_names(long).values()}) == 2


def test_the_line_in_front_is_thick_and_the_others_are_faint():
    figure = drawn(many(20), front="run 3")
    lines = named(figure, "y")
    assert list(lines)[-1] == "run 3"
    assert lines["run 3"].opacity == 1
    assert lines["run 3"].line.width > 1.5 * lines["run 4"].line.width
    assert {line.opacity for name, line in lines.items() if name != "run 3"} == {0.2}


def test_seeds_are_their_mean_that_ends_where_the_first_of_them_ends():
    seeds = history(runs=3)
    stopped = seeds[(seeds["run"] != "plain-56 2") | (seeds["epoch"] <= 2)]
    means = seed_means(stopped, "seconds", ["train_error"])
    np.testing.assert_allclose(means["train_error"], [81, 71])
    np.testing.assert_allclose(means["seconds"], [3, 5])
    assert list(means["train_error low"]) == [80, 70]
    assert list(means["train_error high"]) == [82, 72]
    band, mean = (trace for trace in drawn(seeds).data if trace.yaxis == "y")
    np.testing.assert_allclose(mean.y, [81, 71, 61, 51])
    assert (max(band.y), min(band.y)) == (82, 50)


def test_the_loss_is_logarithmic_and_smoothing_keeps_the_raw_line_of_few():
    figure = drawn(PAIR, metric="loss", x="seconds", smoothing=0.5)
    assert figure.layout.yaxis.type == figure.layout.yaxis2.type == "log"
    raw, smooth = (line for line in figure.data if line.name == "plain-56" and line.yaxis == "y")
    assert raw.opacity < smooth.opacity == 1
    weights = np.array([0.5, 1]) / 1.5
    assert smooth.y[1] == pytest.approx(10 ** (weights @ np.log10([2.0, 1.0])))
    assert len(drawn(many(20), smoothing=0.5).data) == 40


def test_a_strangers_name_is_no_markup():
    figure = drawn(history("<b>x</b>"))
    assert figure.data[0].name == "&lt;b&gt;x&lt;/b&gt;"
    assert "&lt;b&gt;x" in figure.layout.annotations[1].text


def test_of_many_long_lines_few_points_are_drawn_and_the_last_of_each():
    frame = many(200, epochs=150)
    start = time.process_time()
    figure = drawn(frame)
    assert time.process_time() - start < 3  # some 0.3 s where nothing else runs
    assert sum(len(line.x) for line in figure.data) <= 24_000
    assert {line.x[-1] for line in figure.data} == {150}


def test_a_log_of_no_known_family_has_neither_familys_colour_dash_nor_mark():
    lines = pd.DataFrame(
        {
            "label": ["plain", "residual", "log", "told"],
            "residual": [False, True, None, True],
            "depth": [56, 56, None, None],
            "place": range(4),
        }
    )
    looks = run_looks(lines)
    assert [looks[name].colour for name in lines["label"]] == [
        charts.PLAIN,
        charts.RESIDUAL,
        GREEN,
        charts.RESIDUAL,
    ]
    assert len({(look.colour, look.symbol, look.filled) for look in looks.values()}) == 4
    assert looks["plain"] == run_looks(lines.head(2))["plain"]
    five = pd.concat([lines, lines.tail(1).assign(label="fifth", place=4)])
    assert [look.dash for look in run_looks(five).values()][:4] == [
        "dash",
        "solid",
        "dashdot",
        "solid",
    ]


def test_a_line_is_drawn_only_where_its_place_on_the_axis_is_known():
    log = pd.DataFrame(
        {
            "label": "log",
            "run": "log",
            "epoch": [1.0, 2.0],
            "step": [np.nan, np.nan],
            "seconds": [np.nan, np.nan],
            "train_error": [50.0, np.nan],
            "test_error": [60.0, 40.0],
        }
    )
    lines = pd.DataFrame({"label": ["log"], "residual": [None], "depth": [None], "place": [0]})
    training, test = run_curves(log, lines).data
    assert (list(training.x), list(training.y)) == ([1], [50])
    assert (list(test.x), list(test.y)) == ([1, 2], [60, 40])
    assert [len(line.x) for line in run_curves(log, lines, x="step").data] == [0, 0]
