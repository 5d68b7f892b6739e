"""The curves page draws the chosen runs, lists all of them, and says what they show."""

import pytest

from resnet_viz.charts.colours import hue_of
from resnet_viz.reporting import run_lines
from resnet_viz.runs.database import runs as run_table
from resnet_viz.ui.runs import run_list
from resnet_viz.ui.topics import curves
from tests.app.runs import end, pair, save, train
from tests.app.support import (
    LEFT,
    PHOTOGRAPHS,
    RIGHT,
    charts,
    listed,
    numbers,
    open_page,
    texts,
    turn_to,
    values,
)
from tests.unit.runs_support import config, launcher

FINDING = "ends at 16.0 % test error and 6.0 % training error."


def panels(app) -> tuple[list[dict], list[dict]]:
    """The lines of the upper panel and of the lower, without bands."""
    lines = [trace for trace in charts(app)["curves"] if "name" in trace]
    return tuple([line for line in lines if line["yaxis"] == axis] for axis in ("y", "y2"))


def trained(store, sleepers, *configs) -> list:
    """Finished runs."""
    made = sleepers.submit(*configs)
    for run in made:
        sleepers.pump()
        end(store, train(store, store.run(run.id)), "finished")
    return [store.run(run.id) for run in made]


def test_two_runs_alike_are_told_apart_by_their_marks(store, sleepers):
    both = trained(store, sleepers, config(seed=0), config(seed=1))
    training, _ = panels(open_page("curves", runs=[run.name for run in both]))
    first, second = training
    assert first["line"]["color"] == second["line"]["color"] == "#0072B2"
    assert first["marker"]["color"] == first["line"]["color"]
    assert second["marker"]["color"] == "#FFFFFF"


def test_of_many_lines_each_has_a_hue_which_it_keeps(store):
    app = open_page("curves", runs=listed(open_page("curves"))[:6])
    training, test = panels(app)
    hues = [line["line"]["color"] for line in training]
    assert len(set(hues)) == 6
    assert hues == [line["line"]["color"] for line in test]
    dashes = {line["name"].partition("-")[0]: line["line"]["dash"] for line in (*training, *test)}
    assert dashes == {"plain": "dash", "ResNet": "solid"}
    fewer = panels(open_page("curves", runs=listed(app)[1:6]))[0]
    assert [line["line"]["color"] for line in fewer] == hues[1:]
    assert hues[0] == hue_of(0)


def test_the_runs_of_a_pair_are_listed_in_the_order_of_the_pair(store, sleepers):
    plain, residual = sleepers.submit(*pair(), together=True)
    for run in (plain, residual):
        end(store, train(store, run), "finished")
    assert listed(open_page("curves"))[-2:] == [plain.name, residual.name]


def test_curves_draw_a_run_of_ones_own(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 30)
    app = open_page("curves", runs=[RIGHT, run.name])
    assert not app.warning
    [line] = [line for line in panels(app)[1] if line["name"] == run.name]
    assert numbers(line["y"]).tolist() == [19, 18, 17]
    assert numbers(line["x"]).tolist() == [1, 2, 3]
    assert line["line"]["color"] == "#0072B2"
    app = open_page("curves", runs=run.name, x="time", metric="loss")
    [[line], _] = panels(app)
    assert numbers(line["x"]).tolist() == [5, 10, 15]
    assert numbers(line["y"]) == pytest.approx([1 / 10, 1 / 20, 1 / 30])


def test_curves_list_a_run_only_once_it_has_an_epoch(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 9)
    app = open_page("curves")
    assert run.name not in listed(app)
    train(store, run, 10)
    assert run.name in listed(app.run())


def test_a_run_that_goes_on_is_drawn_as_far_as_it_is(store, sleepers):
    [run] = sleepers.submit(config())
    train(store, run, 10)
    app = open_page("curves", runs=run.name)
    train(store, run, 20)
    assert numbers(panels(app.run())[1][0]["x"]).tolist() == [1, 2]


def test_curves_tell_runs_on_cifar10_from_those_on_its_jpeg_copy(store, sleepers):
    trained(store, sleepers, *(config("plain56", data="cifar10", seed=seed) for seed in (0, 1)))
    app = open_page("curves", **PHOTOGRAPHS)
    assert app.session_state["runs"] == [f"{label}, JPEG copy" for label in PHOTOGRAPHS.values()]
    assert not app.warning
    [own] = [label for label in listed(app) if " on CIFAR-10" in label and "JPEG copy" not in label]
    assert own.endswith(", 2 runs")


def test_seeds_are_a_line_with_a_band_or_a_line_each(store):
    together = open_page("curves", runs=LEFT)
    assert [len(lines) for lines in panels(together)] == [1, 1]
    assert len(charts(together)["curves"]) == 4
    apart = open_page("curves", runs=LEFT, band="false")
    assert [line["name"] for line in panels(apart)[0]] == [f"{LEFT}, seed {n}" for n in range(3)]
    assert len(charts(apart)["curves"]) == 6


def test_what_is_shown_is_ticked_in_the_list_and_stands_in_the_url(store):
    app = open_page("curves")
    ticked = app.dataframe[0].value
    assert list(ticked[ticked["shown"]]["name"]) == [LEFT, RIGHT]
    assert "runs" not in app.query_params
    lines = curves.all_lines()
    app.session_state["runs"] = [RIGHT]
    app.run()
    assert app.query_params["runs"] == RIGHT
    assert [line["name"] for line in panels(app)[0]] == [RIGHT]
    assert {*listed(app)} == {*lines.settings}
    [none] = [button for button in app.button if button.label == "Hide all"]
    none.click().run()
    assert app.query_params["runs"] == ""
    assert "Tick a run in the list" in texts(app)
    assert open_page("curves", runs="").session_state["runs"] == []


