"""The chart of final errors as SVG text, for a file that needs nothing to be seen."""

import math
from xml.sax.saxutils import escape

import pandas as pd

from resnet_viz.charts.colours import colour
from resnet_viz.charts.curves import SPLITS
from resnet_viz.charts.end_labels import spread_labels

WIDTH, HEIGHT = 960, 420
LEFT, RIGHT, TOP, BOTTOM = 56, 250, 12, 52
GAP = 15  # between the texts at two lines' ends
STEPS = (1, 2, 5, 10, 20)
MOST_TICKS = 6


def final_errors_svg(points: pd.DataFrame, *, x_title: str, categorical: bool) -> str:
    """Training (solid) and test error (dashed) over the places, with bands and texts at the ends.

    Args:
        points, x_title, categorical: as `final_errors` takes them.
    """
    known = points[points["runs"] > 0]
    most = known[["train_largest", "test_largest"]].max().max()
    top = 1.06 * (100.0 if pd.isna(most) else float(most)) + 0.6
    places = points.drop_duplicates("place").sort_values("place")
    scale = float if categorical else math.log10
    low, high = scale(places["place"].min()), scale(places["place"].max())
    room = 0.4 if categorical else 0.04 * max(high - low, 0.5)

    def x(value: float) -> float:
        share = (scale(value) - low + room) / (high - low + 2 * room)
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM)

    parts = []
    step = next((step for step in STEPS if top / step <= MOST_TICKS), STEPS[-1])
    for tick in range(0, int(top) + 1, step):
        parts += [
            f'<path d="M{LEFT} {y(tick):.1f}H{WIDTH - RIGHT}" stroke="#DDDDDD"/>',
            _text(LEFT - 8, y(tick) + 4, str(tick), anchor="end"),
        ]
    parts += [
        _text(x(float(place)), HEIGHT - BOTTOM + 20, str(name), anchor="middle")
        for place, name in zip(places["place"], places["x"], strict=True)
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 8, x_title, anchor="middle"))
    turned = f'<g transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2:.0f}) rotate(-90)">'
    parts.append(f"{turned}{_text(0, 0, 'final error (%)', anchor='middle')}</g>")
    ends: list[tuple[float, str, str]] = []
    for line, rows in known.groupby("line", sort=False):
        hue = colour(bool(rows["residual"].iloc[0]))
        at = [x(float(place)) for place in rows["place"]]
        for split, word in SPLITS.items():
            least, largest, mean = (
                [y(float(value)) for value in rows[name]]
                for name in (f"{split}_least", f"{split}_largest", split)
            )
            band = [*zip(at, largest, strict=True), *reversed(list(zip(at, least, strict=True)))]
            parts.append(f'<path d="{_path(band)}Z" fill="{hue}" fill-opacity="0.15"/>')
            dash = ' stroke-dasharray="7 4"' if split == "test" else ""
            middle_line = list(zip(at, mean, strict=True))
            parts.append(
                f'<path d="{_path(middle_line)}" fill="none" stroke="{hue}" stroke-width="2.5"'
                f"{dash}/>"
            )
            for (across, down), whole in zip(middle_line, rows["runs"] >= rows["of"], strict=True):
                fill = hue if whole else "#FFFFFF"
                parts.append(
                    f'<circle cx="{across:.1f}" cy="{down:.1f}" r="4" fill="{fill}" '
                    f'stroke="{hue}" stroke-width="2"/>'
                )
            ends.append((mean[-1], hue, f"{line} {word} {float(rows[split].iloc[-1]):.1f}"))
    heights = spread_labels([end[0] for end in ends], GAP, (TOP, HEIGHT - BOTTOM)) if ends else []
    parts += [
        _text(WIDTH - RIGHT + 12, height + 4, text, hue=hue)
        for height, (_, hue, text) in zip(heights, ends, strict=True)
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="13">{"".join(parts)}</svg>'
    )


def _path(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _text(x: float, y: float, text: str, *, anchor: str = "start", hue: str = "#333333") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{hue}">{escape(text)}</text>'
    )
