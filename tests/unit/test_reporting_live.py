"""The sentences of the Training page while runs wait, go on and end."""

import dataclasses

import pytest

from resnet_viz.reporting import live
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import shipped
from tests.unit.runs_support import config
from tests.unit.test_reporting_runs import run

PLAIN, RESIDUAL = config("plain56"), config("resnet56")


def pair(left=None, right=None, **both) -> list:
    return [
        run(id="a", name="one", config=PLAIN, pair="p", **both | (left or {})),
        run(id="b", name="other", config=RESIDUAL, pair="p", **both | (right or {})),
    ]


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        (
            {"epoch": 7, "test_accuracy": 38.8},
            {"epoch": 7, "test_accuracy": 90.6},
            "After 7 of 15 epochs plain-56 errs on 61.2 % of the test pictures, ResNet-56 on "
            "9.4 %.",
        ),
        (
            {"epoch": 15, "test_accuracy": 38.8},
            {"epoch": 15, "test_accuracy": 90.6},
            "After 15 epochs plain-56 errs on 61.2 % of the test pictures, ResNet-56 on 9.4 %.",
        ),
        (
            {"epoch": 6, "test_accuracy": 38.8},
            {"epoch": 7, "test_accuracy": 90.6},
            "plain-56 errs on 61.2 % of the test pictures after 6 of 15 epochs, ResNet-56 on "
            "9.4 % after 7 of 15 epochs.",
        ),
        (
            {"epoch": 0, "test_accuracy": None},
            {"epoch": 1, "test_accuracy": 90.6},
            "After 1 of 15 epochs ResNet-56 errs on 9.4 % of the test pictures, plain-56 has not "
            "ended an epoch.",
        ),
        (
            {"test_accuracy": None},
            {"test_accuracy": None},
            "plain-56 and ResNet-56 have begun: the first errors come with the end of the first "
            "epoch.",
        ),
        (
            {"test_accuracy": None, "status": "queued"},
            {"test_accuracy": None, "status": "queued"},
            "plain-56 and ResNet-56 wait for others to end.",
        ),
        (
            {"test_accuracy": None, "status": "stopped"},
            {"test_accuracy": None, "status": "failed"},
            "plain-56 and ResNet-56 ended before the end of the first epoch: there is no error to "
            "show.",
        ),
    ],
)
def test_where_two_runs_stand_is_one_sentence(left, right, said):
    assert live.standing(pair(left, right)) == said


def test_runs_of_one_network_have_their_own_names():
    alike = [run(id="a", name="*one*"), run(id="b", name="other")]
    said = live.standing(alike)
    assert f"{literal('*one*')} errs on 25.0 %" in said
    assert "other on 25.0 %" in said


def test_the_error_now_is_a_dash_before_there_is_one():
    assert live.error_now(run()) == "25.0 %"
    assert live.error_now(run(test_accuracy=None)) == "–"


def test_what_there_is_is_said_of_what_ended_before_its_time():
    stopped = {"status": "stopped", "is_active": False}
    assert "up to here" in live.kept(pair(**stopped))
    assert live.kept(pair(**stopped, step=0)).startswith("Nothing has been recorded yet")
    assert live.kept(pair(is_active=True)) == ""
    assert live.kept(pair(**stopped | {"status": "finished"})) == ""


def queue(*waiting, working=()) -> list:
    """Runs newest first; those that wait, and those that work, as they came."""
    rows = [
        *(run(id=name, name=name, pair=together) for name, together in working),
        *(
            run(id=name, name=name, pair=together, status="queued", stored_status="queued")
            for name, together in waiting
        ),
    ]
    return rows[::-1]


def test_who_waits_knows_its_place_in_the_line_and_for_whom_the_first_one_waits():
    line = [("c", None), ("d", "two"), ("e", "two"), ("f", None)]
    said = live.waiting(queue(*line, working=[("a", "one"), ("b", "one")]))
    assert said == {
        "c": "first in line: starts when a and b end",
        "d": "second in line",
        "e": "second in line",
        "f": "third in line",
    }
    said = live.waiting(queue(("c", None), working=[("a", None), ("b", None)]))
    assert said == {"c": "first in line: starts as soon as a ends, or b ends"}
    assert live.waiting(queue(("c", None))) == {"c": "first in line: starts in a moment"}
    assert live.waiting(queue(working=[("a", None)])) == {}


def test_no_place_in_the_line_is_claimed_beside_a_run_that_is_to_go_on():
    runs = queue(("c", None), ("d", None), working=[("a", None)])
    runs[1].started = "before"
    assert live.waiting(runs) == {"c": "one of 2 in line", "d": "one of 2 in line"}


def test_the_same_settings_and_seed_are_the_same_run_whatever_the_threads():
    known = pair({"status": "finished"}, {"status": "stopped"})
    for one in known:
        one.config = dataclasses.replace(one.config, threads=2)
    said = live.same_again([PLAIN, RESIDUAL], known)
    assert "one (finished) and other (stopped). It would be the same two runs again" in said
    assert "It would be the same run again" in live.same_again([PLAIN], known)
    assert live.same_again([PLAIN, config("resnet20")], known) == ""
    assert live.same_again([dataclasses.replace(PLAIN, seed=1), RESIDUAL], known) == ""
    assert live.same_again([], known) == ""


def test_a_line_says_what_runs_are():
    said = live.line([PLAIN, config("resnet56", epochs=3, seed=4)])
    assert said == "plain-56 against ResNet-56 · digits · quick · seed 0"
    assert live.line([config("resnet56", epochs=3, seed=4)]).endswith("quick, 3 epochs · seed 4")


def test_before_anything_ran_the_recorded_runs_speak():
    made = [shipped()[f"plain56-digits-seed{seed}"] for seed in (0, 1)]
    ended = [
        dataclasses.replace(record, epochs=record.epochs.assign(test_accuracy=accuracy))
        for record, accuracy in zip(made, (10.0, 20.0), strict=True)
    ]
    said = live.recorded({"plain-56": ended, "ResNet-56": ended[1:]})
    assert said == (
        "Recorded with 2 seeds: plain-56 ends at 85.0 (80.0 – 90.0) % error on the test pictures, "
        "ResNet-56 at 80.0 %."
    )
    assert live.recorded({}).startswith("Nothing has been trained here yet.")
