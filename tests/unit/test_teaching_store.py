"""What a database remembers of a class."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from resnet_viz.classroom.current import Class
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.runs.class_tables import metadata
from resnet_viz.runs.database import Database
from resnet_viz.teaching.polls import Polls
from resnet_viz.teaching.races import Races, nearest
from resnet_viz.teaching.sessions import Sessions, Target
from tests.unit.store_support import store

__all__ = ["store"]

HELD = Class(id="a1", name="Deep learning, Tuesday", begun=100.0)
NEXT = Class(id="b2", begun=300.0)
QUESTION = ("degradation", "prediction", "Will it be higher?", ("yes", "no"))


@pytest.fixture
def database(store):
    return store.database


@pytest.fixture
def sessions(database):
    return Sessions(database)


@pytest.fixture
def held(sessions):
    return sessions.keep(HELD)


@pytest.fixture
def again(database):
    """The same database as another process opens it."""
    other = Database(database.url)
    yield other
    other.close()


def test_a_class_is_kept_when_it_has_ended(sessions, held, again):
    assert Sessions(again).keep(HELD) == held
    assert sessions.keep(replace(HELD, name="Wednesday")).name == "Wednesday"
    sessions.settle(replace(HELD, ended=200.0))
    assert sessions.session(held.id).ended == 200.0
    sessions.settle(None)
    assert sessions.session(held.id).ended == 200.0
    with pytest.raises(ClassroomError):
        sessions.present(held.id, "a", "curves", "")
    sessions.keep(NEXT)
    assert [one.id for one in sessions.every()] == [NEXT.id, HELD.id]


def test_a_class_that_nobody_ended_has_ended_when_another_is_held(sessions, held):
    sessions.keep(NEXT)
    assert sessions.session(held.id).ended > NEXT.begun
    assert sessions.session(NEXT.id).ended is None


def test_a_visitor_has_another_code_in_each_class(sessions, held):
    code = sessions.code(held.id, "visitor")
    assert code == sessions.code(held.id, "visitor") != sessions.code(held.id, "another")
    assert re.fullmatch("[0-9a-f]{32}", code)
    assert sessions.code(sessions.keep(NEXT).id, "visitor") != code


def test_what_is_followed_counts_its_changes_and_survives_a_restart(sessions, held, again):
    assert sessions.target(held.id) == Target()
    sessions.present(held.id, "a", "curves", "metric=loss")
    same = sessions.present(held.id, "a", "curves", "metric=loss")
    assert same == Target("a", "curves", "metric=loss", turn=1)
    assert sessions.point(held.id, "a", "st-key-curves").mark == "st-key-curves"
    moved = sessions.present(held.id, "a", "curves", "")
    assert (moved.mark, moved.turn) == ("st-key-curves", 3)
    left = sessions.present(held.id, "a", "gradients", "", own_picture=True)
    assert left == Target("a", "gradients", "", "", own_picture=True, turn=4)
    assert Sessions(again).target(held.id) == left
    assert [(one.page, one.query) for one in sessions.shown(held.id)] == [
        ("curves", "metric=loss"),
        ("curves", ""),
        ("gradients", ""),
    ]
    stopped = sessions.stop(held.id, "a")
    assert (stopped.presenter, stopped.turn) == (None, 5)
    assert sessions.stir(held.id).turn == 6


def test_of_two_teachers_the_last_who_presents_is_followed(sessions, held):
    sessions.present(held.id, "a", "curves", "")
    assert sessions.present(held.id, "b", "study", "").page == "curves"
    assert sessions.present(held.id, "b", "study", "", takes_over=True).presenter == "b"
    assert sessions.present(held.id, "a", "gradients", "").page == "study"
    assert sessions.point(held.id, "a", "x").mark == ""
    assert sessions.stop(held.id, "a").presenter == "b"


@pytest.mark.parametrize("mark", ["a b", "a/b}c", "a/b/c", "}*{display:none", "x" * 101, "é"])
def test_only_a_key_is_pointed_at(sessions, held, mark):
    sessions.present(held.id, "a", "curves", "")
    with pytest.raises(ClassroomError):
        sessions.point(held.id, "a", mark)


def test_a_question_takes_one_answer_of_each_while_it_is_open(database, held, again):
    polls = Polls(database)
    poll = polls.ask(held.id, *QUESTION)
    assert polls.ask(held.id, *QUESTION) == poll
    assert not poll.is_open
    for state in ("asked", "closed"):
        with pytest.raises(ClassroomError):
            polls.answer(poll.id, "a", "yes")
        if state == "asked":
            polls.open(poll.id)
            polls.answer(poll.id, "a", "no")
            polls.answer(poll.id, "a", "yes")
            polls.answer(poll.id, "b", "yes")
            with pytest.raises(ClassroomError):
                polls.answer(poll.id, "c", "perhaps")
            polls.close(poll.id)
    polls.open(poll.id)
    polls.answer(poll.id, "c", "no")
    open_again = Polls(again).poll(poll.id)
    assert open_again.is_open
    assert dict(open_again.counts) == {"yes": 2, "no": 1}
    assert polls.answer_of(poll.id, "a") == "yes"
    assert polls.answer_of(poll.id, "d") is None
    polls.reveal(poll.id, "yes")
    seen = polls.poll(poll.id)
    assert (seen.answers, seen.answer, seen.is_open, seen.is_revealed) == (3, "yes", False, True)
    with pytest.raises(ClassroomError):
        polls.open(poll.id)
    with pytest.raises(ClassroomError):
        polls.answer(poll.id, "a", "no")


def test_a_question_of_other_words_is_another_one(database, held):
    polls = Polls(database)
    first = polls.ask(held.id, *QUESTION)
    second = polls.ask(held.id, *QUESTION[:2], "With 12 blocks?", QUESTION[3])
    assert first.id != second.id
    assert [poll.question for poll in polls.of_class(held.id)] == [QUESTION[2], "With 12 blocks?"]
    assert polls.find("another class", *QUESTION[1:]) is None


def test_answers_are_anonymous_and_go_with_their_class(database, sessions, held):
    polls, races = Polls(database), Races(database)
    poll = polls.ask(held.id, *QUESTION)
    polls.open(poll.id)
    polls.answer(poll.id, sessions.code(held.id, "visitor"), "no")
    polls.reveal(poll.id, "yes")
    race = races.open(held.id, "plain-56", "test")
    races.guess(race.id, "a", 30.0)
    sessions.present(held.id, "a", "curves", "")
    table = polls.table(held.id)
    assert table.iloc[0, :4].tolist() == ["degradation", QUESTION[2], "no", "yes"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ", table.iloc[0, 4])
    sessions.delete(held.id)
    with database.reading() as connection:
        left = {
            table.name: connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
        }
    assert set(left.values()) == {0}
    with pytest.raises(ClassroomError):
        polls.poll(poll.id)
    with pytest.raises(ClassroomError):
        sessions.target(held.id)


def test_a_race_takes_guesses_until_its_runs_start(database, held, again):
    races = Races(database)
    old = races.open(held.id, "plain-56", "train")
    race = races.open(held.id, "plain-56", "test")
    assert not races.race(old.id).is_open
    races.guess(race.id, "a", 90)
    races.guess(race.id, "a", 12.5)
    races.guess(race.id, "b", 40)
    for nonsense in (-1, 101, float("nan"), True):
        with pytest.raises(ClassroomError):
            races.guess(race.id, "c", nonsense)
    races.start(race.id, ["run-p", "run-r"])
    kept = Races(again).of_class(held.id)[-1]
    assert (dict(kept.guesses), kept.runs) == ({"a": 12.5, "b": 40.0}, ("run-p", "run-r"))
    with pytest.raises(ClassroomError):
        races.guess(race.id, "a", 1)
    with pytest.raises(ClassroomError):
        races.open(held.id, "plain-56", "loss")


def test_the_nearest_guesses_are_all_that_are_equally_near():
    guesses = {"a": 10.0, "b": 20.0, "c": 40.0}
    assert nearest(guesses, 15.0) == {"a": 10.0, "b": 20.0}
    assert nearest(guesses, 39.0) == {"c": 40.0}
    assert nearest({}, 39.0) == {}


def test_ending_a_class_closes_what_is_open(database, sessions, held):
    polls, races = Polls(database), Races(database)
    poll = polls.ask(held.id, *QUESTION)
    polls.open(poll.id)
    race = races.open(held.id, "plain-56", "test")
    sessions.present(held.id, "a", "curves", "")
    sessions.settle(replace(HELD, ended=200.0))
    assert not polls.poll(poll.id).is_open
    assert not races.race(race.id).is_open
    assert sessions.target(held.id).presenter is None
