import errno

import pytest
import torch
from sqlalchemy.exc import OperationalError

from resnet_viz import data
from resnet_viz.training import DataGone, DiskFull, Diverged, OutOfMemory, RunConfig, fit
from resnet_viz.training.errors import DeviceMissing
from resnet_viz.training.failures import explain
from tests.unit.training_support import Memory, home, train

__all__ = ["home"]

CONFIG = RunConfig.from_recipe("resnet20", batch_size=128)


def raised_from(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried …"), OutOfMemory, "batch size of 64"),
        (MemoryError(), OutOfMemory, "batch size of 64"),
        (
            RuntimeError(
                "[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate "
                "memory: you tried to allocate 4096 bytes."
            ),
            OutOfMemory,
            "batch size of 64",
        ),
        (RuntimeError("MPS backend out of memory (MPS allocated: …)"), OutOfMemory, "64"),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull, "make room"),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull, "make room"),
        (
            raised_from(RuntimeError("cannot write"), OSError(errno.ENOSPC, "No space left")),
            DiskFull,
            "make room",
        ),
        (
            OperationalError("INSERT …", {}, Exception("database or disk is full")),
            DiskFull,
            "make room",
        ),
        (data.DataError("There is no folder pets; check the path."), DataGone, "no folder pets"),
    ],
)
def test_a_failure_is_told_in_a_sentence_that_says_what_to_do(error, kind, says):
    explained = explain(error, CONFIG)
    assert type(explained) is kind
    assert says in str(explained)
    assert isinstance(explained, ValueError)


@pytest.mark.parametrize(
    "error", [RuntimeError("shape mismatch"), OSError(errno.EACCES, "denied"), KeyError("fc")]
)
def test_a_failure_that_nobody_foresaw_is_not_explained_away(error):
    assert explain(error, CONFIG) is None


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), KeyError("fc")])
def test_the_original_failure_of_a_step_is_kept(tmp_path, monkeypatch, error):
    def fail(self, x):
        raise error

    monkeypatch.setattr("resnet_viz.models.ResNet.forward", fail)
    with pytest.raises(Exception) as failure:  # noqa: PT011 - which one is the question
        train(tmp_path)
    if isinstance(error, KeyError):
        assert failure.value is error
    else:
        assert isinstance(failure.value, OutOfMemory)
        assert "batch size of 12" in str(failure.value)
        assert failure.value.__cause__ is error


def test_a_loss_that_is_no_number_ends_the_run_before_it_is_saved(tmp_path):
    memory = Memory()
    with pytest.raises(Diverged, match="lower learning rate"):
        train(
            tmp_path, memory, architecture="plain20", learning_rate=100.0, options={"norm": "none"}
        )
    assert memory.saves == []
    assert not (tmp_path / "network.safetensors").exists()
    assert all(torch.isfinite(torch.tensor(row["train_loss"])) for row in memory.steps)


def test_data_that_are_gone_are_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = RunConfig.from_recipe("resnet20", data="pets", device="cpu")
    with pytest.raises(DataGone, match="pets") as failure:
        fit(config, Memory(), tmp_path, resume=False)
    assert isinstance(failure.value.__cause__, data.DataError)


def test_a_device_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(DeviceMissing, match="GPU"):
        train(tmp_path, device="cuda:99")


def test_training_leaves_lightnings_loggers_and_warnings_as_they_were(tmp_path, capfd, recwarn):
    train(tmp_path)
    out, err = capfd.readouterr()
    assert out == ""
    assert "GPU available" not in err
    assert [str(w.message) for w in recwarn if "lightning" in str(w.filename)] == []
