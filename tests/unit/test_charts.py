"""Charts: the numbers that a figure carries, the colours that it promises, equal in equal out."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from resnet_viz import charts
from resnet_viz.charts.gradients import log_range
from resnet_viz.charts.layout import powers_of_ten


def history(label="plain-56", residual=False, depth=56, runs=1, epochs=4):
    return pd.DataFrame(
        [
            {
                "label": label,
                "run": f"{label} {run}",
                "residual": residual,
                "depth": depth,
                "epoch": epoch,
                "step": 10 * epoch,
                "seconds": 2.0 * epoch + run,
                "train_error": 90.0 - 10 * epoch + run,
                "test_error": 92.0 - 10 * epoch + run,
                "train_loss": 2.0 / epoch,
                "test_loss": 2.2 / epoch,
            }
            for run in range(runs)
            for epoch in range(1, epochs + 1)
        ]
    )


PAIR = pd.concat([history(), history("ResNet-56", True)], ignore_index=True)


def test_what_the_pointer_is_at_is_said_in_few_digits_and_by_run_only_where_there_are_several():
    alone, several = charts.curves(PAIR), charts.curves(history(runs=2), band=False)
    assert {trace.hovertemplate for trace in alone.data} == {"%{y:.4~g}"}
    assert {trace.hovertemplate for trace in several.data} == {
        "%{y:.4~g} (plain-56 0)",
        "%{y:.4~g} (plain-56 1)",
    }
    for x, said in (("epoch", "epoch"), ("seconds", "training time")):
        title = charts.curves(PAIR, x=x).layout.xaxis.unifiedhovertitle.text
        assert title == f"{said} %{{x:.4~g}}"


def test_plain_is_vermillion_residual_blue_training_solid_test_dashed():
    lines = {trace.name: trace for trace in charts.curves(PAIR).data}
    assert {n: (t.line.color, t.line.dash) for n, t in lines.items()} == {
        "plain-56 training": ("#D55E00", "solid"),
        "plain-56 test": ("#D55E00", "dash"),
        "ResNet-56 training": ("#0072B2", "solid"),
        "ResNet-56 test": ("#0072B2", "dash"),
    }
    np.testing.assert_array_equal(lines["plain-56 test"].y, [82, 72, 62, 52])


def test_depth_shows_without_colour_as_line_width_and_marker():
    both = pd.concat([history("plain-20", depth=20), history()], ignore_index=True)
    shallow, deep = charts.curves(both, splits=("train",)).data
    assert deep.line.width > shallow.line.width
    assert deep.marker.symbol != shallow.marker.symbol


def test_seeds_become_their_mean_and_the_band_from_least_to_largest():
    band, mean = charts.curves(history(runs=3), splits=("train",)).data
    np.testing.assert_allclose(mean.y, [81, 71, 61, 51])
    assert max(band.y) == 82
    assert min(band.y) == 50
    lines = charts.curves(history(runs=3), splits=("train",), band=False).data
    assert [trace.showlegend for trace in lines] == [True, False, False]


@pytest.mark.parametrize("chart", [charts.curves, partial(charts.figure6, title="")])
def test_the_mean_and_band_of_seeds_end_where_the_first_of_them_ends(chart):
    seeds = history(runs=3)
    stopped = seeds[(seeds["run"] != "plain-56 2") | (seeds["epoch"] <= 2)]
    whole, cut = (
        {trace.name: trace for trace in chart(frame).data if trace.name or trace.fill}
        for frame in (seeds, stopped)
    )
    for name in ("plain-56 training", "plain-56 test"):
        assert list(whole[name].x) == [1, 2, 3, 4]
        assert list(cut[name].x) == [1, 2]
        np.testing.assert_allclose(cut[name].y, whole[name].y[:2])
    assert max(cut[None].x) == 2


def test_over_time_the_mean_takes_the_mean_of_the_seconds():
    mean = charts.curves(history(runs=3), splits=("train",), x="seconds").data[1]
    np.testing.assert_allclose(mean.x, [3, 5, 7, 9])


def test_error_is_linear_and_loss_logarithmic_on_a_shared_range():
    assert charts.curves(PAIR).layout.yaxis.type == "linear"
    figure = charts.curves(PAIR, metric="loss")
    assert figure.layout.yaxis.type == "log"
    low, high = charts.limits(PAIR, "loss")
    assert low < np.log10(0.5) < np.log10(2.2) < high
    assert figure.layout.yaxis.range == (low, high)


def test_smoothing_keeps_the_raw_line_under_the_exponential_mean():
    raw, smooth = charts.curves(history(), splits=("train",), smoothing=0.5).data
    assert (raw.opacity, raw.showlegend) == (0.3, False)
    np.testing.assert_array_equal(raw.y, [80, 70, 60, 50])
    np.testing.assert_allclose(smooth.y[:2], [80, (0.5 * 80 + 70) / 1.5])


def test_a_chart_does_not_change_the_frame_it_draws():
    before = PAIR.copy()
    charts.curves(PAIR, metric="loss", smoothing=0.3)
    pd.testing.assert_frame_equal(PAIR, before)


def test_thinning_keeps_the_first_and_the_last_row():
    long = pd.DataFrame({"x": range(100_000)})
    thinned = charts.thin(long, 1000)
    assert len(thinned) == 1000
    assert [thinned["x"].iloc[0], thinned["x"].iloc[-1]] == [0, 99_999]
    assert thinned["x"].is_monotonic_increasing


def test_limits_of_a_history_without_finite_values_are_still_a_range():
    broken = history().assign(train_loss=np.nan, test_loss=np.inf)
    low, high = charts.limits(broken, "loss")
    assert low < high


@pytest.fixture
def norms():
    return pd.DataFrame(
        {
            "label": ["plain"] * 3 + ["ResNet"] * 3,
            "residual": [False] * 3 + [True] * 3,
            "layer": ["conv1", "layer1.0.conv1", "fc"] * 2,
            "position": [0, 1, 2] * 2,
            "epoch": [0.0] * 6,
            "gradient_norm": [1000.0, 10.0, 0.0, 1.0, 0.5, 2.0],
        }
    )


def test_gradient_norms_share_one_log_axis_and_leave_zeros_out(norms):
    figure = charts.gradient_norms(norms)
    plain, residual = figure.data
    assert figure.layout.yaxis.type == "log"
    assert np.isnan(plain.y[2])
    assert list(plain.x) == [1, 2, 3]
    assert residual.line.color == charts.RESIDUAL
    assert list(residual.customdata) == ["conv1", "layer1.0.conv1", "fc"]


def test_lines_of_gradients_are_named_at_the_height_of_their_ends(norms):
    figure = charts.gradient_norms(norms)
    assert not figure.layout.showlegend
    ends = (10, 2)  # plain's last one is zero, which a logarithmic axis cannot show
    span = figure.layout.yaxis.range
    gap = 19 * (span[1] - span[0]) / 340  # a line of text
    for note, end in zip(figure.layout.annotations, ends, strict=True):
        assert note.y == pytest.approx(np.log10(end), abs=gap)
    assert len({note.text for note in figure.layout.annotations}) == len(ends)


def test_what_the_pointer_is_at_is_written_as_in_sentences(norms):
    drawn = norms.assign(gradient_norm=[1099.4, 7.49e-9, 0.25] * 2)
    (line, _), (heatmap,) = (
        charts.gradient_norms(drawn).data,
        charts.gradient_heatmap(drawn[:3]).data,
    )
    assert list(line.text) == ["1,099", "7.5·10⁻⁹", "0.25"]
    assert heatmap.text[:, 0].tolist() == ["1,099", "7.5·10⁻⁹", "0.25"]
    assert all("%{text}" in trace.hovertemplate for trace in (line, heatmap))


def test_a_heat_map_shows_the_logarithm_with_the_first_layer_on_top(norms):
    figure = charts.gradient_heatmap(norms[norms["label"] == "plain"], colour_range=(-1.0, 3.0))
    (heatmap,) = figure.data
    np.testing.assert_allclose(heatmap.z[:2, 0], [3, 1])
    assert np.isnan(heatmap.z[2, 0])
    assert (heatmap.zmin, heatmap.zmax) == (-1, 3)
    assert figure.layout.yaxis.autorange == "reversed"


def test_log_range_of_nothing_positive_is_still_a_range():
    assert log_range(pd.Series([0.0, np.nan])) == (-1.0, 1.0)


def test_predictions_show_the_likeliest_on_top_and_the_explained_one_solid():
    frame = pd.DataFrame({"class": list("abc"), "probability": [0.2, 0.7, 0.1]})
    (bars,) = charts.predictions(frame, residual=True, target="a", most=2).data
    assert list(bars.y) == ["a", "b"]  # Plotly draws the last one on top
    assert list(bars.x) == [20, 70]
    assert list(bars.marker.opacity) == [1.0, 0.45]


def test_shares_of_shortcut_and_branch_add_up_to_a_hundred():
    frame = pd.DataFrame({"block": ["layer1.0", "layer1.1"], "share": [0.25, 0.9]})
    shortcut, branch = charts.shortcut_share(frame).data
    np.testing.assert_allclose(np.add(shortcut.y, branch.y), 100)
    assert shortcut.marker.color == charts.RESIDUAL


def test_viridis_and_rdbu_have_their_published_ends_and_white_at_zero():
    assert charts.sequential(np.array([0.0, 1.0]), 0, 1).tolist() == [[68, 1, 84], [253, 231, 37]]
    below, zero, above = charts.diverging(np.array([-3.0, 0.0, 3.0]), 3).tolist()
    assert below[2] > below[0]
    assert above[0] > above[2]
    assert min(zero) > 240


def test_a_grid_shows_every_channel_on_the_shared_scale():
    maps = np.zeros((5, 4, 4))
    maps[3] = 2.0
    grid = np.asarray(charts.grid(maps, most=2.0, signed=False, width=32))
    assert grid.shape[2] == 4
    yellow = (grid[..., :3] == (253, 231, 37)).all(axis=-1)
    purple = (grid[..., :3] == (68, 1, 84)).all(axis=-1) & (grid[..., 3] == 255)
    assert purple.sum() == 4 * yellow.sum() > 0
    # three columns: the fourth channel begins the second row
    rows, columns = np.nonzero(yellow)
    assert rows.min() > grid.shape[0] // 2 - 1
    assert columns.max() < grid.shape[1] // 3


def test_an_overlay_of_opacity_zero_is_the_picture_itself():
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (20, 30, 3), np.uint8))
    heatmap = np.random.default_rng(1).random((5, 5))
    assert np.array_equal(charts.overlay(image, heatmap, opacity=0.0), image)
    covered = np.asarray(charts.overlay(image, np.ones((5, 5)), opacity=1.0))
    assert (covered == (253, 231, 37)).all()


def test_a_signed_overlay_stays_transparent_where_the_map_is_zero():
    image = Image.new("RGB", (10, 10), (10, 200, 30))
    heatmap = np.zeros((10, 10))
    heatmap[:, 9] = -1.0
    pixels = np.asarray(charts.overlay(image, heatmap, opacity=1.0, signed=True))
    assert (pixels[:, 0] == (10, 200, 30)).all()
    assert (pixels[:, 9, 2] > pixels[:, 9, 0]).all()


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [(0, 0, "the top left"), (4, 4, "the centre"), (4, 8, "the right"), (8, 4, "the bottom")],
)
def test_the_strongest_place_is_said_in_words(row, column, words):
    heatmap = np.zeros((9, 9))
    heatmap[row, column] = -5
    assert charts.strongest(heatmap) == words


def test_enlarging_repeats_every_value_without_blurring():
    values = np.array([[0.0, 1.0], [1.0, 0.0]])
    pixels = np.asarray(charts.enlarge(values, most=1.0, signed=False, width=20))
    assert pixels.shape == (20, 20, 3)
    assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 2


def test_networks_of_one_family_differ_by_shape_and_filling_of_the_marker_alone():
    twins = [history(f"twin {number}") for number in range(10)]
    deeper = [history(f"deeper {number}", depth=110) for number in range(2)]
    lines = charts.curves(pd.concat([*twins, *deeper])).data
    for split, dash in (("training", "solid"), ("test", "dash")):
        drawn = [line for line in lines if line.name.endswith(split)]
        assert {line.line.dash for line in drawn} == {dash}
        assert len({(line.marker.symbol, line.marker.color) for line in drawn}) == 12
    first, second = (line.marker for line in lines if line.name in ("twin 0 test", "twin 1 test"))
    assert first.symbol == second.symbol
    assert first.line.color == second.line.color == first.color != second.color


def test_a_long_line_has_its_markers_too_but_not_so_many_that_they_hide_it():
    for smoothing in (0.0, 0.5):
        line = charts.curves(history(epochs=500), splits=("train",), smoothing=smoothing).data[-1]
        assert line.mode == "lines+markers"
        assert len(line.x) == 500
        assert 2 <= line.marker.maxdisplayed <= 60


def test_smoothing_keeps_the_band_and_the_raw_mean():
    band, raw, smooth = charts.curves(history(runs=3), splits=("train",), smoothing=0.5).data
    assert band.fill == "toself"
    np.testing.assert_allclose(raw.y, [81, 71, 61, 51])
    np.testing.assert_allclose(smooth.y[:2], [81, (0.5 * 81 + 71) / 1.5])


def test_the_range_of_a_run_under_way_stands_still_until_a_power_of_ten_is_passed():
    losses = pd.DataFrame({"train_loss": [2.4, 0.9, 0.2]})
    assert charts.still(losses[:1], "loss") == charts.still(losses, "loss") == (-1, 1)
    assert charts.still(losses.assign(train_loss=0.03), "loss") == (-2, 1)
    low, high = charts.still(PAIR, "error")
    assert low <= 0
    assert high >= 100


@pytest.mark.parametrize(
    ("decades", "tick"),
    [(0.5, None), (1, "D2"), (3, "D2"), (3.1, 1), (8, 1), (8.5, 2), (40, 5), (43, 6)],
)
def test_ticks_of_a_logarithmic_axis_do_not_crowd(decades, tick):
    axis = powers_of_ten((-decades, 0.0))
    assert (axis["type"], axis["dtick"]) == ("log", tick)


@pytest.mark.parametrize(("decades", "form"), [(0.5, "~g"), (3, "~g"), (3.1, None), (8, None)])
def test_a_tick_between_two_powers_of_ten_is_written_in_full(decades, form):
    assert powers_of_ten((-decades, 0.0))["tickformat"] == form


@pytest.mark.parametrize(
    ("epochs", "x", "tick"),
    [(3, "epoch", 1), (6, "epoch", 1), (15, "epoch", None), (3, "step", None)],
)
def test_of_few_epochs_each_has_its_tick_and_no_half_of_one(epochs, x, tick):
    assert charts.curves(history(epochs=epochs), x=x).layout.xaxis.dtick == tick


def test_gradients_over_many_powers_of_ten_have_few_ticks(norms):
    figure = charts.gradient_norms(norms.assign(gradient_norm=[1e-40, 1e-9, 1] * 2))
    low, high = figure.layout.yaxis.range
    assert low < -40 < 0 < high
    assert (high - low) / figure.layout.yaxis.dtick <= 9


def test_the_legend_hangs_below_the_title_however_many_rows_it_has():
    figure = charts.curves(PAIR, title="Error")
    legend, title = figure.layout.legend, figure.layout.title
    assert (legend.yref, legend.yanchor) == ("container", "top")
    assert (title.y - legend.y) * figure.layout.height > title.font.size


def test_lines_are_wide_enough_to_be_seen_on_a_dark_page(norms):
    drawn = [*charts.curves(PAIR).data, *charts.gradient_norms(norms).data]
    assert min(trace.line.width for trace in drawn) >= 2
