"""What is left of a class: one HTML file that opens without a network and asks for nothing else."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from urllib.parse import parse_qsl

import pandas as pd

from resnet_viz.reporting import class_guesses
from resnet_viz.reporting.runs import duration
from resnet_viz.teaching.polls import Poll
from resnet_viz.teaching.races import Race
from resnet_viz.teaching.sessions import ClassSession, Shown

STYLE = (
    ":root{color-scheme:light dark}body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}h1{font-size:1.6rem}h2{margin-top:2rem;font-size:1.25rem}svg{max-width:100%;"
    "height:auto}table{border-collapse:collapse;font-size:.9rem}td,th{padding:.2rem .6rem;"
    "border-bottom:1px solid #8886;text-align:left;vertical-align:top}"
    ".wide{overflow-x:auto;margin:1rem 0}"
    "@media print{body{margin:0}h2{break-after:avoid}svg{break-inside:avoid}}"
)
NOTHING = "Nothing."


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a report is made of.

    Attributes:
        titles: of pages, by their address.
        drawings: SVG by the id of the poll or race that it shows, and of the runs by ``runs``.
        ends: error in per cent at which the guessed network of a race ended, by the race's id.
        runs: as `runs.runs_table` gives them, of this class.
        settings: a row a run, with what decides it.
    """

    session: ClassSession
    shown: Sequence[Shown]
    polls: Sequence[Poll]
    races: Sequence[Race]
    titles: Mapping[str, str]
    drawings: Mapping[str, str]
    ends: Mapping[str, float]
    runs: pd.DataFrame
    settings: pd.DataFrame


def html(contents: Contents) -> str:
    """The report of a class as the text of an HTML file; texts that people wrote are escaped."""
    session = contents.session
    name = session.name or "A class"
    length = f"{duration(session.ended - session.begun)} long" if session.ended else "not ended yet"
    parts = [
        f"<h1>{escape(name)}</h1><p>{_moment(session.begun)} UTC, {length}.</p>",
        "<h2>What was shown</h2>",
        _shown(contents),
        "<h2>What the class was asked</h2>",
        *(_poll(poll, contents) for poll in contents.polls if poll.opened is not None),
        *(_race(race, contents) for race in contents.races),
    ]
    if not contents.races and all(poll.opened is None for poll in contents.polls):
        parts.append(f"<p>{NOTHING}</p>")
    parts += ["<h2>What was trained</h2>", contents.drawings.get("runs", "")]
    parts += [_table(contents.runs), _table(contents.settings)] if len(contents.runs) else []
    parts += [] if len(contents.runs) else [f"<p>{NOTHING}</p>"]
    parts.append("<p><small>Answers are anonymous. Made by resnet_viz.</small></p>")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width"><meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(name)}</title><style>{STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>"
    )


def _shown(contents: Contents) -> str:
    """The pages in the order in which they were presented, each with what its address asked for.

    One whose controls were moved is listed once, with where they stood last.
    """
    rows: list[Shown] = []
    for one in contents.shown:
        if rows and rows[-1].page == one.page:
            rows[-1] = Shown(one.page, one.query, rows[-1].moment)
        else:
            rows.append(one)
    if not rows:
        return f"<p>{NOTHING}</p>"
    items = [
        f"<tr><td>{_clock(one.moment)}</td><td>{escape(contents.titles.get(one.page, one.page))}"
        f"</td><td>{escape(_asked_for(one.query))}</td></tr>"
        for one in rows
    ]
    head = "<tr><th>UTC</th><th>page</th><th>with</th></tr>"
    return f'<div class="wide"><table>{head}{"".join(items)}</table></div>'


def _asked_for(query: str) -> str:
    """What an address asks for, in words: ``metric: loss, x: step``."""
    return ", ".join(
        f"{key.replace('_', ' ')}: {value}" for key, value in parse_qsl(query) if value
    )


def _poll(poll: Poll, contents: Contents) -> str:
    said = class_guesses.right(poll) if poll.is_revealed else class_guesses.answered(poll.answers)
    where = contents.titles.get(poll.page, poll.page)
    question = poll.question.replace("*", "")
    drawing = contents.drawings.get(poll.id, "")
    return (
        f"<h3>{escape(where)}</h3><p>{escape(question)}</p>{drawing}"
        f"<p>{escape(said.rstrip('.'))}.</p>"
    )


def _race(race: Race, contents: Contents) -> str:
    ended = contents.ends.get(race.id)
    said = [class_guesses.spread_of(race.guesses)]
    said += [class_guesses.outcome(race, ended)] if ended is not None else []
    return (
        f"<h3>Race</h3><p>{escape(class_guesses.asked(race))}</p>"
        f"{contents.drawings.get(race.id, '')}<p>{escape(' '.join(said))}</p>"
    )


def _table(table: pd.DataFrame) -> str:
    shown = table.to_html(index=False, border=0, float_format="{:.1f}".format, na_rep="–")
    return f'<div class="wide">{shown}</div>'


def _moment(seconds: float) -> str:
    return time.strftime("%Y-%m-%d, %H:%M", time.gmtime(seconds))


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M", time.gmtime(seconds))
