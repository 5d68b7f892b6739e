"""Networks drawn from top to bottom, as in He et al. 2015, figure 3: frames in, SVG text out."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from resnet_viz.charts.drawing_legend import legend_of
from resnet_viz.charts.drawing_words import described
from resnet_viz.charts.drawn_networks import (
    CHANGED,
    LETTERED,
    Drawn,
    Group,
    fold,
    multiplied,
    rows_of,
    short,
)
from resnet_viz.charts.svg import AXIS, FONT, LINE, box, label, spine
from resnet_viz.frames import changes_shape
from resnet_viz.wording import counted, shape

INK = "#0F141A"
APART = " · "  # between a title and what tells it apart, each of which has a line of its own

# What tells the first network from the second where both have one colour, drawn around 0.
MARKS = {
    "●": "M -5 0 A 5 5 0 1 1 5 0 A 5 5 0 1 1 -5 0",
    "◆": "M 0 -6 L 6 0 L 0 6 L -6 0 Z",
}

# Units of the drawing; a pair of networks is as wide as a telephone.
COLUMN, BETWEEN = 214, 8
WIDEST, NARROWEST = 56, 7  # widths of boxes, which are centred on the axis
TALLEST, LOWEST = 44, 7  # heights of boxes
SHORTCUT, TEXT = 84, 95  # where arcs turn, and where text begins
GAP = 16
ADDITION = 5  # radius of the sign under a block
CARD = 3  # by how much a folded block's cards lie apart


def drawing(
    networks: Sequence[Drawn],
    *,
    unfold: bool = False,
    marked: str | None = None,
    pressable: bool = False,
    zoom: float = 1.0,
) -> str:
    """One network, or several beside each other on one scale, as the text of an SVG file.

    A box is a feature map: its height goes with the root of the map's side, its width with the
    root of its channels. Shortcuts are arcs: solid where x is added as it is or keeps its shape,
    dashed where shapes change, with a sign where x is not added as it is: the option's letter,
    and a cross where it is multiplied.

    Args:
        unfold: draw every block, and not equal neighbours as one.
        marked: the name of a part to make stand out.
        pressable: for a page, where each part is a button, named by ``data-part``, and letters have
            the page's colour; a file of its own is a picture, dark on white.
        zoom: pixels for a unit.
    """
    every = [row for network in networks for row in rows_of(network.parts)]
    maps = [shape for row in every for shape in (row.input, row.output) if len(shape) == 3]
    scale = _Scale(max(shape[1] for shape in maps), max(shape[0] for shape in maps))
    head = max(network.title.count(APART) for network in networks)
    columns = [
        _column(network, mark, scale, unfold, marked, head=head, pressable=pressable)
        for network, mark in zip(networks, itertools.cycle(MARKS), strict=False)
    ]
    width = len(networks) * (COLUMN + BETWEEN) - BETWEEN
    top = max(height for _, height in columns)
    groups = [group for network in networks for group in fold(network.parts, unfold=unfold)]
    legend, height = legend_of(networks, groups, top, width)
    body = "".join(
        f'<g transform="translate({number * (COLUMN + BETWEEN)} 0)">{drawn}</g>'
        for number, (drawn, _) in enumerate(columns)
    )
    words = described(networks)
    if pressable:  # a title would follow the pointer over all of it
        kind = f'role="group" aria-label={quoteattr(words)} fill="currentColor"'
        said = ""
    else:
        kind = f'role="img" fill="{INK}" color="{INK}"'
        titles = " and ".join(network.title for network in networks)
        said = f"<title>{escape(titles)}</title><desc>{escape(words)}</desc>"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{zoom * width:g}" height="{zoom * height:g}" {kind} '
        f'font-family="system-ui, sans-serif" font-size="{FONT}">{said}{body}{legend}</svg>'
    )


@dataclass(frozen=True)
class _Scale:
    side: int
    channels: int

    def height(self, shape: tuple[int, ...]) -> float:
        side = shape[1] if len(shape) == 3 else 1
        return max(LOWEST, TALLEST * math.sqrt(side / self.side))

    def width(self, shape: tuple[int, ...]) -> float:
        share = min(1.0, math.sqrt(shape[0] / self.channels))
        return max(NARROWEST, WIDEST * share)


def _column(
    network: Drawn,
    mark: str,
    scale: _Scale,
    unfold: bool,
    marked: str | None,
    *,
    head: int,
    pressable: bool,
) -> tuple[str, float]:
    """One network's drawing, and the height at which it ends.

    Args:
        head: lines that are kept under the title for what tells the networks apart.
    """
    parts = network.parts
    title, *details = network.title.split(APART)
    y = 16.0
    drawn = [
        f'<path class="mark" d="{MARKS[mark]}" transform="translate(7 {y - 4:g})" '
        f'fill="{network.hue}"/>',
        label(16, y, title, weight="bold", size=FONT + 2),
    ]
    for line in (
        *details,
        f"{counted(int(parts['parameters'].sum()))} parameters",
        f"{counted(int(parts['multiply_adds'].sum()))} multiply-adds",
        *[""] * (head - len(details)),
    ):
        y += LINE + 1
        drawn.append(label(16, y, line, opacity=0.8))
    y += LINE
    image = tuple(parts["input"].iloc[0])
    height = scale.height(image)
    drawn.append(box(y, height, scale.width(image), "currentColor", strong=False))
    drawn += _lines(y, height, ["image", shape(image)])
    y += max(height, 2 * LINE)
    for group in fold(parts, unfold=unfold):
        begin, (piece, y) = y, _group(group, network, scale, y, marked)
        kind = f'class="part" data-count="{len(group.names)}"'
        if pressable:
            kind += _as_button(group, network, marked)
            piece = (
                f'<rect class="room" y="{begin:g}" width="{COLUMN}" height="{y - begin:g}" '
                f'fill="none" pointer-events="all"/>{piece}'
            )
        drawn.append(f"<g {kind}>{piece}</g>")
    return "".join(drawn), y + 4


def _group(
    group: Group, network: Drawn, scale: _Scale, y: float, marked: str | None
) -> tuple[str, float]:
    """A box with its text, the line that leads to it and its shortcut; where it ends."""
    row, count = group.first, len(group.names)
    height, width = scale.height(row.output), scale.width(row.output)
    lines = _says(group)
    room = max(height + CARD * min(count - 1, 2), LINE * len(lines))
    top = y + GAP + (room - height) / 2
    end = y + GAP + room
    strong = marked in group.names
    drawn = [spine(y, top)]
    drawn += [
        box(top, height, width, network.hue, shift=CARD * card, strong=False)
        for card in range(min(count - 1, 2), 0, -1)
    ]
    drawn.append(box(top, height, width, network.hue, strong=strong))
    drawn += _lines(y + GAP, room, lines, heading=strong or count > 1)
    if row.shortcut != "none":
        drawn.append(_shortcut(row, network, y + GAP / 2 - 3, end + ADDITION))
    is_block = bool(row.stage) and row.kind != "transition"
    below = end + 2 * ADDITION * is_block  # a plain block leaves the same room
    drawn.append(spine(top + height, end if row.shortcut != "none" else below, arrow=False))
    return "".join(drawn), below


def _as_button(group: Group, network: Drawn, marked: str | None) -> str:
    """What makes a part a button; of equal blocks drawn as one it chooses the first."""
    is_marked = marked in group.names
    name = quoteattr(str(marked if is_marked else group.names[0]))
    label = quoteattr(f"{group.name} of {network.title}")
    pressed = str(is_marked).lower()
    return f' role="button" data-part={name} aria-label={label} aria-pressed="{pressed}"'


def _says(group: Group) -> list[str]:
    row, count = group.first, len(group.names)
    name = f"{group.name}  × {count}" if count > 1 else group.name
    if group.repeats:
        return [name]
    layers = [short(convolution) for convolution in row.convolutions.split(" → ") if convolution]
    if row.pools:
        layers.append("max-pool, /2")
    if row.kind == "head":
        return [name, "average, linear", f"→ {row.output[0]:,} classes"]
    return [name, *layers, f"→ {shape(row.output)}"]


def _lines(
    y: float,
    room: float,
    lines: list[str],
    *,
    heading: bool = False,
) -> list[str]:
    """Lines of text beside a box, in the middle of its room."""
    first = y + (room - LINE * len(lines)) / 2 + LINE - 3
    return [
        label(
            TEXT,
            first + LINE * number,
            line,
            weight="bold" if heading and number == 0 else "normal",
            opacity=1 if number == 0 else 0.78,
        )
        for number, line in enumerate(lines)
    ]


def _shortcut(row: Any, network: Drawn, start: float, end: float) -> str:
    """The arc around a block, and the addition that it leads to."""
    changed = changes_shape(row)
    radius = min(11.0, (end - start) / 2)
    path = (
        f"M {AXIS} {start:g} H {SHORTCUT - radius:g} "
        f"A {radius:g} {radius:g} 0 0 1 {SHORTCUT} {start + radius:g} "
        f"V {end - radius:g} "
        f"A {radius:g} {radius:g} 0 0 1 {SHORTCUT - radius:g} {end:g} H {AXIS + ADDITION}"
    )
    dashes = ' stroke-dasharray="4 3"' if changed else ""
    kind = "changed" if changed else "same"
    drawn = (
        f'<path class="shortcut {kind}" d="{path}" fill="none" stroke="{network.hue}" '
        f'stroke-width="2"{dashes}/>'
        f'<circle cx="{AXIS}" cy="{end:g}" r="{ADDITION}" fill="none" stroke="{network.hue}" '
        f'stroke-width="1.5"/>'
        f'<path d="M {AXIS - 3} {end:g} h 6 M {AXIS} {end - 3:g} v 6" stroke="{network.hue}" '
        f'stroke-width="1.5"/>'
    )
    sign = (network.shortcut if row.shortcut in LETTERED else "") + CHANGED * bool(multiplied(row))
    if not sign:
        return drawn
    middle, size = (start + end) / 2, 10 if len(sign) == 1 else 8
    return drawn + (
        f'<circle cx="{SHORTCUT}" cy="{middle:g}" r="7" fill="{network.hue}"/>'
        f'<text class="option" x="{SHORTCUT}" y="{middle + 3.5:g}" fill="#FFFFFF" '
        f'font-size="{size}" font-weight="bold" text-anchor="middle">{sign}</text>'
    )
