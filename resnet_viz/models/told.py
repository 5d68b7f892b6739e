"""What tensors cannot tell of a network, as a person tells it: classes, preprocessing, padding."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

from resnet_viz import checks
from resnet_viz.models.choices import CHANNEL_ORDERS, ZERO_PADDINGS
from resnet_viz.models.classifier import MOST_PIXELS
from resnet_viz.models.errors import CheckpointError

MOST_TEXT = 1_000_000  # bytes of a file of names
LETTERS = 200  # of a name
# What a card's ``assumed`` calls that which was not told.
CLASS_NAMES, NORMALISATION, INPUT_SIZE = "class names", "normalisation", "input size"
RED_FIRST, SHORTCUTS_THERE = "red as the first channel", "shortcuts"


def zeros_placed(where: str) -> str:
    """What it calls the place of zeros, a key of ``ZERO_PADDINGS``."""
    return f"zeros {ZERO_PADDINGS[where].title}"


@dataclass(frozen=True)
class Told:
    """What is known of how a network was trained; what is None is assumed.

    Attributes:
        classes: names, in the order of the answers.
        mean, std: of red, green and blue, for pixels in 0 … 1.
        input_size: side in pixels of the square that the network sees.
        zero_padding: a key of ``ZERO_PADDINGS``.
        channel_order: a key of ``CHANNEL_ORDERS``.

    Raises:
        CheckpointError: if it is no such key.
    """

    classes: tuple[str, ...] | None = None
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    input_size: int | None = None
    zero_padding: str | None = None
    channel_order: str | None = None

    def __post_init__(self) -> None:
        for what, known in (("zero_padding", ZERO_PADDINGS), ("channel_order", CHANNEL_ORDERS)):
            if (value := getattr(self, what)) is not None:
                checks.choice(what, value, known, error=CheckpointError)

    def beside(self, other: "Told") -> "Told":
        """This, and what another says where this says nothing."""
        return Told(**{what: vars(self)[what] or vars(other)[what] for what in vars(self)})

    @property
    def arguments(self) -> dict[str, Any]:
        """What `import_weights` takes."""
        return dict(vars(self))


def told(
    *,
    classes: str = "",
    mean: str = "",
    std: str = "",
    input_size: str = "",
    zero_padding: str = "",
    channel_order: str = "",
) -> Told:
    """What a person has written; nothing where a text is empty.

    Args:
        classes: names with commas or line breaks between them.
        mean, std: numbers with commas or spaces between them, for pixels in 0 … 1 or in 0 … 255.
        input_size: pixels a side.
        zero_padding, channel_order: as in `Told`.

    Raises:
        CheckpointError: if a text is none of that.
    """
    means, deviations = _numbers("mean", mean), _numbers("std", std)
    if means and deviations and len(means) != len(deviations):
        raise CheckpointError(
            f"The mean has {len(means)} numbers and the std {len(deviations)}: one of each is "
            "needed a channel."
        )
    scale = 255 if max((*(means or ()), *(deviations or ())), default=0) > 2 else 1  # of a byte
    size = input_size.strip()
    if size and (not size.isdecimal() or not 0 < int(size) <= MOST_PIXELS):
        raise CheckpointError(
            f"The input size is a whole number from 1 to {MOST_PIXELS:,}, not {size}."
        )
    return Told(
        classes=_names(classes),
        mean=means and tuple(number / scale for number in means),
        std=deviations and tuple(number / scale for number in deviations),
        input_size=int(size) if size else None,
        zero_padding=zero_padding or None,
        channel_order=channel_order or None,
    )


def names_in(path: Path) -> str:
    """The text of a file of class names.

    Raises:
        CheckpointError: if it cannot be read, or is no text.
    """
    try:
        raw = path.read_bytes()[: MOST_TEXT + 1]
        text = raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CheckpointError(f"{path.name} is no text file of class names.") from error
    if len(raw) > MOST_TEXT:
        raise CheckpointError(f"{path.name} is too long for a file of class names.")
    return text


def _names(text: str) -> tuple[str, ...] | None:
    """A name a line, or where there is one line, names with commas between them."""
    lines = text.strip().splitlines()
    parts: Sequence[str] = lines if len(lines) > 1 else text.split(",")
    names = tuple(name.strip()[:LETTERS] for name in parts if name.strip())
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise CheckpointError(f"Two classes are called {twice}: each needs a name of its own.")
    return names or None


def _numbers(what: str, text: str) -> tuple[float, ...] | None:
    try:
        numbers = tuple(float(word) for word in text.replace(",", " ").split())
    except ValueError:
        numbers = (inf,)
    least = 0 if what == "mean" else 1e-6
    if not all(isfinite(number) and number >= least for number in numbers):
        raise CheckpointError(
            f"The {what} is a number for each channel, such as 0.49, 0.48, 0.45; not "
            f"{text.strip()}."
        )
    return numbers or None
