"""Data sets held in memory, augmentation a batch at a time, and careful reading of pictures.

Names are imported when first used, so that importing the package does not wait for torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnet_viz.data.archive_unpacking import unpack
    from resnet_viz.data.batches import augment, normalise
    from resnet_viz.data.cuts import Cut
    from resnet_viz.data.dataset import DataSet, Split
    from resnet_viz.data.errors import DataError
    from resnet_viz.data.loading import load
    from resnet_viz.data.local_sets import (
        at_hand,
        available,
        classes,
        identity,
        known,
        resolved,
        title,
    )
    from resnet_viz.data.photographs import PHOTOGRAPHS
    from resnet_viz.data.pictures import ImageError, note_of, read_image
    from resnet_viz.data.registry import DATA_SETS

_MODULES = {
    "augment": "batches",
    "normalise": "batches",
    "Cut": "cuts",
    "DataError": "errors",
    "DataSet": "dataset",
    "Split": "dataset",
    "PHOTOGRAPHS": "photographs",
    "ImageError": "pictures",
    "note_of": "pictures",
    "read_image": "pictures",
    "at_hand": "local_sets",
    "available": "local_sets",
    "classes": "local_sets",
    "identity": "local_sets",
    "known": "local_sets",
    "resolved": "local_sets",
    "title": "local_sets",
    "DATA_SETS": "registry",
    "load": "loading",
    "unpack": "archive_unpacking",
}

__all__ = [
    "DATA_SETS",
    "PHOTOGRAPHS",
    "Cut",
    "DataError",
    "DataSet",
    "ImageError",
    "Split",
    "at_hand",
    "augment",
    "available",
    "classes",
    "identity",
    "known",
    "load",
    "normalise",
    "note_of",
    "read_image",
    "resolved",
    "title",
    "unpack",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
