"""Numbers of any size, as sentences and charts write them."""

import math

EXACT = 300  # powers of ten, up and down, to which a float is as exact as anywhere
MINUS = "−"
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def size(*sides: int) -> str:
    """Pixels a side, such as 32 × 32, which no line breaks apart."""
    return "\u00a0×\u00a0".join(map(str, sides))


def number(value: float) -> str:
    """A number of any size in Markdown: 3,100, 0.25, 4.1·10⁻²³ or ∞; a dash if it is none."""
    if math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if value == 0:  # also below zero, as a limit
        return "0"
    mantissa, exponent = f"{value:.1e}".split("e")
    raised = int(exponent)
    if -3 <= raised < 6:
        said = f"{value:,.0f}" if raised >= 2 else f"{value:.2g}"
    else:
        said = f"{mantissa}·10{str(raised).translate(RAISED)}"
    return said.replace("-", MINUS)


def power(logarithm: float, sign: float = 1.0) -> str:
    """`number` of ±10 to a power, also where no float is so small or so large."""
    if abs(logarithm) < EXACT or math.isinf(logarithm):
        return number(sign * 10.0**logarithm)
    whole = math.floor(logarithm)
    mantissa, carried = f"{sign * 10 ** (logarithm - whole):.1e}".split("e")
    return f"{mantissa.replace('-', MINUS)}·10{str(whole + int(carried)).translate(RAISED)}"
