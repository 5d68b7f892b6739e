"""Kills at the worst moments: nothing that was trained is lost, and nothing is counted twice."""

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from pandas.testing import assert_frame_equal
from safetensors.torch import load_file

from resnet_viz.runs import Launcher, Store
from tests.unit.runs_support import end_workers, new_store, wait, worker_of

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("victim", "twin")
# Batches so small that the second epoch lasts for longer than from one commit to the next.
EPOCHS, BATCH, STEPS_PER_EPOCH = 2, 16, 88


def cli(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "resnet_viz", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **options,
    )


def until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)  # each look takes some of the workers' time


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """Two equal runs: one whose worker is killed within an epoch, one whose terminal is killed."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        store = new_store(tmp_path_factory.mktemp("home"), monkeypatch)
        store.set_slots(2)
        train = ("train", "resnet20", "--data", "digits", "--epochs", str(EPOCHS))
        train = (*train, "--batch-size", str(BATCH), "--name")
        try:
            terminals = [cli(*train, name) for name in NAMES]
            until(lambda: {run.name for run in store.runs()} == set(NAMES), 30)

            until(lambda: store.run("twin").step)
            terminals[1].kill()
            terminals[1].wait()

            def within_an_epoch():
                run = store.run("victim")
                return run.epoch >= 1 and run.step >= STEPS_PER_EPOCH + 3

            until(within_an_epoch)
            killed = store.run("victim")
            worker_of(store, killed).kill()
            before = time.monotonic()
            interrupted = wait(Store(), "victim", "interrupted", seconds=10)
            noticed = time.monotonic() - before
            said, _ = terminals[0].communicate(timeout=30)

            Launcher(store).resume("victim")
            yield SimpleNamespace(
                store=store,
                killed=killed,
                interrupted=interrupted,
                noticed=noticed,
                said=said,
                code=terminals[0].returncode,
                victim=wait(store, "victim", "finished", "failed", seconds=180),
                twin=wait(store, "twin", "finished", "failed", seconds=180),
            )
        finally:
            end_workers(store)


def test_a_killed_worker_is_interrupted_for_every_reader_within_ten_seconds(story):
    assert story.noticed < 10
    assert "resume it to go on" in story.interrupted.error
    assert story.code == 1
    assert "victim was interrupted: Its process is gone" in story.said


def test_killing_the_terminal_leaves_the_run_going(story):
    assert story.twin.status == "finished"
    assert story.twin.step == EPOCHS * STEPS_PER_EPOCH


def test_a_killed_and_resumed_run_ends_bit_for_bit_where_an_uninterrupted_one_does(story):
    assert story.victim.status == "finished", story.victim.log_tail()
    assert story.killed.step < EPOCHS * STEPS_PER_EPOCH
    networks = [load_file(run.checkpoint) for run in (story.victim, story.twin)]
    assert networks[0].keys() == networks[1].keys()
    for name, tensor in networks[0].items():
        assert torch.equal(tensor, networks[1][name]), name
    assert story.victim.latest["test_loss"] == story.twin.latest["test_loss"]


def test_the_curves_of_a_resumed_run_have_no_gap_and_no_double_point(story):
    timing = ["seconds", "images_per_second"]
    for read in (story.store.steps, story.store.epochs, story.store.gradients):
        victim, twin = (read(name).drop(columns=timing, errors="ignore") for name in NAMES)
        assert_frame_equal(victim, twin, check_exact=True)
    assert story.store.epochs("victim")["epoch"].tolist() == list(range(1, EPOCHS + 1))
    assert story.store.steps("victim")["seconds"].is_monotonic_increasing
