"""The same as SVG, for a report that is one file and opens without a network."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from resnet_viz.charts.colours import GREEN, GREY, PLAIN, RESIDUAL

WIDTH = 640
LINE, LETTER = 28, 7.6  # height of a bar with its space; width of a letter, about
NAMES = 0.45  # of the width, at most, for what bars are called
PLOT = (48.0, 12.0, 560.0, 220.0)  # left, top, right, bottom


def poll_drawing(counts: Mapping[str, int], answer: str | None) -> str:
    """`poll_bars` as SVG; an answer that was never revealed marks no bar."""
    rows = dict(counts)
    if answer is not None:
        rows.setdefault(answer, 0)
    most, everyone = max(1, *rows.values()), max(1, sum(rows.values()))
    letters = max(map(len, rows))
    left = min(LETTER * letters + 12, NAMES * WIDTH)
    scale = (WIDTH - left - 150) / most
    parts = []
    for place, (name, number) in enumerate(rows.items()):
        y = LINE * place + 4
        measured = name == answer
        shown = name if len(name) * LETTER <= left else f"{name[: int(left / LETTER) - 1]}…"
        parts += [
            _text(left - 8, y + 15, shown, anchor="end"),
            f'<rect x="{left:g}" y="{y}" width="{max(2.0, scale * number):g}" height="20" '
            f'fill="{GREEN if measured else GREY}"/>',
            _text(
                left + max(2.0, scale * number) + 6,
                y + 15,
                f"{number} ({number / everyone:.0%}){' measured' if measured else ''}",
                bold=measured,
            ),
        ]
    return _drawing(parts, LINE * len(rows) + 8, f"Answers: {_told(rows)}.")


def curves_drawing(
    lines: Mapping[str, tuple[Sequence[float], Sequence[float], bool, bool]],
    guesses: Sequence[float] = (),
) -> str:
    """Errors over training, and at the right edge what was guessed.

    Args:
        lines: name -> epochs, errors in per cent, whether it is residual, whether it is of the
            test data.
        guesses: errors in per cent.
    """
    left, top, right, bottom = PLOT
    longest = max((max(x, default=1.0) for x, *_ in lines.values()), default=1.0) or 1.0

    def at(x: float, y: float) -> tuple[float, float]:
        return left + (right - left) * x / longest, bottom - (bottom - top) * y / 100

    parts = []
    for tick in range(0, 101, 25):
        _, y = at(0, tick)
        parts += [
            f'<path d="M {left} {y:g} H {right}" stroke="#bbb" stroke-width="0.6"/>',
            _text(left - 6, y + 4, f"{tick}", anchor="end"),
        ]
    parts += [
        _text(left, bottom + 18, "epoch 0"),
        _text(right, bottom + 18, f"{longest:g}", anchor="end"),
        _text(left + 4, top + 12, "error (%)"),
    ]
    for place, (name, (epochs, errors, residual, tested)) in enumerate(lines.items()):
        hue = RESIDUAL if residual else PLAIN
        points = [at(a, b) for a, b in zip(epochs, errors, strict=True) if b == b]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        dash = ' stroke-dasharray="6 4"' if tested else ""
        parts += [
            f'<polyline points="{path}" fill="none" stroke="{hue}" stroke-width="2.4"{dash}/>',
            f'<path d="M {left} {bottom + 36 + LINE * place:g} h 28" stroke="{hue}" '
            f'stroke-width="2.4"{dash}/>',
            _text(left + 36, bottom + 40 + LINE * place, name),
        ]
    for guess in guesses:
        _, y = at(0, guess)
        parts.append(
            f'<path d="M {right + 6} {y:g} h 24" stroke="{GREY}" stroke-width="2" '
            'stroke-opacity="0.75"/>'
        )
    return _drawing(
        parts,
        bottom + 32 + LINE * len(lines) + 8,
        f"Curves of {', '.join(lines)}{f', and {len(guesses)} guesses' if guesses else ''}.",
    )


def _told(rows: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in rows.items())


def _text(x: float, y: float, text: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{weight}>{escape(text)}</text>'


def _drawing(parts: Sequence[str], height: float, says: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" role="img" '
        f'font-family="sans-serif" font-size="13" fill="currentColor"><title>{escape(says)}'
        f"</title>{''.join(parts)}</svg>"
    )
