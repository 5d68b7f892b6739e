"""Numbers of more than 8 bits as greys of 8: which is black, and which white."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# Bits of whole numbers -> what may be white: the first of them that no pixel exceeds. Others, and
# floats, have no white of their own: they are stretched from the least that is there to the most.
WHITES = {8: (255,), 16: (65535,), 32: (255, 65535), 64: (255, 65535)}


@dataclass(frozen=True)
class Scale:
    """What is black and what is white; the other way round where the file says so.

    Attributes:
        stretched: whether that is the least and the most in the picture.
    """

    low: float
    high: float
    stretched: bool
    inverted: bool = False

    @classmethod
    def of(
        cls, bands: Iterable[np.ndarray], whites: tuple[int, ...], *, inverted: bool = False
    ) -> "Scale":
        """The scale of a picture that is given in bands of any shape.

        Args:
            whites: what may be white, the least first.
        """
        low, high = np.inf, -np.inf
        for values in bands:
            finite = values[np.isfinite(values)]
            if finite.size:
                low, high = min(low, float(finite.min())), max(high, float(finite.max()))
        if low > high:
            low, high = 0.0, 0.0
        if whites and low >= 0 and high <= whites[-1]:
            white = next(white for white in whites if high <= white)
            return cls(0.0, float(white), stretched=False, inverted=inverted)
        return cls(low, high, stretched=True, inverted=inverted)

    @property
    def note(self) -> str:
        """What the picture was stretched from; empty where it was not."""
        if not self.stretched:
            return ""
        if self.low == self.high:
            return f"{self.low:.4g} everywhere"
        return f"stretched from {self.low:.4g} … {self.high:.4g}"

    def grey(self, values: np.ndarray) -> np.ndarray:
        """The values in 8 bits, of the same shape; black where they are no numbers."""
        wide: np.ndarray = values.astype(np.float64 if values.itemsize > 4 else np.float32)
        np.nan_to_num(wide, copy=False, nan=self.low, posinf=self.high, neginf=self.low)
        # Halves, for the span of the largest doubles is more than a double holds.
        share = (0.5 * wide - self.low / 2) / ((self.high / 2 - self.low / 2) or 1)
        if self.inverted:
            share = 1 - share
        return (share * 255).round().astype(np.uint8)
