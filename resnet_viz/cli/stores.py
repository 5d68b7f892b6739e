"""The run store as a whole."""

import argparse
from pathlib import Path

from resnet_viz.cli.parsing import Commands


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    command = commands.add("store", store)
    command.add_argument("action", choices=["copy"])
    command.add_argument("source", metavar="FROM", help="a store's URL, or the file of SQLite")
    command.add_argument("target", metavar="TO", help="the same of an empty one")


def store(parsed: argparse.Namespace) -> int:
    """Copy a run store into an empty one, from SQLite to PostgreSQL or back."""
    from resnet_viz.runs.copying import copy
    from resnet_viz.runs.database import Database
    from resnet_viz.runs.errors import RunError

    url, file = _located(parsed.source)
    if file is not None and not file.is_file():
        raise RunError(f"There is no run store {parsed.source}: name its file or its URL.")
    source = Database(url)
    counts = copy(source, Database(_located(parsed.target)[0]))
    for table, rows in counts.items():
        print(f"{table:<16}{rows:>12,}")
    print("Set RESNET_VIZ_STORE to the new one; RESNET_VIZ_HOME stays, with the runs' networks.")
    return 0


def _located(named: str) -> tuple[str, Path | None]:
    """The URL of a store, and its file if it is one of SQLite."""
    url = named if "://" in named else f"sqlite:///{Path(named).expanduser().absolute()}"
    is_file = url.startswith("sqlite:///")
    return url, Path(url.removeprefix("sqlite:///")).expanduser() if is_file else None
