"""Turns: so many at once, in the order in which they came, and nobody waits for long work."""

import threading
import time
from contextlib import contextmanager

import pytest

from resnet_viz.ui.results import long_work
from resnet_viz.ui.shell.turns import Turns


@contextmanager
def working(turns, done, name):
    """A thread that takes a turn, notes it, and goes on until it is told to end."""
    end = threading.Event()

    def work():
        with turns.taken():
            done.append(name)
            end.wait(5)

    thread = threading.Thread(target=work)
    thread.start()
    yield end
    end.set()
    thread.join(5)


def reached(done, names):
    deadline = time.monotonic() + 5
    while done != names and time.monotonic() < deadline:
        time.sleep(0.005)
    return done == names


def test_who_comes_first_is_first_and_so_many_work_at_once():
    turns, done = Turns(at_once=2, longest=60), []
    with working(turns, done, "a") as a:
        assert reached(done, ["a"])
        with working(turns, done, "b"):
            assert reached(done, ["a", "b"])
            with working(turns, done, "c") as c:
                time.sleep(0.05)
                with working(turns, done, "d") as d:
                    time.sleep(0.05)
                    assert done == ["a", "b"]
                    a.set()
                    assert reached(done, ["a", "b", "c"])
                    time.sleep(0.05)
                    assert len(done) == 3
                    for each in (c, d):
                        each.set()


def test_long_work_keeps_nobody_waiting():
    turns, done = Turns(at_once=1, longest=0.1), []
    with working(turns, done, "long"):
        assert reached(done, ["long"])
        begun = time.monotonic()
        with turns.taken():
            waited = time.monotonic() - begun
    assert 0.05 <= waited < 2


def test_who_gives_up_a_turn_lets_the_next_begin_at_once():
    turns, done = Turns(at_once=1, longest=60), []
    turns.give_up()
    with turns.taken():
        turns.give_up()
        with working(turns, done, "next") as end:
            assert reached(done, ["next"])
            turns.give_up()
            with working(turns, done, "third"):
                time.sleep(0.05)
                assert done == ["next"]
                end.set()
                assert reached(done, ["next", "third"])


def test_whoever_begins_what_takes_long_keeps_no_page_waiting(monkeypatch):
    turns, done = Turns(at_once=1, longest=60), []
    monkeypatch.setattr(long_work, "pages", turns)

    def compute(tell):
        with working(turns, done, "another page"):
            return reached(done, ["another page"])

    with turns.taken():
        assert long_work.Place().result("Slow …", compute)


def test_a_page_that_fails_or_stops_gives_its_turn_on():
    turns = Turns(at_once=1, longest=60)
    with pytest.raises(KeyError), turns.taken():
        raise KeyError
    with turns.taken():
        pass
