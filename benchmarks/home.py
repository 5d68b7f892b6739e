"""A home for the runs and caches of one measurement."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def own_home() -> Iterator[Path]:
    """A folder of runs and caches that nobody else uses, gone afterwards."""
    before = {name: os.environ.pop(name, None) for name in ("RESNET_VIZ_HOME", "RESNET_VIZ_STORE")}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        os.environ["RESNET_VIZ_HOME"] = folder
        try:
            yield Path(folder)
        finally:
            del os.environ["RESNET_VIZ_HOME"]
            os.environ.update({name: value for name, value in before.items() if value is not None})
