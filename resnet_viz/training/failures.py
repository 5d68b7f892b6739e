"""Exceptions of torch, Lightning and the system, as sentences for the person."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from resnet_viz.data import DataError
from resnet_viz.models import CheckpointError
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import (
    DataGone,
    DiskFull,
    OutOfMemory,
    ProcessLost,
    Stopped,
    TrainingError,
)

FULL = {errno.ENOSPC, errno.EDQUOT}
# Raised as plain RuntimeErrors: by the CPU allocator, oneDNN, and (for a full disk) safetensors.
OUT_OF_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
CLOSED = ("gloo", "connection closed by peer", "connection reset by peer")
NO_ROOM = ("no space left on device", "disk quota exceeded", "database or disk is full")


@contextmanager
def as_sentences(config: RunConfig) -> Iterator[None]:
    """Raise what has a plain explanation as a TrainingError, and the rest as it is."""
    try:
        yield
    except (TrainingError, Stopped):
        raise
    except Exception as error:
        if explained := explain(error, config):
            raise explained from error
        raise


def explain(error: BaseException, config: RunConfig) -> TrainingError | None:
    """The sentence for an exception or for what caused it, if there is one."""
    causes = list(_causes(error))
    if any(isinstance(cause, DataError | CheckpointError) for cause in causes):
        return DataGone(str(error))
    if any(_is_out_of_memory(cause) for cause in causes):
        return OutOfMemory(
            f"Memory did not suffice for batches of {config.batch_size} images: try a batch size "
            f"of {max(config.batch_size // 2, 2)}."
        )
    if any(_is_full(cause) for cause in causes):
        return DiskFull(
            "The disk is full: make room, then resume the run from its last checkpoint."
        )
    if config.processes > 1 and any(_is_connection(cause) for cause in causes):
        return ProcessLost(
            f"One of the run's {config.processes} processes is gone: see the run's log, then "
            "resume the run from its last checkpoint."
        )
    return None


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _is_out_of_memory(error: BaseException) -> bool:
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    return isinstance(error, RuntimeError) and _says(error, OUT_OF_MEMORY)


def _is_connection(error: BaseException) -> bool:
    if isinstance(error, torch.distributed.DistError):
        return True
    return isinstance(error, RuntimeError) and _says(error, CLOSED)


def _is_full(error: BaseException) -> bool:
    return (isinstance(error, OSError) and error.errno in FULL) or _says(error, NO_ROOM)


def _says(error: BaseException, phrases: tuple[str, ...]) -> bool:
    text = str(error).lower()
    return any(phrase in text for phrase in phrases)
