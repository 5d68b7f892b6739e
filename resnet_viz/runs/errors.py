"""What can go wrong with runs, in sentences for the person."""

import errno

from resnet_viz.errors import UserError

DISK_FULL = "The disk is full: make room on it, then resume the run."
OUT_OF_MEMORY = (
    "This machine ran out of memory: close other programs or train with a smaller batch size."
)


class RunError(UserError):
    """A run or the run store cannot do what was asked; the text says what to do."""


class StoreBusyError(RunError):
    """The run store takes nothing now, and may later: others hold it, or its server is away."""


class Superseded(BaseException):
    """Another worker has taken this run over, or it was deleted: end without writing anything.

    No ``Exception``, because whatever catches those on the way would turn it into a failed run.
    """


def sentence(error: BaseException) -> str | None:
    """What an exception says to the person, or None if it was not written for one."""
    if isinstance(error, ValueError) and type(error).__module__.split(".")[0] == "resnet_viz":
        return str(error)
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    if isinstance(error, MemoryError):
        return OUT_OF_MEMORY
    return None
