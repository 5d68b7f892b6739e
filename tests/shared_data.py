"""What tests take from the folder that may lie beside the checkout."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
CIFAR10_JPEG = FOLDER / "cifar10-jpeg.tar.xz"
PHOTOS = FOLDER / "photos"
ABSENT = "../shared is not beside the checkout"


def needs(path: Path) -> pytest.MarkDecorator:
    """Skip a test where what it takes is absent; the summary says in one line how many were."""
    return pytest.mark.skipif(not path.exists(), reason=ABSENT)
