"""Networks drawn from top to bottom, as in He et al. 2015, figure 3: frames in, SVG text out."""

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import pandas as pd

from resnet_viz.charts.colours import colour
from resnet_viz.frames import changes_shape
from resnet_viz.wording import counted, shape

INK, DARK_INK = "#1A2129", "#E9EEF3"
# An image has no theme of its own, but browsers tell it the one of the page around it.
ADAPTS = (
    f"<style>@media (prefers-color-scheme: dark) "
    f"{{ svg {{ fill: {DARK_INK}; color: {DARK_INK}; }} }}</style>"
)
APART = " · "  # between a title and what tells it apart, each of which has a line of its own
LETTERED = ("zero padding", "projection")  # shortcuts on which the option's letter stands
CHANGED = "×"  # stands on shortcuts that multiply x by a constant, or by dropout's ones and zeros

# What tells the first network from the second where both have one colour, drawn around 0.
MARKS = {
    "●": "M -5 0 A 5 5 0 1 1 5 0 A 5 5 0 1 1 -5 0",
    "◆": "M 0 -6 L 6 0 L 0 6 L -6 0 Z",
}

# Units of the drawing; a pair of networks is as wide as a telephone.
COLUMN, BETWEEN = 214, 8
AXIS, WIDEST, NARROWEST = 42, 56, 7  # where the boxes are centred, and their widths
TALLEST, LOWEST = 44, 7  # heights of boxes
SHORTCUT, TEXT = 84, 95  # where arcs turn, and where text begins
LINE, GAP, FONT = 13, 16, 11
ADDITION = 5  # radius of the sign under a block
CARD = 3  # by how much a folded block's cards lie apart


@dataclass(frozen=True)
class Drawn:
    """A network to draw.

    Attributes:
        parts: as `analysis.outline` gives them.
        shortcut: ``none``, or the option ``A``, ``B`` or ``C``.
        meaning: of this option, in few words.
    """

    title: str
    parts: pd.DataFrame
    shortcut: str
    meaning: str = ""

    @property
    def hue(self) -> str:
        """The colour of its family."""
        return colour(self.shortcut != "none")


@dataclass(frozen=True)
class Group:
    """Equal parts that follow each other, drawn as one; the first stands for all."""

    first: Any
    names: tuple[str, ...]
    repeats: bool = False

    @property
    def name(self) -> str:
        """``layer3.1``, or ``layer3.1–35`` for all of these."""
        last = self.names[-1].rpartition(".")[2]
        return self.names[0] if len(self.names) == 1 else f"{self.names[0]}–{last}"


def fold(parts: pd.DataFrame, *, unfold: bool = False) -> list[Group]:
    """Parts in forward order, equal neighbours of one stage together unless they are unfolded.

    Unfolded, a part that is equal to the one before says so.
    """
    groups: list[Group] = []
    before = None
    for row in _rows(parts):
        same = before is not None and _kind(row) == _kind(before)
        if same and not unfold:
            groups[-1] = Group(groups[-1].first, (*groups[-1].names, str(row.part)))
        else:
            groups.append(Group(row, (str(row.part),), repeats=same))
        before = row
    return groups


