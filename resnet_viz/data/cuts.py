"""How a picture of any shape is cut to the square that a network takes."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

CENTRE, WHOLE, BY_HAND = "centre", "whole, with bars", "by hand"
BARS = (0, 0, 0)


@dataclass(frozen=True)
class Cut:
    """A square of a picture.

    Attributes:
        how: one of the three ways.
        side: of a square cut by hand, in per cent of the picture's shorter side.
        across, down: where that square lies, in per cent of the way it can be moved.
    """

    how: str = CENTRE
    side: int = 100
    across: int = 50
    down: int = 50

    def box(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom in the picture's pixels; outside of it where bars are."""
        width, height = size
        if self.how == WHOLE:
            side = max(size)
            left, top = (width - side) // 2, (height - side) // 2
        else:
            by_hand = self.how == BY_HAND
            side = max(1, round(min(size) * self.side / 100)) if by_hand else min(size)
            across, down = (self.across, self.down) if by_hand else (50, 50)
            left, top = (width - side) * across // 100, (height - side) * down // 100
        return left, top, left + side, top + side

    def apply(self, image: "Image.Image") -> "Image.Image":
        """The square, in the picture's own resolution; bars are black."""
        from PIL import Image

        left, top, right, bottom = self.box(image.size)
        if self.how != WHOLE:
            return image.crop((left, top, right, bottom))
        square = Image.new("RGB", (right - left, bottom - top), BARS)
        square.paste(image, (-left, -top))
        return square
