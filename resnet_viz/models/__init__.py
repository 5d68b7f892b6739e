"""The networks: one ResNet class, the architecture table, and checkpoints that explain themselves.

Names are imported when first used, so that the architecture table can be read without torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.errors import ArchitectureError, CheckpointError, ExportError

if TYPE_CHECKING:
    from resnet_viz.models.checkpoint import load, read_card
    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.foreign import import_weights
    from resnet_viz.models.resnet import ResNet, build

_MODULES = {
    "load": "checkpoint",
    "read_card": "checkpoint",
    "Classifier": "classifier",
    "import_weights": "foreign",
    "ResNet": "resnet",
    "build": "resnet",
}

__all__ = [
    "ARCHITECTURES",
    "Architecture",
    "ArchitectureError",
    "CheckpointError",
    "Classifier",
    "ExportError",
    "ResNet",
    "build",
    "import_weights",
    "load",
    "read_card",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
