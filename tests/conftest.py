"""What all tests share: a home of their own, so that none sees another's runs or the person's."""

import os
from pathlib import Path

import pytest

# Threads of several test processes on the same cores wait for each other instead of computing.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A first start: no runs, no caches, the run store beside them."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RESNET_VIZ_HOME", str(folder))
    monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    return folder
