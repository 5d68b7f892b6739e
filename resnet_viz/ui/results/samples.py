"""A picture as the pages hand it on."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resnet_viz.data.cuts import CENTRE, Cut

if TYPE_CHECKING:
    from PIL import Image

IN_THE_MIDDLE = Cut()


@dataclass(frozen=True)
class Sample:
    """A picture with a name for the person and a key for caches.

    Attributes:
        label: the class that it shows, where that is known.
        credit: whose it is, and under which licence.
        suits: how it is cut where nobody says otherwise.
        cut: how it was cut; ``original`` is then what it was cut from.
        note: what has to be said of how it was read, in a clause.
    """

    name: str
    key: str
    image: "Image.Image"
    label: str | None = None
    credit: str = ""
    suits: str = CENTRE
    cut: Cut = IN_THE_MIDDLE
    original: "Image.Image | None" = None
    note: str = ""

    def cut_as(self, cut: Cut) -> "Sample":
        """The part of it that is to be seen; networks take the centre square themselves."""
        if cut.box(self.image.size) == IN_THE_MIDDLE.box(self.image.size):
            return self
        key = f"{self.key}/{cut.how}/{cut.side}/{cut.across}/{cut.down}"
        image = cut.apply(self.image)
        return replace(self, key=key, image=image, cut=cut, original=self.image)

    @property
    def whole(self) -> "Image.Image":
        """The picture as it came."""
        return self.original or self.image

    @property
    def title(self) -> str:
        """Its name, and its class where the name does not say it."""
        said = self.label is None or self.label in self.name.split()
        return self.name if said else f"{self.name}: {self.label}"