def drawing(
    networks: Sequence[Drawn],
    *,
    unfold: bool = False,
    marked: str | None = None,
    adapts: bool = False,
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
        adapts: write light on a page that is dark; a file of its own stays dark on white.
        zoom: pixels for a unit.
    """
    every = [row for network in networks for row in _rows(network.parts)]
    maps = [shape for row in every for shape in (row.input, row.output) if len(shape) == 3]
    scale = _Scale(max(shape[1] for shape in maps), max(shape[0] for shape in maps))
    head = max(network.title.count(APART) for network in networks)
    columns = [
        _column(network, mark, scale, unfold, marked, head=head)
        for network, mark in zip(networks, itertools.cycle(MARKS), strict=False)
    ]
    width = len(networks) * (COLUMN + BETWEEN) - BETWEEN
    top = max(height for _, height in columns)
    groups = [group for network in networks for group in fold(network.parts, unfold=unfold)]
    legend, height = _legend(networks, groups, top, width)
    body = "".join(
        f'<g transform="translate({number * (COLUMN + BETWEEN)} 0)">{drawn}</g>'
        for number, (drawn, _) in enumerate(columns)
    )
    titles = " and ".join(network.title for network in networks)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" '
        f'width="{zoom * width:g}" height="{zoom * height:g}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="{FONT}" fill="{INK}" color="{INK}">'
        f"{ADAPTS if adapts else ''}<title>{escape(titles)}</title>"
        f"<desc>{escape(described(networks))}</desc>{body}{legend}</svg>"
    )


def described(networks: Sequence[Drawn]) -> str:
    """What the drawing shows in words, for whoever does not see it."""
    return " ".join(_sentence(network) for network in networks)


def short(convolution: str) -> str:
    """A convolution as the papers write it in a box: ``3×3, 128, C=32, /2``."""
    words = convolution.split(", ")
    for number, word in enumerate(words):
        if word.endswith(" groups"):
            words[number] = f"C={word.removesuffix(' groups')}"
        elif word.startswith("stride "):
            words[number] = f"/{word.removeprefix('stride ')}"
    return ", ".join(words)


def multiplied(row: Any) -> str:
    """What a shortcut multiplies x by, in words; empty where by nothing."""
    said = []
    if row.shortcut_scale != 1:
        said.append(f"times {row.shortcut_scale:g}")
    if row.shortcut_dropout:
        said.append(f"with dropout {row.shortcut_dropout:g}")
    return " ".join(said)


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


def _rows(parts: pd.DataFrame) -> list[Any]:
    return list(parts.itertuples(index=False))


def _kind(row: Any) -> tuple[Any, ...]:
    """What equal parts have in common: all but their name."""
    return tuple(value for name, value in row._asdict().items() if name != "part")


def _column(
    network: Drawn, mark: str, scale: _Scale, unfold: bool, marked: str | None, *, head: int
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
        _text(16, y, title, weight="bold", size=FONT + 2),
    ]
    for line in (
        *details,
        f"{counted(int(parts['parameters'].sum()))} parameters",
        f"{counted(int(parts['multiply_adds'].sum()))} multiply-adds",
        *[""] * (head - len(details)),
    ):
        y += LINE + 1
        drawn.append(_text(16, y, line, opacity=0.8))
    y += LINE
    image = tuple(parts["input"].iloc[0])
    height = scale.height(image)
    drawn.append(_box(y, height, scale.width(image), "currentColor", strong=False))
    drawn += _lines(y, height, ["image", shape(image)])
    y += max(height, 2 * LINE)
    for group in fold(parts, unfold=unfold):
        piece, y = _group(group, network, scale, y, marked)
        drawn.append(piece)
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
    drawn = [_spine(y, top)]
    drawn += [
        _box(top, height, width, network.hue, shift=CARD * card, strong=False)
        for card in range(min(count - 1, 2), 0, -1)
    ]
    drawn.append(_box(top, height, width, network.hue, strong=strong))
    drawn += _lines(y + GAP, room, lines, heading=strong or count > 1)
    if row.shortcut != "none":
        drawn.append(_shortcut(row, network, y + GAP / 2 - 3, end + ADDITION))
    is_block = bool(row.stage) and row.kind != "transition"
    below = end + 2 * ADDITION * is_block  # a plain block leaves the same room
    drawn.append(_spine(top + height, end if row.shortcut != "none" else below, arrow=False))
    return f'<g class="part" data-count="{count}">{"".join(drawn)}</g>', below


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
        _text(
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


def _box(y: float, height: float, width: float, hue: str, *, shift: float = 0, strong: bool) -> str:
    return (
        f'<rect x="{AXIS - width / 2 + shift:g}" y="{y + shift:g}" width="{width:g}" '
        f'height="{height:g}" rx="2" fill="{hue}" fill-opacity="{0.75 if strong else 0.28}" '
        f'stroke="{hue}" stroke-width="{2.5 if strong else 1.2}"/>'
    )


def _spine(start: float, end: float, *, arrow: bool = True) -> str:
    """The way of the numbers through the network, from top to bottom."""
    head = f"M {AXIS - 3} {end - 4:g} L {AXIS} {end:g} L {AXIS + 3} {end - 4:g}" if arrow else ""
    return (
        f'<path d="M {AXIS} {start:g} V {end:g} {head}" fill="none" stroke="currentColor" '
        'stroke-opacity="0.55"/>'
    )


def _text(
    x: float, y: float, text: str, *, weight: str = "normal", size: int = FONT, opacity: float = 1
) -> str:
    look = f' font-weight="{weight}"' if weight != "normal" else ""
    look += f' font-size="{size}"' if size != FONT else ""
    look += f' fill-opacity="{opacity}"' if opacity != 1 else ""
    return f'<text x="{x:g}" y="{y:g}"{look} xml:space="preserve">{escape(text)}</text>'


def _legend(
    networks: Sequence[Drawn], groups: Sequence[Group], y: float, width: float
) -> tuple[str, float]:
    """What the signs mean, as far as they occur; and the height at which it ends."""
    hues = [network.hue for network in networks if network.shortcut != "none"]
    rows = [
        (network, row)
        for network in networks
        for row in _rows(network.parts)
        if row.shortcut != "none"
    ]
    said = []
    if any(row.shortcut == "identity" and not multiplied(row) for _, row in rows):
        said.append((False, "identity: x is added as it is"))
    if any(changes_shape(row) for _, row in rows):
        said.append((True, "the shape of x changes"))
    options = {n.shortcut: n.meaning for n, row in rows if row.shortcut in LETTERED}
    factors = dict.fromkeys(filter(None, (multiplied(row) for _, row in rows)))
    signs = [
        *((option, f"option {option}: {meaning}") for option, meaning in options.items()),
        *((CHANGED, f"shortcuts {factor}") for factor in factors),
    ]
    drawn = [f'<path d="M 0 {y + 6:g} H {width}" stroke="currentColor" stroke-opacity="0.25"/>']
    y += 8
    for dashed, text in said:
        y += LINE
        dashes = ' stroke-dasharray="4 3"' if dashed else ""
        drawn.append(
            f'<path class="sample" d="M 2 {y - 4:g} h 24" stroke="{hues[0]}" '
            f'stroke-width="2"{dashes}/>{_text(32, y, text, opacity=0.8)}'
        )
    for sign, text in signs:
        y += LINE + 1
        drawn.append(
            f'<circle cx="14" cy="{y - 4:g}" r="6" fill="{hues[0]}"/>'
            f'<text x="14" y="{y - 0.5:g}" fill="#FFFFFF" font-size="9" font-weight="bold" '
            f'text-anchor="middle">{sign}</text>' + _text(32, y, text, opacity=0.8)
        )
    convolutions = " ".join(short(group.first.convolutions) for group in groups)
    count = max(len(group.names) for group in groups)
    arcs = ", an arc each" if rows else ""
    for text in (
        *([f"× {count}: {count} such blocks{arcs}"] if count > 1 else []),
        "taller box: larger maps",
        "wider box: more channels",
        "3×3, 16: kernel, channels",
        *(["/2: stride 2"] if "/2" in convolutions else []),
        *(["C: groups"] if "C=" in convolutions else []),
    ):
        y += LINE
        drawn.append(_text(2, y, text, opacity=0.8))
    return "".join(drawn), y + 6


def _sentence(network: Drawn) -> str:
    parts = network.parts
    stages = [
        f"{stage} with {len(rows)} block{'s' if len(rows) != 1 else ''} at "
        f"{shape(rows['output'].iloc[-1])}"
        for stage, rows in parts[parts["stage"] != ""].groupby("stage", sort=False)
    ]
    kinds = Counter(_kind_of_shortcut(row, network) for row in _rows(parts))
    shortcuts = [f"{count} {kind}" for kind, count in kinds.most_common() if kind]
    return (
        f"{network.title}, from top to bottom: an image of {shape(parts['input'].iloc[0])}, the "
        f"stem, {', '.join(stages)}, and the head; "
        f"shortcuts: {', '.join(shortcuts) or 'none'}."
    )


def _kind_of_shortcut(row: Any, network: Drawn) -> str:
    """In words: ``identity``, ``of x times 0.5``, ``projection (option B)``; empty for none."""
    if row.shortcut == "none":
        return ""
    factor = multiplied(row)
    kind = "of x" if factor and row.shortcut == "identity" else row.shortcut
    option = f" (option {network.shortcut})" if row.shortcut in LETTERED else ""
    return f"{kind}{option} {factor}".rstrip()
