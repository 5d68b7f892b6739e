"""How a run ends before its last step, in one sentence each."""

# ruff: noqa: N818 - an error is named after what happened

from resnet_viz.errors import UserError


class TrainingError(UserError):
    """A run cannot go on; the text says what to do, ``__cause__`` holds what happened."""


class OutOfMemory(TrainingError):
    """The device's memory did not suffice."""


class DiskFull(TrainingError):
    """A checkpoint or a record found no room."""


class DataGone(TrainingError):
    """The data set or the checkpoint to start from cannot be read."""


class Diverged(TrainingError):
    """The loss is no longer a finite number."""


class CheckpointLost(TrainingError):
    """No saved state of the run can be read."""


class DeviceMissing(TrainingError):
    """The device that the run asks for is not there."""


class TooFewImages(TrainingError):
    """A batch has too few images for the processes that share it."""


class ProcessLost(TrainingError):
    """One of the processes that train together is gone."""


class TooLarge(TrainingError):
    """A server does not build such a network while somebody waits."""


class Unmeasured(TrainingError):
    """How long a run takes could not be measured."""


class Stopped(Exception):
    """No failure: the run was asked to stop, and is saved after ``step`` steps."""

    def __init__(self, step: int) -> None:
        super().__init__(f"Stopped after step {step}.")
        self.step = step
