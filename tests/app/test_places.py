"""A result that takes long is computed by one visitor, and let go by whoever moves on."""

import threading
import time
from types import SimpleNamespace

import pandas as pd
import pytest
import streamlit as st

from resnet_viz import analysis
from resnet_viz.analysis.experiments.fresh_networks import PAPER
from resnet_viz.data import Split
from resnet_viz.ui.results import analyses, opened
from resnet_viz.ui.results.long_work import Place
from resnet_viz.ui.topics import degradation, vanishing

NETWORK = SimpleNamespace(digest="a network", architecture=SimpleNamespace(title="A network"))


@pytest.fixture(autouse=True)
def _nothing_is_kept():
    """What is made up here is seen by no other test either."""
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


@pytest.fixture
def data(monkeypatch):
    """A data set without a picture, which nobody has to look at here."""
    nothing = SimpleNamespace(test=Split(images=[], labels=[]))
    monkeypatch.setattr(opened, "data_set", lambda name: nothing)


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize(
    ("where", "name", "ask"),
    [
        (degradation, "_compare", lambda: degradation.built(1)),
        (analysis, "learn_identity", lambda: degradation.identity_losses(4, 0.1)),
        (vanishing, "_measure", lambda: vanishing.measured("relu", 8, (PAPER,))),
        (analysis, "confusion", lambda: analyses.confusion(NETWORK, "digits")),
    ],
)
def test_of_two_visitors_one_computes_and_both_read(monkeypatch, where, name, ask):
    monkeypatch.setattr(vanishing, "SEEDS", 1)
    computed = []

    def slow(*_, **__) -> pd.DataFrame:
        computed.append(threading.current_thread())
        time.sleep(0.5)
        return pd.DataFrame({"x": [1]})

    monkeypatch.setattr(where, name, slow)
    found = []
    visitors = [threading.Thread(target=lambda: found.append(ask())) for _ in range(2)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert len(computed) == 1
    assert found[0] is found[1]


def test_whoever_moves_on_in_the_middle_leaves_the_place_to_the_next():
    place = Place()

    def moving_on(progress):
        progress(0.5)
        raise st.runtime.scriptrunner.RerunException(None)

    with pytest.raises(st.runtime.scriptrunner.RerunException):
        place.result("Slow …", moving_on)
    assert place.result("Slow …", lambda _: "found") == "found"
    assert place.result("Slow …", moving_on) == "found"


def test_who_waits_sees_how_far_it_is_and_can_move_on(monkeypatch):
    place, half, end = Place(), threading.Event(), threading.Event()

    def compute(progress):
        progress(0.5)
        half.set()
        end.wait(10)
        return "found"

    first = threading.Thread(target=place.result, args=("Slow …", compute))
    first.start()
    half.wait(10)

    def moved(share, text):
        raise InterruptedError(f"{share} of {text}")

    monkeypatch.setattr(st, "progress", lambda *_, **__: SimpleNamespace(progress=moved))
    with pytest.raises(InterruptedError, match=r"0.5 of Slow …"):
        place.result("Slow …", compute)
    end.set()
    first.join()
    assert place.found == "found"
