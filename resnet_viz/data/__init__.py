"""Data sets held in memory, augmentation a batch at a time, and careful reading of pictures.

Names are imported when first used, so that importing the package does not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.data.batches import augment, normalise
    from resnet_viz.data.dataset import DataSet, Split
    from resnet_viz.data.errors import DataError
    from resnet_viz.data.names import at_hand, available, classes, known, stamp
    from resnet_viz.data.photographs import PHOTOGRAPHS
    from resnet_viz.data.pictures import ImageError, read_image
    from resnet_viz.data.sources import load
    from resnet_viz.data.unpacking import unpack

_MODULES = {
    "augment": "batches",
    "normalise": "batches",
    "DataError": "errors",
    "DataSet": "dataset",
    "Split": "dataset",
    "PHOTOGRAPHS": "photographs",
    "ImageError": "pictures",
    "read_image": "pictures",
    "at_hand": "names",
    "available": "names",
    "classes": "names",
    "known": "names",
    "stamp": "names",
    "load": "sources",
    "unpack": "unpacking",
}

__all__ = [
    "PHOTOGRAPHS",
    "DataError",
    "DataSet",
    "ImageError",
    "Split",
    "at_hand",
    "augment",
    "available",
    "classes",
    "known",
    "load",
    "normalise",
    "read_image",
    "stamp",
    "unpack",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
