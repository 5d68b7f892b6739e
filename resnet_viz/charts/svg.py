"""What a network is drawn with: boxes, the line between them, and text, as SVG."""

from xml.sax.saxutils import escape

# Units of the drawing.
AXIS = 42  # where the boxes are centred
LINE, FONT = 13, 11


def box(y: float, height: float, width: float, hue: str, *, shift: float = 0, strong: bool) -> str:
    return (
        f'<rect x="{AXIS - width / 2 + shift:g}" y="{y + shift:g}" width="{width:g}" '
        f'height="{height:g}" rx="2" fill="{hue}" fill-opacity="{0.75 if strong else 0.28}" '
        f'stroke="{hue}" stroke-width="{2.5 if strong else 1.2}"/>'
    )


def spine(start: float, end: float, *, arrow: bool = True) -> str:
    """The way of the numbers through the network, from top to bottom."""
    head = f"M {AXIS - 3} {end - 4:g} L {AXIS} {end:g} L {AXIS + 3} {end - 4:g}" if arrow else ""
    return (
        f'<path d="M {AXIS} {start:g} V {end:g} {head}" fill="none" stroke="currentColor" '
        'stroke-opacity="0.55"/>'
    )


def label(
    x: float, y: float, text: str, *, weight: str = "normal", size: int = FONT, opacity: float = 1
) -> str:
    look = f' font-weight="{weight}"' if weight != "normal" else ""
    look += f' font-size="{size}"' if size != FONT else ""
    look += f' fill-opacity="{opacity}"' if opacity != 1 else ""
    return f'<text x="{x:g}" y="{y:g}"{look} xml:space="preserve">{escape(text)}</text>'
