"""What commands print: JSON that every reader takes, and an error as a sentence."""

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


def as_json(value: Any) -> str:
    """JSON with null where a number is none."""
    return json.dumps(_finite(value), indent=2, allow_nan=False)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def sentence(error: Exception) -> str:
    """What an error says to the person."""
    from resnet_viz.runs.errors import sentence as known

    if text := known(error):
        return text
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used ({error.strerror})."
    return (
        f"Something unexpected happened ({type(error).__name__}: {error}): "
        "run it with python -X dev to see where."
    )


@contextmanager
def telling(what: str) -> Iterator[Callable[[float], object]]:
    """Say on a terminal how much of long work is done, and nothing where nobody looks at it.

    Gives what is to be called with the share that is done. Ctrl-C ends the work.
    """
    said = ""

    def tell(share: float) -> None:
        nonlocal said
        now = f"{what} … {share:.0%}"
        if now != said and sys.stderr.isatty():
            print(f"\r{now}", end="", file=sys.stderr, flush=True)
            said = now

    try:
        yield tell
    finally:
        if said:
            print(f"\r{' ' * len(said)}\r", end="", file=sys.stderr, flush=True)
