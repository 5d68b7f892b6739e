"""Training: what a run is (RunConfig, RECIPES), what it tells (Recorder), and ``fit`` that does it.

Names are imported when first used, so that a run can be described without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resnet_viz.training.config import ConfigError, RunConfig
from resnet_viz.training.errors import (
    DataGone,
    DiskFull,
    Diverged,
    OutOfMemory,
    Stopped,
    TrainingError,
)
from resnet_viz.training.recipes import RECIPES, Recipe
from resnet_viz.training.recorder import EpochRow, Recorder, StepRow

if TYPE_CHECKING:
    from resnet_viz.training.evaluation import evaluate
    from resnet_viz.training.fitting import fit

_MODULES = {"evaluate": "evaluation", "fit": "fitting"}

__all__ = [
    "RECIPES",
    "ConfigError",
    "DataGone",
    "DiskFull",
    "Diverged",
    "EpochRow",
    "OutOfMemory",
    "Recipe",
    "Recorder",
    "RunConfig",
    "StepRow",
    "Stopped",
    "TrainingError",
    "evaluate",
    "fit",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
