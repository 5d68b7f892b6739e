"""The legend under a drawing of networks: what its signs mean, as far as they occur."""

from collections.abc import Sequence

from resnet_viz.charts.drawn_networks import (
    CHANGED,
    LETTERED,
    Drawn,
    Group,
    multiplied,
    rows_of,
    short,
)
from resnet_viz.charts.svg import LINE, label
from resnet_viz.frames import changes_shape


def legend_of(
    networks: Sequence[Drawn], groups: Sequence[Group], y: float, width: float
) -> tuple[str, float]:
    """What the signs mean, as far as they occur; and the height at which it ends."""
    hues = [network.hue for network in networks if network.shortcut != "none"]
    rows = [
        (network, row)
        for network in networks
        for row in rows_of(network.parts)
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
            f'stroke-width="2"{dashes}/>{label(32, y, text, opacity=0.8)}'
        )
    for sign, text in signs:
        y += LINE + 1
        drawn.append(
            f'<circle cx="14" cy="{y - 4:g}" r="6" fill="{hues[0]}"/>'
            f'<text x="14" y="{y - 0.5:g}" fill="#FFFFFF" font-size="9" font-weight="bold" '
            f'text-anchor="middle">{sign}</text>' + label(32, y, text, opacity=0.8)
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
        drawn.append(label(2, y, text, opacity=0.8))
    return "".join(drawn), y + 6
