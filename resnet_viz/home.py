"""Where runs, caches and the shipped checkpoints live."""

import os
from pathlib import Path

SHIPPED = Path(__file__).resolve().parent.parent / "checkpoints"


def home() -> Path:
    """Folder of this user's runs: ``RESNET_VIZ_HOME``, or ``runs/`` in the working directory."""
    folder = Path(os.environ.get("RESNET_VIZ_HOME") or "runs").expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def cache() -> Path:
    """Folder of downloaded and decoded data sets."""
    folder = home() / "cache"
    folder.mkdir(exist_ok=True)
    return folder


def data_sets() -> Path:
    """Folder of this user's own data sets: each is a folder of pictures and goes by its name."""
    return home() / "data"
