"""Tables in CSV: Lightning's, Keras's and fastai's loggers, downloads of W&B and TensorBoard."""

import csv
import io
import re
from collections import Counter

import numpy as np
import pandas as pd

from resnet_viz.runs.foreign_logs.table import LogError, LoggedTable
from resnet_viz.wording import several

MOST_BYTES = 64 * 2**20
MOST_ROWS = 500_000
MOST_COLUMNS = 2000
SEPARATORS = ",;\t|"
NO_NUMBERS = ("", "nan", "none", "null", "na", "n/a", "-")
# A download of W&B has "RUN - METRIC", and the same again with these behind it.
OF_RUN = re.compile(r"(?P<run>.+) - (?P<metric>.+)")
RANGES = re.compile(r"__(MIN|MAX)$")


def read(raw: bytes) -> list[LoggedTable]:
    """The columns of numbers of a table, run by run.

    Raises:
        LogError: if it is no table with a head, has no number, or is too large.
    """
    if len(raw) > MOST_BYTES:
        raise LogError(f"A table may have {MOST_BYTES // 2**20} MB: leave rows or columns out.")
    cells, separator = _cells(_text(raw))
    values, notes = _numbers(cells, decimal_comma=separator != ",")
    if values.empty or not values.shape[1]:
        raise LogError("There is no column of numbers in the table: export one with a head.")
    return [LoggedTable(run, part, notes) for run, part in _by_run(values).items()]


def _text(raw: bytes) -> str:
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    if "\0" in text:
        raise LogError(
            "This is neither an event file of TensorBoard nor a table of text: bring one of these."
        )
    return text


def _cells(text: str) -> tuple[pd.DataFrame, str]:
    """The table as it is written, after lines of comment, and what separates its cells."""
    lines = text.splitlines()
    first = next((n for n, line in enumerate(lines) if line.strip() and line[0] != "#"), 0)
    head = lines[first] if lines else ""
    separator = max(SEPARATORS, key=head.count)
    if not separator or len(lines) - first < 2:
        raise LogError("The table has no rows: bring one with a head and at least one row.")
    if len(lines) - first > MOST_ROWS or head.count(separator) >= MOST_COLUMNS:
        raise LogError(
            f"A table may have {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns: leave some out."
        )
    rows = csv.reader(io.StringIO("\n".join(lines[first:])), delimiter=separator)
    try:
        names, *body = (row for row in rows if row)
    except csv.Error as error:
        raise LogError(f"The table cannot be read ({error}): export it anew.") from error
    if any(_is_number(name) for name in names):
        raise LogError(
            "The first line of the table has numbers where names of columns should be: add them."
        )
    width = len(names)
    body = [row[:width] + [""] * (width - len(row)) for row in body]
    times = Counter[str]()
    unique = []
    for name in (name.strip() or "no name" for name in names):
        times[name] += 1
        unique.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return pd.DataFrame(body, columns=unique, dtype=str), separator


def _numbers(cells: pd.DataFrame, *, decimal_comma: bool) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The columns that hold numbers for the most part, and how many cells of them hold none."""
    columns, notes = {}, []
    for name in cells:
        written = cells[name].str.strip()
        plain = written.str.rstrip("%").str.strip()
        if decimal_comma and plain.str.contains(",", regex=False).any():
            plain = plain.str.replace(",", ".", regex=False)
            notes.append(f"commas in {name} are read as decimal points")
        numbers = pd.to_numeric(plain, errors="coerce").astype(float)
        numbers = numbers.where(np.isfinite(numbers))
        given = ~written.str.casefold().isin(NO_NUMBERS)
        none = int((given & numbers.isna()).sum())
        if numbers.notna().sum() <= none:
            continue
        if none:
            notes.append(f"{several(none, 'cell')} of {name} without a number left out")
        if written.str.endswith("%").any() and "%" not in str(name):
            name = f"{name} (%)"
        columns[name] = numbers
    return pd.DataFrame(columns), tuple(notes)


def _by_run(values: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The table of each run, where the heads name several; what names none belongs to all."""
    kept = [name for name in values if not RANGES.search(str(name))]
    matches = {name: OF_RUN.fullmatch(str(name)) for name in kept}
    shared = [name for name in kept if not matches[name]]
    runs = dict.fromkeys(match["run"] for match in matches.values() if match)
    if not runs:
        return {"": values[kept]}
    tables = {}
    for run in runs:
        own = {n: match["metric"] for n, match in matches.items() if match and match["run"] == run}
        tables[run] = values[[*shared, *own]].rename(columns=own)
    return tables


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().casefold() not in NO_NUMBERS
