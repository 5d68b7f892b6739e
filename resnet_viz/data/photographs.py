"""Photographs that come with the libraries this project stands on: real ones, without a network."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.data.errors import DataError
from resnet_viz.data.pictures import read_image

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Photograph:
    """A photograph in the folder of an installed package.

    Attributes:
        title: what is to be seen.
        origin: who took it, its licence and the package, in a clause.
        label: the class that it shows, one of CIFAR-10 or ImageNet where there is such a class.
    """

    title: str
    package: str
    file: str
    origin: str
    label: str

    def load(self) -> "Image.Image":
        """The upright RGB picture, read from the package's folder; the package is not imported."""
        spec = find_spec(self.package)
        try:
            if spec is None or spec.origin is None:
                raise FileNotFoundError
            return read_image((Path(spec.origin).parent / self.file).read_bytes())
        except OSError as error:
            raise DataError(
                f"The photograph of {self.title} comes with {self.package}, which is not "
                "installed; install requirements.txt again."
            ) from error


PHOTOGRAPHS = {
    "cat": Photograph(
        "a cat (Chelsea)",
        "skimage",
        "data/chelsea.png",
        "Stéfan van der Walt, CC0, with scikit-image",
        label="cat",
    ),
    "coffee": Photograph(
        "a cup of espresso",
        "skimage",
        "data/coffee.png",
        "Rachel Michetti, CC0, with scikit-image",
        label="espresso",
    ),
    "rocket": Photograph(
        "a rocket before its launch",
        "skimage",
        "data/rocket.jpg",
        "SpaceX, public domain, with scikit-image",
        label="rocket",
    ),
    "flower": Photograph(
        "a dahlia",
        "sklearn",
        "datasets/images/flower.jpg",
        "vultilion on Flickr, CC BY 2.0, with scikit-learn",
        label="dahlia",
    ),
    "tower": Photograph(
        "a tower of the Summer Palace",
        "sklearn",
        "datasets/images/china.jpg",
        "danielbuechele on Flickr, CC BY 2.0, with scikit-learn",
        label="tower",
    ),
}
