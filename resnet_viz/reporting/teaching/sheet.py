"""Exercises as one HTML page for paper: black on white, with nothing from elsewhere."""

from collections.abc import Sequence
from html import escape

import pandas as pd

from resnet_viz.reporting.teaching.exercise import Exercise

TITLE = "Residual networks: exercises"
# Letters of the reader's own machine: a font from elsewhere would be a request.
STYLE = """
@page { size: A4; margin: 18mm; }
* { box-sizing: border-box; }
body { font: 11pt/1.45 system-ui, sans-serif; color: #000; background: #fff; max-width: 174mm;
  margin: 10mm auto; padding: 0 4mm; }
h1 { font-size: 18pt; margin: 0 0 3mm; }
h2 { font-size: 12.5pt; margin: 0 0 1.5mm; break-after: avoid; }
p { margin: 0 0 1.5mm; }
.name { display: flex; gap: 6mm; margin-bottom: 7mm; }
.name span { flex: 2; border-bottom: 0.3mm solid #000; padding-bottom: 5mm; }
.name span + span { flex: 1; }
section { break-inside: avoid; margin: 0 0 8mm; }
table { border-collapse: collapse; margin: 2mm 0 3mm; }
th, td { border: 0.2mm solid #000; padding: 1mm 3mm; text-align: right; }
th:first-child, td:first-child { text-align: left; }
.line { height: 8.5mm; border-bottom: 0.2mm dotted #000; }
.answer { border-left: 0.8mm solid #000; padding-left: 4mm; margin-top: 2.5mm; }
footer { font-size: 9pt; border-top: 0.2mm solid #000; padding-top: 2mm; }
@media print { body { margin: 0; padding: 0; max-width: none; } }
"""


def html(exercises: Sequence[Exercise], *, answers: bool, source: str) -> str:
    """A whole document, to be printed from any browser.

    Args:
        answers: give them below each exercise, in the place of lines to write on.
        source: where the numbers are from, as plain text.
    """
    title = f"{TITLE}, with answers" if answers else TITLE
    name = "" if answers else '<p class="name"><span>Name</span><span>Date</span></p>'
    parts = [
        _exercise(number, one, answers=answers) for number, one in enumerate(exercises, start=1)
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{name}{''.join(parts)}"
        f"<footer>{escape(source)}</footer></body></html>\n"
    )


def _exercise(number: int, one: Exercise, *, answers: bool) -> str:
    first, *rest = map(_line, one.asked)
    table = "" if one.table is None else _table(one.table)
    below = (
        f'<div class="answer">{"".join(map(_line, one.answer))}</div>'
        if answers
        else '<div class="line"></div>' * one.room
    )
    return (
        f"<section><h2>{number}. {escape(one.title)}</h2>{first}{table}{''.join(rest)}{below}"
        "</section>"
    )


def _line(text: str) -> str:
    return f"<p>{escape(text)}</p>"


def _table(frame: pd.DataFrame) -> str:
    heads = "".join(f"<th>{escape(str(name))}</th>" for name in frame.columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(str(value))}</td>" for value in row) + "</tr>"
        for row in frame.itertuples(index=False)
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
