"""The curves page draws the chosen runs, tells them apart, and says what they show."""

import pytest

from tests.app.runs import end, pair, train
from tests.app.support import LEFT, PHOTOGRAPHS, RIGHT, charts, numbers, open_page, texts, values
from tests.unit.runs_support import config, launcher


def test_two_runs_alike_are_told_apart_on_the_curves_page(store, sleepers):
    both = sleepers.submit(config(seed=0), config(seed=1))
    for run in both:
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
    first, second = charts(open_page("curves", runs=[run.name for run in both]))["curves-train"]
    assert first["line"]["dash"] == second["line"]["dash"] == "solid"
    assert first["line"]["color"] == second["line"]["color"]
    assert first["marker"]["color"] == first["line"]["color"]
    assert second["marker"]["color"] == "#FFFFFF"


def test_the_runs_of_a_pair_are_offered_in_the_order_of_the_pair(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    for run in (plain, residual):
        end(store, train(store, run), "finished")
    offered = open_page("curves").multiselect(key="runs").options
    assert offered[-2:] == [plain.name, residual.name]


def test_the_names_of_many_runs_wrap_instead_of_scrolling_out_of_sight():
    assert open_page("curves").multiselect(key="runs").proto.wrap


def test_curves_draw_a_run_of_ones_own(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 30)
    app = open_page("curves", runs=[RIGHT, run.name])
    assert not app.warning
    [line] = [trace for trace in charts(app)["curves-test"] if trace.get("name") == run.name]
    assert numbers(line["y"]).tolist() == [19, 18, 17]
    assert numbers(line["x"]).tolist() == [1, 2, 3]
    assert line["line"]["color"] == "#0072B2"
    app = open_page("curves", runs=run.name, x="time", metric="loss")
    [line] = charts(app)["curves-train"]
    assert numbers(line["x"]).tolist() == [5, 10, 15]
    assert numbers(line["y"]) == pytest.approx([1 / 10, 1 / 20, 1 / 30])


def test_curves_offer_a_run_only_once_it_has_an_epoch(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 9)
    app = open_page("curves")
    assert run.name not in app.multiselect(key="runs").options
    train(store, run, 10)
    assert run.name in app.run().multiselect(key="runs").options


def test_curves_tell_runs_on_cifar10_from_those_on_its_jpeg_copy(store, sleepers):
    for run in sleepers.submit(*(config("plain56", data="cifar10", seed=seed) for seed in (0, 1))):
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
    app = open_page("curves", **PHOTOGRAPHS)
    pair = [f"{label}, JPEG copy" for label in PHOTOGRAPHS.values()]
    assert app.multiselect(key="runs").value == pair
    assert not app.warning
    on_it = [label for label in app.multiselect(key="runs").options if " on CIFAR-10" in label]
    assert [label for label in on_it if "JPEG copy" not in label] == [on_it[-1]]
    assert on_it[-1].endswith(", 2 runs")


def test_curves_go_on_without_a_run_that_was_deleted(store, sleepers):
    [run] = sleepers.submit(config())
    end(store, train(store, run), "finished")
    app = open_page("curves", runs=[LEFT, run.name])
    launcher(store).delete(run.name)
    app.run()
    assert not app.exception
    assert {trace["name"] for trace in charts(app)["curves-test"] if "name" in trace} == {LEFT}
    assert values(app.warning) == [f"{run.name} is gone; this page goes on without it."]
    assert not app.run().warning


def test_what_a_link_gets_wrong_is_said_where_it_can_be_read():
    app = open_page("curves", smoothing="a lot", band="perhaps")
    first, second = values(app.warning)
    assert "`a lot`" in first
    assert "`perhaps`" in second
    assert not [one for closed in app.get("popover") for one in closed.warning]
    assert app.get("popover")


def test_smoothing_keeps_the_band_of_the_seeds():
    drawn = charts(open_page("curves", runs=LEFT, smoothing="0.5"))["curves-train"]
    band, raw, smooth = drawn
    assert band["fill"] == "toself"
    assert raw["opacity"] < 1
    assert smooth["name"] == LEFT
    assert numbers(smooth["y"])[-1] > numbers(raw["y"])[-1]  # it follows the fall with delay


def test_the_curves_page_says_what_the_chosen_runs_show_and_nothing_else(store, sleepers):
    [run] = sleepers.submit(config("plain20"))
    end(store, train(store, run), "finished")
    said = texts(open_page("curves", runs=run.name))
    assert f"test data: {run.name} 6.0 and 16.0 % error." in said
    assert "plain-56" not in said.partition("**What to notice.**")[2]
