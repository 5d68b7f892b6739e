"""Names of runs: what a person may choose, and what a run is called otherwise."""

import re
from collections.abc import Container
from pathlib import Path

from resnet_viz.runs.errors import RunError
from resnet_viz.training.config import RunConfig

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
