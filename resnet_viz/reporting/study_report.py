"""A study as one HTML page that needs nothing else: no network, no script, no other file."""

import html
import re

import pandas as pd

STYLE = (
    "body{font:16px/1.45 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "svg{width:100%;height:auto}table{border-collapse:collapse;font-size:.85rem}"
    "td,th{padding:.25rem .6rem;border-bottom:1px solid #ddd;text-align:left;white-space:nowrap}"
    ".wide{overflow-x:auto}"
)


def page(
    title: str,
    *,
    finding: str,
    chart: str,
    described: str,
    notes: list[str],
    tables: dict[str, pd.DataFrame],
) -> str:
    """The text of the file.

    Args:
        finding, notes: sentences, in which Markdown's signs are not meant to be seen.
        chart: SVG.
        described: the same in words.
        tables: by their headings.
    """
    parts = [
        f"<h1>{html.escape(title)}</h1>",
        f"<p><strong>{html.escape(plain(finding))}</strong></p>",
        f'<div aria-label="{html.escape(described)}" role="img">{chart}</div>',
        *(f"<p>{html.escape(plain(note))}</p>" for note in notes if note),
    ]
    for heading, table in tables.items():
        shown = table.to_html(
            index=False, border=0, escape=True, na_rep="", float_format="{:.6g}".format
        )
        parts.append(f'<h2>{html.escape(heading)}</h2><div class="wide">{shown}</div>')
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def plain(text: str) -> str:
    """A sentence without the signs of Markdown around its words."""
    return re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)[*`]", "", text))
