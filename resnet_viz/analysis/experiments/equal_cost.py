"""What a block of many narrow paths costs, and how wide they are at equal cost; no torch."""

import math

from resnet_viz import checks
from resnet_viz.errors import UserError

OUTER = 256  # channels that a block of the first stage takes in and puts out
MOST_PATHS, MOST_WIDTH = 256, 256


class CardinalityError(UserError):
    """Paths that do not exist or cannot cost what is asked; the text says what to do instead."""


def weights(cardinality: int, width: int, outer: int = OUTER) -> int:
    """Weights of a block, C·(256·d + 3·3·d·d + d·256): Xie et al. 2016, section 3.3, equation 4.

    Args:
        cardinality: number of paths, C.
        width: channels of each path, d.
        outer: channels that the block takes in and puts out.

    Raises:
        CardinalityError: if a number is not a whole one, or too small or large.
    """
    _check_paths(cardinality)
    checks.whole("The width of a path", width, least=1, most=MOST_WIDTH, error=CardinalityError)
    return cardinality * (outer * width + 3 * 3 * width * width + width * outer)


def width_at_equal_cost(cardinality: int, budget: int, outer: int = OUTER) -> int:
    """The width of so many paths that costs about as many weights, to the nearest channel.

    Solves C·(2·256·d + 9·d²) = budget for d.

    Raises:
        CardinalityError: if paths of one channel each cost more than that.
    """
    _check_paths(cardinality)
    narrowest = weights(1, 1, outer)
    if cardinality * narrowest > budget:
        most = max(1, budget // narrowest)
        raise CardinalityError(
            f"{cardinality} paths cost {cardinality * narrowest:,} weights even with one channel "
            f"each, more than {budget:,}: choose at most {most} path{'s' if most > 1 else ''}."
        )
    root = math.sqrt(outer**2 + 9 * budget / cardinality)
    return max(1, round((root - outer) / 9))


def _check_paths(cardinality: int) -> None:
    checks.whole("The cardinality", cardinality, least=1, most=MOST_PATHS, error=CardinalityError)
