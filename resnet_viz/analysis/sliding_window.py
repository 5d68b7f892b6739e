"""Where the window of a convolution or a pooling goes along one side of a picture; no torch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from resnet_viz import checks
from resnet_viz.errors import UserError

# Field -> its least value, and why there is none below.
LEAST = {
    "size": (1, "or there is nothing to look at"),
    "kernel": (1, "or it would look at nothing"),
    "padding": (0, "because it can only add pixels"),
    "stride": (1, "or the kernel would never move on"),
    "dilation": (1, "because it is the way from one tap to the next"),
}


class WindowError(UserError):
    """A window that cannot be laid over its picture; the text says what to do instead."""


@dataclass(frozen=True)
class Window:
    """A window that slides along one side of a picture; a square one does the same on both.

    Attributes:
        size: pixels of the picture, n.
        kernel: taps of the window, f.
        padding: zeros that are added at either end, p.
        stride: pixels from one place of the window to the next, s.
        dilation: pixels from one tap to the next, d.

    Raises:
        WindowError: if a number is too small, or the kernel reaches over the padded picture.
    """

    size: int
    kernel: int
    padding: int = 0
    stride: int = 1
    dilation: int = 1

    def __post_init__(self) -> None:
        for name, (least, why) in LEAST.items():
            what = f"The {name}"
            checks.whole(what, getattr(self, name), least=least, why=why, error=WindowError)
        if self.span > self.padded:
            raise WindowError(
                f"The kernel reaches over {self.span} pixels, but the picture with its padding has "
                f"only {self.padded}: choose a smaller kernel or dilation, a larger picture, or "
                "more padding."
            )

    @property
    def span(self) -> int:
        """Pixels from the first tap to the last, both included."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        """Pixels of the picture with its padding."""
        return self.size + 2 * self.padding

    @property
    def room(self) -> int:
        """By how many pixels the window can be moved; the stride divides it or does not."""
        return self.padded - self.span

    @property
    def output(self) -> int:
        """Places of the window, ⌊(n + 2p − d(f − 1) − 1)/s⌋ + 1: pixels a side of what comes out.

        Dumoulin & Visin 2016, arXiv:1603.07285; PyTorch's ``nn.Conv2d``.
        """
        return self.room // self.stride + 1

    @property
    def rest(self) -> int:
        """Pixels at the end of the padded picture that the window never reaches."""
        return self.room % self.stride

    def taps(self, place: int) -> tuple[int, ...]:
        """Pixels that the window reads at one of its places, from 0; outside the picture padding.

        Raises:
            WindowError: if there is no such place.
        """
        if not 0 <= place < self.output:
            raise WindowError(
                f"The window has the places 0 to {self.output - 1}, so none has number {place}."
            )
        first = place * self.stride - self.padding
        return tuple(range(first, first + self.span, self.dilation))

    @property
    def unread(self) -> tuple[int, ...]:
        """Pixels of the picture that no tap reads at any place."""
        read = {pixel for place in range(self.output) for pixel in self.taps(place)}
        return tuple(pixel for pixel in range(self.size) if pixel not in read)


def read(
    pixels: NDArray[np.floating], taps: tuple[Sequence[int], Sequence[int]]
) -> NDArray[np.floating]:
    """What a kernel reads of a picture (n, n) at one place: shape (f, f), 0 where it is padding.

    Args:
        taps: the rows and the columns, from `Window.taps`.
    """
    found = np.zeros(tuple(map(len, taps)), dtype=pixels.dtype)
    for place in np.ndindex(found.shape):
        row, column = taps[0][place[0]], taps[1][place[1]]
        if 0 <= row < pixels.shape[0] and 0 <= column < pixels.shape[1]:
            found[place] = pixels[row, column]
    return found
