import errno
import time
from dataclasses import fields
from pathlib import Path

import pytest
import torch

from resnet_viz import models
from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.training import DataGone, DiskFull, Stopped, measurements, placement
from resnet_viz.training.errors import CheckpointLost
from tests.unit.training_support import Memory, few_digits, home, same_weights, train

__all__ = ["home"]

# Every option whose layers draw random numbers, so that the random state would show. Which they are
# is asked of the networks below.
RANDOM = {"dropout": 0.3, "shortcut_dropout": 0.3}
# How deep a network is changes nothing here.
SHALLOW = {"blocks": (1, 1, 1)}
OPTIONS = {"epochs": 2, "options": RANDOM | SHALLOW}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of two epochs of 6 steps that nothing interrupts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RESNET_VIZ_HOME", str(tmp_path_factory.mktemp("home")))
        memory = Memory()
        return train(tmp_path_factory.mktemp("whole"), memory, **OPTIONS), memory


def interrupted(folder, memory, settings=OPTIONS):
    with pytest.raises(Stopped) as stopped:
        train(folder, memory, **settings)
    memory.stop_after = None
    return stopped.value.step


# Of the 12 steps, 6 and 12 end an epoch.
@pytest.mark.parametrize("step", [1, 3, 6, 11])
def test_a_resumed_run_ends_where_an_uninterrupted_one_does(whole, tmp_path, step):
    memory = Memory(stop_after=step)
    assert interrupted(tmp_path, memory) == step
    assert memory.saves[-1] == step
    classifier = train(tmp_path, memory, resume=True, **OPTIONS)
    assert memory.begun[-1]["resumed_step"] == step
    assert same_weights(classifier, whole[0])
    assert memory.timeless() == whole[1].timeless()
    seconds = [row["seconds"] for row in memory.steps]
    assert seconds == sorted(seconds)


@pytest.mark.parametrize("option", RANDOM)
def test_a_run_with_any_one_random_layer_ends_where_an_uninterrupted_one_does(tmp_path, option):
    """What the process drew before differs between the two, as it does in a resumed run."""
    settings = {"epochs": 1, "options": {option: 0.3} | SHALLOW}
    ends, memories = [], [Memory(), Memory(stop_after=2)]
    torch.manual_seed(1)
    ends.append(train(tmp_path / "whole", memories[0], **settings))
    torch.manual_seed(2)
    interrupted(tmp_path / "parts", memories[1], settings)
    torch.manual_seed(3)
    ends.append(train(tmp_path / "parts", memories[1], resume=True, **settings))
    assert same_weights(*ends)
    assert memories[0].timeless() == memories[1].timeless()


@pytest.mark.parametrize("option", [field.name for field in fields(Architecture)])
def test_every_option_that_makes_a_network_draw_random_numbers_is_tried_here(option):
    """A new option is found by its number between 0 and 1; what it does, by two passes."""
    if type(getattr(ARCHITECTURES["resnet20"], option)) is not float:
        assert option not in RANDOM
        return
    network = models.build("resnet20", **{option: 0.3}).train()
    inputs = torch.randn(2, 3, 8, 8)
    draws = not torch.equal(network(inputs), network(inputs))
    assert draws is (option in RANDOM)


def test_steps_that_a_killed_run_recorded_after_its_checkpoint_are_not_recorded_twice(
    whole, tmp_path
):
    class Killed(Memory):
        def stop_requested(self):
            if self.steps and self.steps[-1]["step"] >= 8:
                raise KeyboardInterrupt
            return super().stop_requested()

        def flush(self):
            super().flush()
            self.kept = [list(rows) for rows in (self.steps, self.epochs, self.norms)]

    memory = Killed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("resnet_viz.training.measurements.SECONDS_BETWEEN_FLUSHES", 0.0)
        with pytest.raises(SystemExit):
            train(tmp_path, memory, **OPTIONS)
    assert memory.saves == [6]
    after = Memory()
    after.steps, after.epochs, after.norms = memory.kept
    assert after.steps[-1]["step"] > 6
    train(tmp_path, after, resume=True, **OPTIONS)
    assert after.timeless() == whole[1].timeless()


def test_a_run_that_never_saved_starts_again(whole, tmp_path):
    memory = Memory()
    assert same_weights(train(tmp_path, memory, resume=True, **OPTIONS), whole[0])
    assert memory.begun[0]["resumed_step"] == 0


def test_a_finished_run_that_is_resumed_is_left_as_it_is(tmp_path):
    memory = Memory()
    classifier = train(tmp_path, memory)
    again = train(tmp_path, memory, resume=True)
    assert same_weights(classifier, again)
    assert again.card == classifier.card
    assert len(memory.epochs) == 1


