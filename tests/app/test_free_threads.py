"""What the server computes has the threads that the runs of this machine leave."""

import threading

import pytest
import torch
from streamlit.testing.v1 import AppTest

from resnet_viz.home import APP
from resnet_viz.runs import machine
from resnet_viz.ui.results import analyses, free_threads
from tests.unit.runs_support import config

TAKE = free_threads.take  # which no other page takes here, see the conftest


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(free_threads, "take", TAKE)
    monkeypatch.setattr(machine, "cores", lambda: 4)
    monkeypatch.setattr(machine, "gpus", tuple)
    free_threads.free.clear()
    before = torch.get_num_threads()
    yield
    free_threads.free.clear()
    torch.set_num_threads(before)


def of_a_new_thread(work):
    """What work says in a thread of its own, as each visitor's page has one."""
    said = []
    thread = threading.Thread(target=lambda: said.append(work()))
    thread.start()
    thread.join()
    return said[0]


def test_an_analysis_has_the_threads_that_runs_leave(store, sleepers, monkeypatch):
    def threads_of_an_analysis():
        analyses.free_threads.take()
        return torch.get_num_threads()

    assert of_a_new_thread(threads_of_an_analysis) == 4
    pair = sleepers.submit(config("plain20"), config("resnet20"), together=True)
    free_threads.free.clear()  # kept for a second
    assert of_a_new_thread(threads_of_an_analysis) == 2
    third = config(threads=8)
    store.set_slots(2)
    sleepers.submit(third)
    free_threads.free.clear()
    assert of_a_new_thread(threads_of_an_analysis) == 1
    assert len(pair) == 2


@pytest.mark.usefixtures("store")
def test_work_that_is_worth_one_thread_takes_no_more():
    def threads_of_small_pictures():
        free_threads.take(1)
        return torch.get_num_threads()

    assert of_a_new_thread(threads_of_small_pictures) == 1


def test_a_page_computes_with_the_threads_that_are_free(store, sleepers):
    sleepers.submit(config("plain20"), config("resnet20"), together=True)
    torch.set_num_threads(4)
    page = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not page.exception
    # The page's thread had two; a thread that begins now takes over what was set last.
    assert of_a_new_thread(torch.get_num_threads) == 2


def test_every_analysis_of_the_pages_takes_the_threads_that_are_free(monkeypatch):
    taken = []
    monkeypatch.setattr(free_threads, "take", lambda: taken.append(True))
    computing = ("shortcut_outputs", "block_maps", "blocks", "feature_map")
    for name in computing:
        before = len(taken)
        with pytest.raises(AttributeError):  # there is no network to look at
            getattr(analyses, name).__wrapped__(*[None] * _arguments(name))
        assert len(taken) == before + 1, name
    with pytest.raises(KeyError):
        analyses.attribution(*[None] * 5)
    assert len(taken) == len(computing) + 1


def _arguments(name):
    return getattr(analyses, name).__wrapped__.__code__.co_argcount
