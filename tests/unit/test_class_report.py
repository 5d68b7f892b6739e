"""The report of a class, and the sentences about its guesses."""

import re
from dataclasses import replace

import pandas as pd
import pytest

from resnet_viz.reporting import class_guesses, class_report
from resnet_viz.teaching.polls import Poll
from resnet_viz.teaching.races import Race
from resnet_viz.teaching.sessions import ClassSession, Shown

HARM = "<script>alert(1)</script>"
POLL = Poll("p", "degradation", "s", f"*Will* it? {HARM}", ("yes", HARM), 0.0, opened=1.0)
POLL = replace(POLL, revealed=2.0, closed=2.0, answer="yes", counts={"yes": 3, HARM: 1})
RACE = Race("r", "plain-56", "test", 0.0, 1.0, ("a", "b"), {"x": 40.0, "y": 60.0, "z": 90.0})


def contents(**changes):
    empty = pd.DataFrame()
    values = {
        "session": ClassSession("c", HARM, 0.0, 5400.0),
        "shown": [
            Shown("curves", "metric=loss", 0.0),
            Shown("curves", f"metric=loss&runs={HARM}", 60.0),
            Shown("degradation", "", 120.0),
        ],
        "polls": [POLL],
        "races": [RACE],
        "titles": {"curves": "Training curves", "degradation": "Degradation"},
        "drawings": {"p": "<svg>bars</svg>", "r": "<svg>race</svg>"},
        "ends": {"r": 58.25},
        "runs": empty,
        "settings": empty,
    }
    return class_report.Contents(**values | changes)


def test_a_report_asks_for_nothing_and_runs_nothing():
    made = class_report.html(contents(runs=pd.DataFrame({"run": [HARM], "test error": [12.345]})))
    assert "<script" not in made
    assert not re.search(r"(src|href)=", made)
    assert made.count("&lt;script&gt;") >= 4
    assert "12.3" in made
    assert made.index("Training curves") < made.index("Degradation")
    assert made.count("Training curves") == 1
    assert "runs: &lt;script&gt;" in made
    assert "<svg>bars</svg>" in made
    assert "<svg>race</svg>" in made
    assert "90 min" in made or "1.5 h" in made


def test_a_class_without_anything_has_a_report():
    made = class_report.html(
        contents(shown=[], polls=[replace(POLL, opened=None)], races=[], runs=pd.DataFrame())
    )
    assert made.count(class_report.NOTHING) == 3


def test_how_many_were_right():
    assert "3 of 4 answers (75%)" in class_guesses.right(POLL)
    assert "Nobody" in class_guesses.right(replace(POLL, counts={"yes": 0}))
    assert "0 of 1 answer (0%)" in class_guesses.right(
        replace(POLL, answer="rises", counts={"yes": 1})
    )


@pytest.mark.parametrize(
    ("ended", "visitor", "says"),
    [
        (58.25, None, "60.0 %."),
        (58.25, "y", "It is yours."),
        (58.25, "z", "31.8 percentage points away."),
        (50.0, "x", "One of them is yours."),
        (50.0, "nobody", "40.0 % and 60.0 % (2 people)."),
    ],
)
def test_the_nearest_guess_is_named_without_a_name(ended, visitor, says):
    assert class_guesses.outcome(RACE, ended, visitor).endswith(says)


def test_guesses_are_summed_up():
    assert "from 40.0 % to 90.0 %, the median 60.0 %" in class_guesses.spread_of(RACE.guesses)
    assert "median 50.0 %" in class_guesses.spread_of({"x": 40.0, "y": 60.0})