def test_a_checkpoint_is_made_each_minute_within_an_epoch(tmp_path, monkeypatch):
    monkeypatch.setattr("resnet_viz.training.saving.SECONDS_BETWEEN_SAVES", 0.0)
    memory = Memory()
    train(tmp_path, memory)
    assert memory.saves == [1, 2, 3, 4, 5, 6]


def test_a_damaged_state_gives_way_to_the_one_before(whole, tmp_path, caplog):
    memory = Memory(stop_after=8)
    interrupted(tmp_path, memory)
    state = tmp_path / "state.ckpt"
    damaged = bytearray(state.read_bytes())
    damaged[: len(damaged) // 2] = bytes(len(damaged) // 2)
    state.write_bytes(damaged)
    classifier = train(tmp_path, memory, resume=True, **OPTIONS)
    assert memory.begun[-1]["resumed_step"] == 6
    assert "goes on from the state saved before it, at step 6" in caplog.text
    assert same_weights(classifier, whole[0])
    assert memory.timeless() == whole[1].timeless()


def test_states_that_are_all_damaged_are_refused_in_a_sentence(tmp_path):
    for name in ("state.ckpt", "state.previous.ckpt"):
        (tmp_path / name).write_bytes(b"PK\x03\x04 not much of a checkpoint")
    with pytest.raises(CheckpointLost, match="start the run again"):
        train(tmp_path, resume=True)


class Bomb:
    def __reduce__(self):
        return Path.touch, (Path("exploded"),)


def test_a_state_that_is_a_pickle_bomb_executes_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    torch.save({"global_step": 1, "bomb": Bomb()}, tmp_path / "state.ckpt")
    with pytest.raises(CheckpointLost):
        train(tmp_path, resume=True)
    assert not (tmp_path / "exploded").exists()


@pytest.mark.parametrize("what", ["write", "fsync", "rename"])
def test_a_write_that_fails_leaves_the_last_good_checkpoint(whole, tmp_path, monkeypatch, what):
    memory = Memory(stop_after=8)
    interrupted(tmp_path, memory)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    target = {
        "write": "resnet_viz.training.saving.torch.save",
        "fsync": "resnet_viz.files.os.fsync",
        "rename": "resnet_viz.files.Path.replace",
    }[what]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(target, full)
        with pytest.raises(DiskFull, match="make room") as failure:
            train(tmp_path, memory, resume=True, **OPTIONS)
    assert isinstance(failure.value.__cause__, OSError)
    assert {path.name for path in tmp_path.iterdir() if path.is_file()} == {
        "begun.json",
        "state.ckpt",
        "state.previous.ckpt",
        "network.safetensors",
    }
    assert models.load(tmp_path / "network.safetensors").card["recipe"] == "quick"
    classifier = train(tmp_path, memory, resume=True, **OPTIONS)
    assert same_weights(classifier, whole[0])
    assert memory.timeless() == whole[1].timeless()


def test_seconds_leave_out_the_pause_before_a_resumption(tmp_path, monkeypatch):
    clock = time.perf_counter
    memory = Memory(stop_after=2)
    interrupted(tmp_path, memory)
    monkeypatch.setattr(measurements.time, "perf_counter", lambda: clock() + 1000)
    train(tmp_path, memory, resume=True, **OPTIONS)
    seconds = [row["seconds"] for row in memory.steps]
    assert seconds == sorted(seconds)
    assert seconds[-1] < 1000


def test_a_run_does_not_go_on_with_other_data_than_it_began_with(tmp_path):
    interrupted(tmp_path, Memory(stop_after=3))
    with pytest.raises(DataGone, match=r"140 images of 10 classes then, 70 of 10 now"):
        train(tmp_path, resume=True, dataset=few_digits(20), **OPTIONS)
    changed = few_digits()
    changed.train.images[0, 0, 0, 0] += 1
    with pytest.raises(DataGone, match="have changed"):
        train(tmp_path, resume=True, dataset=changed, **OPTIONS)
    train(tmp_path, resume=True, **OPTIONS)


def test_a_run_goes_on_in_the_precision_that_it_began_with(tmp_path, monkeypatch):
    memory = Memory(stop_after=3)
    interrupted(tmp_path, memory)
    monkeypatch.setattr(placement, "BFLOAT16_FROM", 1)
    monkeypatch.setattr(placement, "_cpu_has_bfloat16", lambda: True)
    train(tmp_path, memory, resume=True, **OPTIONS)
    assert {begun["device"] for begun in memory.begun} == {memory.begun[0]["device"]}
    fresh = Memory(stop_after=1)
    interrupted(tmp_path / "fresh", fresh)
    assert fresh.begun[0]["device"] == memory.begun[0]["device"] + ", bfloat16"
