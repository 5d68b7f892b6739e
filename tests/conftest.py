"""What all tests share: a home of their own, so that none sees another's runs or the person's."""

from pathlib import Path

import pytest


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    """A first start: no runs, no caches, the run store beside them."""
    folder = tmp_path / "home"
    monkeypatch.setenv("RESNET_VIZ_HOME", str(folder))
    monkeypatch.delenv("RESNET_VIZ_STORE", raising=False)
    return folder
