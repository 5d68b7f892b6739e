"""What commands print: JSON that every reader takes, and an error as a sentence."""

import json
import math
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
