"""A picture as the pages hand it on."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image


@dataclass(frozen=True)
class Sample:
    """A picture with a name for the person and a key for caches."""

    name: str
    key: str
    image: "Image.Image"
    label: str | None = None

    @property
    def title(self) -> str:
        """Its name, and its class where the name does not say it."""
        said = self.label is None or self.label in self.name.split()
        return self.name if said else f"{self.name}: {self.label}"
