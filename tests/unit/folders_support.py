"""Folders of pictures that tests make, each picture of a grey of its own."""

from pathlib import Path

import pytest
from PIL import Image

from resnet_viz import data


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RESNET_VIZ_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "animals"


def paint(folder: Path, number: int, size: tuple[int, int] = (20, 20), shade: int = 0) -> None:
    """Grey pictures, each of a shade of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(number):
        Image.new("RGB", size, (shade + index,) * 3).save(folder / f"{index:03}.png")


def shades(split: data.Split) -> list[int]:
    return split.images[:, 0, 0, 0].tolist()
