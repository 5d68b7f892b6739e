"""The photographs that come with installed packages."""

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms
from sklearn.datasets import load_sample_image

from resnet_viz import data
from resnet_viz.data.photographs import Photograph


@pytest.mark.parametrize("name", data.PHOTOGRAPHS)
def test_a_photograph_is_a_colour_picture_of_some_size(name):
    photograph = data.PHOTOGRAPHS[name]
    picture = photograph.load()
    assert picture.mode == "RGB"
    assert min(picture.size) >= 300
    pixels = np.asarray(picture, dtype=float)
    assert pixels.std((0, 1)).min() > 20
    assert np.abs(pixels[..., 0] - pixels[..., 2]).max() > 20
    assert photograph.origin.split(", ")[1] in ("CC0", "public domain", "CC BY 2.0")


def test_those_of_the_packages_are_the_packages_own():
    skimage = pytest.importorskip("skimage.data")
    for name, pixels in (
        ("cat", skimage.chelsea()),
        ("coffee", skimage.coffee()),
        ("flower", load_sample_image("flower.jpg")),
        ("tower", load_sample_image("china.jpg")),
    ):
        assert np.array_equal(np.asarray(data.PHOTOGRAPHS[name].load()), pixels)
    # It has a colour profile, which scikit-image leaves aside.
    rocket = Image.fromarray(skimage.rocket())
    path = Path(skimage.__file__).parent / "rocket.jpg"
    profile = ImageCms.ImageCmsProfile(io.BytesIO(Image.open(path).info["icc_profile"]))
    seen = ImageCms.profileToProfile(rocket, profile, ImageCms.createProfile("sRGB"))
    apart = np.abs(np.asarray(data.PHOTOGRAPHS["rocket"].load()).astype(int) - np.asarray(seen))
    assert apart.max() <= 2


def test_neither_the_packages_nor_torch_are_waited_for():
    code = (
        "import sys; from resnet_viz import data; [p.load() for p in data.PHOTOGRAPHS.values()];"
        "sys.exit(bool({'torch', 'sklearn', 'skimage'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("package", "file"), [("no_such_package", "a.png"), ("sklearn", "a.png")])
def test_a_package_that_is_not_installed_gets_one_sentence(package, file):
    with pytest.raises(data.DataError, match="which is not installed; install"):
        Photograph("a cat", package, file, "nobody, CC0", "cat").load()
