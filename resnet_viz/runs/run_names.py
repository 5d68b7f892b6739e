"""Names of runs: what a person may choose, and what a run is called otherwise."""

import re
from collections.abc import Container
from pathlib import Path

from resnet_viz.data import local_sets
from resnet_viz.data.registry import COPIES
from resnet_viz.runs.errors import RunError
from resnet_viz.training.config import RunConfig
from resnet_viz.wording import trained_on

LONGEST = 80
_ALLOWED = re.compile(r"[^\W_][\w .\-]*")
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


def check_name(name: str) -> str:
    """The name without surrounding spaces.

    Raises:
        RunError: if it is not 1 to 80 letters, digits, spaces, dots, hyphens or underscores.
    """
    name = name.strip()
    if len(name) > LONGEST or not _ALLOWED.fullmatch(name):
        raise RunError(
            f"A run's name has 1 to {LONGEST} letters, digits, spaces, dots, hyphens or "
            "underscores and begins with a letter or digit: choose another."
        )
    if _ID.fullmatch(name):
        raise RunError(f"{name} is how runs are told apart inside: choose another name.")
    return name


def is_reserved(name: str) -> bool:
    """Whether a shipped run's file, or what pages call a shipped network, has that name.

    A run of such a name would stand where the shipped one does, in links and on the command line.
    """
    from resnet_viz.runs.shipped_runs import shipped

    name, ours = name.casefold(), shipped()
    if name in {file.casefold() for file in ours}:
        return True
    if " on " not in name:  # no record has to be read for it
        return False
    called = set()
    for config in (record.config for record in ours.values()):
        titles = {local_sets.title(config.data)}
        if copy := COPIES.get(config.data):
            titles.add(copy.short_title)
        called |= {trained_on(config.network.title, title).casefold() for title in titles}
    return name in called


def default_name(config: RunConfig, taken: Container[str]) -> str:
    """Such as ``plain56-digits-seed0``, with -2, -3, … behind it once that is taken."""
    data = re.sub(r"[^\w.\-]+", "-", Path(config.data).name)[:30] or "data"
    name = f"{config.architecture}-{data}-seed{config.seed}"
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"
