"""A class guesses where a network ends; what is left of it as files."""

import io

import pandas as pd
import pytest

from resnet_viz.classroom import current
from resnet_viz.ui.classroom import class_files, classes, race_panel
from resnet_viz.ui.results import stored_runs
from tests.app.lectures_support import TEACHER, classroom, held, open_as, press, student
from tests.app.runs import end, train
from tests.app.support import charts, seen, texts

__all__ = ["classroom", "held"]


def guess(app, value):
    [slider] = [one for one in app.slider if str(one.key).startswith("class race guess")]
    slider.set_value(value)
    return press(
        app, "Guess" if "Guess" in [one.label for one in app.button] else "Change my guess"
    )


@pytest.fixture
def asking(held, sleepers, monkeypatch):
    """A teacher who has asked the class, with one student's tab."""
    teacher = press(open_as(TEACHER, "training"), "Present")
    press(teacher, "Ask the class")
    return teacher, open_as(student("ada"), "training")


def race(held):
    return held.races.of_class(current.held().id)[-1]


def test_everyones_guess_stands_at_the_end_of_the_curve(held, store, asking):
    teacher, ada = asking
    assert race(held).network.startswith("plain-56 on digits")
    guess(ada, 70.0)
    guess(ada, 20.0)
    guess(open_as(student("bob"), "training"), 80.0)
    assert "Your guess: 20.0 %" in texts(ada)
    assert sorted(race(held).guesses.values()) == [20.0, 80.0]
    assert "80.0 %" not in texts(teacher.run())
    press(teacher, "Train")
    plain, residual = (store.run(one) for one in race(held).runs)
    assert not plain.config.network.is_residual
    assert residual.config.network.is_residual
    assert "Your guess" not in texts(ada.run())
    assert race_panel.LATER in texts(ada)
    train(store, plain)
    ended = 100 - end(store, plain, "finished").latest["test_accuracy"]
    seen(ada.run(), "training")
    traces = charts(ada)["class-race-guesses"]
    assert [value for value in traces[1]["y"] if value is not None] == [20.0, 20.0, 80.0, 80.0]
    assert [value for value in traces[2]["y"] if value is not None] == [20.0, 20.0]
    assert f"ended at {ended:.1f} % test error" in texts(ada)


def test_a_class_leaves_a_report_and_its_answers(held, store, asking):
    teacher, ada = asking
    guess(ada, 20.0)
    press(teacher, "Train")
    plain = store.run(race(held).runs[0])
    train(store, plain)
    end(store, plain, "finished")
    session = held.sessions.session(current.held().id)
    made = class_files.report(session).decode()
    assert "<polyline" in made
    assert plain.name in made
    assert "Train a pair, live" in made
    assert "1 guess" in made
    table = pd.read_csv(io.BytesIO(class_files.guesses(session)))
    assert table.iloc[0].tolist() == [race(held).network, "test", 20.0]
    assert pd.read_csv(io.BytesIO(class_files.answers(session))).empty
    page = open_as(TEACHER, "class")
    assert "You present **Train a pair, live**" in texts(page)
    assert classes.books().sessions.every() == [session]


def test_a_student_cannot_ask_and_sees_no_page_of_the_teachers(held, asking):
    _, ada = asking
    assert "Ask the class" not in [button.label for button in ada.button]
    page = open_as(student("ada"), "class")
    assert "Shown and asked" not in texts(page)
    assert stored_runs.every() == []
