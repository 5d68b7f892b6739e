"""A run's config with its places in full, so that a worker in another folder finds them."""

import os
from dataclasses import replace
from pathlib import Path

from resnet_viz.data import DATA_SETS, local_sets
from resnet_viz.models.architecture import IMAGENET
from resnet_viz.runs.errors import RunError
from resnet_viz.training.config import RunConfig


def resolved(config: RunConfig) -> RunConfig:
    """The config as a worker in another folder can use it.

    Raises:
        RunError: if what it trains on or starts from is not there.
    """
    return replace(
        config,
        data=config.data if config.data in DATA_SETS else _folder(config.data),
        start=_checkpoint(config.start) if config.start else None,
    )


def _folder(data: str) -> str:
    folder = local_sets.place(data)
    if os.path.isfile(folder):
        raise RunError(
            f"{data!r} is a file: make a data set of an archive with the command unpack, or choose "
            "a folder."
        )
    if not os.path.isdir(folder):
        known = ", ".join(local_sets.known())
        raise RunError(f"There is no data set or folder {data!r}: choose {known} or a folder.")
    return str(folder.resolve())


def _checkpoint(start: str) -> str:
    if start == IMAGENET:
        return start  # the worker knows where these weights are
    path = Path(start).expanduser()
    if not path.is_file():
        raise RunError(f"There is no checkpoint {start!r} to start from.")
    return str(path.resolve())
