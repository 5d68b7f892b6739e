"""The list of runs beside their curves: which are shown, what they are called, what is noted."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from resnet_viz.charts.curves import HOLLOW
from resnet_viz.charts.run_curves import HEIGHT, Look
from resnet_viz.errors import UserError
from resnet_viz.reporting import run_lines
from resnet_viz.reporting.run_lines import Lines
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import run_actions
from resnet_viz.ui.shell import links, stage

RUNS = "runs"  # the key under which the names of what is shown stand
VERSION, APPLIED = "run list version", "run list applied"
OWN = ("name", "tags", "notes")  # what a person may write of a run of their own
DASHES = {"dash": "7 4", "dashdot": "7 3 2 3", "": "", "solid": ""}
SHAPES = {"circle": '<circle cx="18" cy="9" r="4.5"', "diamond": '<path d="M18 3L24 9L18 15L12 9Z"'}
SQUARE = '<rect x="14" y="5" width="8" height="8"'
HIDDEN = "#9A9A9A"
ABOVE = 116  # pixels between the top of the charts and the list


def draw(lines: Lines, shown: Sequence[str], looks: Mapping[str, Look], *, together: bool) -> None:
    """Search, the list of what is found, and buttons that show or hide all of it.

    Args:
        shown: the names of the lines in the charts.
        looks: how these are drawn.
        together: whether a row is a setting, and not a run.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = links.text(
            "Search",
            "",
            key="find",
            fits=lambda words: len(words) <= 200,
            placeholder="Search names, settings, tags, notes",
            label_visibility="collapsed",
            icon=":material/search:",
        )
        everything = run_lines.table(lines, lines.listed(shown, together=together))
        rows = run_lines.found(everything, words)
        found = list(rows.index)
        others = [name for name in shown if name not in found]
        st.button("Show all", on_click=_show, args=([*others, *found],), type="tertiary")
        st.button("Hide all", on_click=_show, args=(others,), type="tertiary")
    # Of an empty list pandas does not see what it would hold, and the list has to know.
    rows.insert(0, "shown", pd.Series([name in shown for name in found], rows.index, bool))
    rows.insert(1, "line", pd.Series([_swatch(looks.get(name)) for name in found], rows.index, str))
    st.data_editor(
        rows,
        height=stage.height(HEIGHT) - ABOVE,
        hide_index=True,
        placeholder="",
        disabled=[column for column in rows.columns if column not in (*OWN, "shown")],
        key=_key(),
        on_change=_edited,
        args=(lines, tuple(found), tuple(shown)),
        column_config={
            "shown": st.column_config.CheckboxColumn("", width=34, help="Whether it is drawn."),
            "line": st.column_config.ImageColumn("", width=36),
            "name": st.column_config.TextColumn(
                "Setting" if together else "Run", max_chars=80, width=205
            ),
            "test error": st.column_config.NumberColumn("Test", format="%.1f %%", width=60),
            "training error": st.column_config.NumberColumn("Training", format="%.1f %%", width=72),
        },
        alt="Every run with its line, errors, tags, notes and settings; ticked ones are drawn.",
    )
    run_actions.show_problem()


def _key() -> str:
    return f"run list {st.session_state.get(VERSION, 0)}"


def _begin_again() -> None:
    """Give the list what is so now, and none of what was typed into it."""
    st.session_state[VERSION] = st.session_state.get(VERSION, 0) + 1


def _show(names: Sequence[str]) -> None:
    st.session_state[RUNS] = list(names)
    _begin_again()


def _edited(lines: Lines, rows: tuple[str, ...], shown: tuple[str, ...]) -> None:
    """Do what was changed in the list since the last time: it holds all changes of its life."""
    state = st.session_state
    key = _key()
    known_for, known = state.get(APPLIED, ((), {}))
    known = known if known_for == (key, rows) else {}
    edits = {
        (place, column): value
        for place, changes in state[key]["edited_rows"].items()
        for column, value in changes.items()
    }
    state[APPLIED] = ((key, rows), edits)
    new = {cell: value for cell, value in edits.items() if known.get(cell) != value}
    apply(lines, rows, shown, new)


def apply(
    lines: Lines, rows: Sequence[str], shown: Sequence[str], cells: Mapping[tuple[int, str], Any]
) -> None:
    """Take over changed cells: what is shown, and what a person writes of a run of their own.

    Args:
        rows: the names in the list, in its order.
        shown: those of them, and of others, that are in the charts.
        cells: the new value by the row's number and the column.
    """
    names = list(shown)
    for (place, column), value in cells.items():
        name = rows[place]
        if column == "shown":
            names = [other for other in names if other != name] + ([name] if value else [])
            continue
        refused, renamed = _write(lines, name, column, str(value or ""))
        if refused:
            st.session_state[run_actions.PROBLEM] = refused
            _begin_again()
        names = [renamed if other == name else other for other in names]
    order = lines.places
    st.session_state[RUNS] = sorted(names, key=lambda name: order.get(name, len(order)))


def _write(lines: Lines, name: str, column: str, text: str) -> tuple[str, str]:
    """What speaks against a change, if anything does, and the run's name after it."""
    members = lines.members[name]
    run = run_lines.own_run(members)
    if name in lines.logs:
        return f"{name} is an imported log: import it again under another name.", name
    if run is None:
        kind = "stands for several runs" if len(members) > 1 else "ships with resnet_viz"
        return f"{name} {kind}: only a run of your own can be renamed, tagged and noted on.", name
    try:
        if column == "name":
            new = text.strip()
            if new in (name, run.name):
                return "", name
            run_actions.rename(run.name, new)
            return "", new
        stored_runs.launcher().annotate(run.id, **{column: text})
    except UserError as error:
        return str(error), name
    return "", name


def _swatch(look: Look | None) -> str:
    """A short piece of a line with its mark, as a picture; grey where it is not shown."""
    hue = look.colour if look else HIDDEN
    dash = DASHES.get(look.dash, "") if look else "2 4"
    mark = ""
    if look:
        fill = hue if look.filled else HOLLOW
        shape = SHAPES.get(look.symbol, SQUARE)
        mark = f'{shape} fill="{fill}" stroke="{hue}" stroke-width="1.5"/>'
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="36" height="18">'
        f'<path d="M1 9H35" stroke="{hue}" stroke-width="2.5" stroke-dasharray="{dash}"/>'
        f"{mark}</svg>"
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
