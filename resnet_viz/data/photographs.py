"""Photographs that are here without a network: free ones that ship, and those of the libraries.

Each is shown cut so that its object fills the square that CIFAR-10's pictures show: of the cat, a
portrait, that takes the whole picture, for in the centre square its ears are cut off.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from resnet_viz.data.cuts import CENTRE, WHOLE
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
        cut: how it is cut to a square where nobody says otherwise.
    """

    title: str
    package: str
    file: str
    origin: str
    label: str
    cut: str = CENTRE

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
    "horses": Photograph(
        "a horse herd",
        "resnet_viz",
        "data/free/horses.jpg",
        "Seth Zeigler, CC0, from Wikimedia Commons (Nokota Horse Stud Band)",
        label="horse",
    ),
    "cat": Photograph(
        "a cat (Chelsea)",
        "skimage",
        "data/chelsea.png",
        "Stéfan van der Walt, CC0, with scikit-image",
        label="cat",
        cut=WHOLE,
    ),
    "moose": Photograph(
        "a moose, a kind of deer",
        "resnet_viz",
        "data/free/moose.jpg",
        "Ryan Hagerty, public domain, from Wikimedia Commons (Male Moose)",
        label="deer",
    ),
    "kingfisher": Photograph(
        "a kingfisher, a bird",
        "resnet_viz",
        "data/free/kingfisher.jpg",
        "Frank-2.0, CC0, from Wikimedia Commons (Eisvogel kingfisher)",
        label="bird",
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