def test_hiding_and_showing_all_is_of_what_the_search_finds(store, sleepers):
    [run] = trained(store, sleepers, config())
    store.annotate(run.name, tags="odd, one", notes="rather Slow")
    for words, rows in (("SLOW odd", 1), ("resnet-56 cifar", 1), ("nowhere", 0)):
        assert len(listed(open_page("curves", find=words))) == rows
    app = open_page("curves", find="slow")
    [everything] = [button for button in app.button if button.label == "Show all"]
    everything.click().run()
    assert app.session_state["runs"] == [LEFT, RIGHT, run.name]


def test_a_run_is_renamed_tagged_and_noted_on_in_the_list_and_a_shipped_one_is_not(
    store, sleepers, monkeypatch
):
    [run] = trained(store, sleepers, config())
    state = {}
    monkeypatch.setattr("streamlit.session_state", state)
    lines = curves.all_lines()
    rows = [LEFT, run.name]
    changed = {(1, "tags"): "wide", (1, "notes"): "slow", (1, "name"): "mine", (0, "shown"): False}
    run_list.apply(lines, rows, rows, changed)
    found = store.run("mine")
    assert (found.id, found.tags, found.notes) == (run.id, "wide", "slow")
    assert state["runs"] == ["mine"]
    for name, cell, sentence in (
        (LEFT, (0, "notes"), f"{LEFT} stands for several runs"),
        (f"{LEFT}, seed 1", (0, "name"), f"{LEFT}, seed 1 ships with resnet_viz"),
    ):
        run_list.apply(curves.all_lines(), [name], [], {cell: "other"})
        assert state["run_problem"].startswith(sentence)
    run_list.apply(curves.all_lines(), ["mine"], ["mine"], {(0, "name"): LEFT})
    assert "what a shipped network is called" in state["run_problem"]
    assert state["runs"] == ["mine"]


def test_a_run_of_a_shipped_ones_name_from_before_takes_no_place_of_it(store, sleepers):
    [run] = trained(store, sleepers, config("plain20"))
    save(run, "plain20-digits-seed0")
    with store.database.writing() as connection:
        connection.execute(run_table.update().values(name=LEFT))
    app = open_page("curves")
    assert f"{LEFT} (run)" in listed(app)
    plain = panels(app)[1][0]
    assert (plain["name"], numbers(plain["y"])[-1] > 20) == (LEFT, True)
    app = open_page("curves", left=f"{LEFT} (run)")
    assert app.session_state["runs"] == [f"{LEFT} (run)", RIGHT]
    assert numbers(panels(app)[1][0]["y"])[-1] == 16


def test_curves_go_on_without_a_run_that_was_deleted(store, sleepers):
    [run] = trained(store, sleepers, config())
    app = open_page("curves", runs=[LEFT, run.name])
    launcher(store).delete(run.name)
    app.run()
    assert not app.exception
    assert {line["name"] for line in panels(app)[1]} == {LEFT}
    assert values(app.warning) == [f"{run.name} is gone; this page goes on without it."]
    assert not app.run().warning


def test_what_is_shown_is_kept_from_page_to_page_until_a_link_says_otherwise(store):
    app = open_page("curves", runs=RIGHT)
    turn_to(app, "glossary")
    assert [line["name"] for line in panels(turn_to(app, "curves"))[0]] == [RIGHT]


def test_what_a_link_gets_wrong_is_said_where_it_can_be_read():
    app = open_page("curves", smoothing="a lot", band="perhaps")
    said = values(app.warning)
    assert sorted(value for text in said for value in text.split("`")[1:2]) == ["a lot", "perhaps"]
    assert not [one for closed in app.get("popover") for one in closed.warning]
    assert app.get("popover")


def test_smoothing_keeps_the_band_of_the_seeds():
    drawn = charts(open_page("curves", runs=LEFT, smoothing="0.5"))["curves"]
    band, raw, smooth = (trace for trace in drawn if trace["yaxis"] == "y")
    assert band["fill"] == "toself"
    assert raw["opacity"] < 1
    assert smooth["name"] == LEFT
    assert numbers(smooth["y"])[-1] > numbers(raw["y"])[-1]  # it follows the fall with delay


def test_the_page_says_what_the_chosen_runs_show_and_nothing_else(store, sleepers):
    [run] = trained(store, sleepers, config("plain20"))
    said = texts(open_page("curves", runs=run.name))
    assert FINDING in said
    assert "plain-56" not in said.partition("**What to notice.**")[2]


def test_the_settings_in_which_two_lines_differ_are_a_table(store, sleepers):
    [run] = trained(store, sleepers, config(learning_rate=0.05))
    app = open_page("curves", runs=[RIGHT, run.name], apart="true")
    table = app.dataframe[-1].value.set_index("setting")
    assert {"network", "learning rate"} <= set(table.index)
    assert list(table.loc["learning rate"]) == ["0.1", "0.05"]
    assert "data" not in table.index
    same = run_lines.settings_apart({"a": run.config, "b": run.config})
    assert same.empty
    assert run_lines.apart_said(same) == "They differ in no setting."
