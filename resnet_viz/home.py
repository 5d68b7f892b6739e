"""Where runs, caches, the pages and the shipped checkpoints live."""

import os
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
# In a checkout the pages stand beside the package, in what was installed from a wheel inside it.
IS_CHECKOUT = (PACKAGE.parent / "app.py").is_file() and (PACKAGE.parent / "pages").is_dir()
DASHBOARD = PACKAGE.parent if IS_CHECKOUT else PACKAGE / "dashboard"
APP = DASHBOARD / "app.py"
SHIPPED = DASHBOARD / "checkpoints"


def home() -> Path:
    """Folder of this user's runs, which is made if it is not there.

    It is ``RESNET_VIZ_HOME``; else ``runs/`` in the working directory, where that is in the
    checkout; else where the system keeps a user's data.
    """
    folder = Path(os.environ.get("RESNET_VIZ_HOME") or _usual()).expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _usual() -> Path:
    if IS_CHECKOUT and Path.cwd().is_relative_to(DASHBOARD):
        return Path("runs")
    import platformdirs  # a machine that only trains has named its folder, and needs none of this

    return platformdirs.user_data_path("resnet_viz", appauthor=False)


def cache() -> Path:
    """Folder of downloaded and decoded data sets."""
    folder = home() / "cache"
    folder.mkdir(exist_ok=True)
    return folder


def data_sets() -> Path:
    """Folder of this user's own data sets: each is a folder of pictures and goes by its name."""
    return home() / "data"
