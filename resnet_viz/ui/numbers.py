"""Numbers of any size, as they are written in a sentence."""

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float) -> str:
    """A number of any size in Markdown: 3,100, 0.25 or 4.1·10⁻²³."""
    mantissa, exponent = f"{value:.1e}".split("e")
    power = int(exponent)
    if -3 <= power < 6:
        return f"{value:,.0f}" if power >= 2 else f"{value:.2g}"
    return f"{mantissa}·10{str(power).translate(RAISED)}"
