"""Shapes, counts and shares in words, for whatever writes them: drawings, tables and sentences."""

import math
from collections.abc import Sequence

SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def shape(sizes: Sequence[int]) -> str:
    """Height × width × channels, as in the papers."""
    channels, *sides = sizes
    return "×".join(map(str, (*sides, channels)))


def counted(number: int) -> str:
    """A number in three digits: 464, 853 k, 25.6 M, 4.09 G."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            value = number / size
            return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f} {letter}"
    return str(number)


def trained_on(network: str, data: str) -> str:
    """What a trained network is called: ``plain-56 on digits``."""
    return f"{network} on {data}"


def several(number: int, noun: str, many: str = "") -> str:
    """A number of things: ``1 picture``, ``2 pictures``, ``1,797 pictures``.

    Args:
        many: the plural, where it is not the noun with an s.
    """
    return f"{number:,} {noun if number == 1 else many or f'{noun}s'}"


def in_words(number: int) -> str:
    """A small number as prose has it, a larger one in digits."""
    return SMALL[number] if number < len(SMALL) else str(number)


def whole_share(share: float) -> str:
    """A share without its decimals, a half rounded up, where a format would round it to even."""
    return str(math.floor(share + 0.5))


def listed(names: Sequence[str]) -> str:
    """``one``, ``one and two``, or ``one, two and three``."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
