"""Recorded studies as JSON: numbers with 6 significant digits, whole or not there."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnet_viz.files import replacing
from resnet_viz.runs.errors import RunError

FORMAT = 1
DIGITS = 6


def save(path: Path, content: Mapping[str, Any]) -> None:
    """Write a study, gzipped where its name ends so; equal studies give equal bytes."""
    text = json.dumps(_rounded({**content, "format": FORMAT}), indent=1) + "\n"
    raw = text.encode()
    with replacing(path) as beside:
        beside.write_bytes(gzip.compress(raw, mtime=0) if path.suffix == ".gz" else raw)


def load(path: Path) -> dict[str, Any]:
    """What `save` wrote.

    Raises:
        RunError: if the file is missing, damaged or of a newer format.
    """
    try:
        raw = path.read_bytes()
        content = json.loads(gzip.decompress(raw) if path.suffix == ".gz" else raw)
        newer = content.pop("format") > FORMAT
    except FileNotFoundError as error:
        raise RunError(f"There is no record {path.name}.") from error
    except (OSError, EOFError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise damaged(path) from error
    if newer:
        raise RunError(f"{path.name} was written by a newer resnet_viz: update to open it.")
    return content


def damaged(path: Path) -> RunError:
    """What is said of a file that holds something else."""
    return RunError(f"{path.name} is not the record of a study, or is damaged.")


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return float(f"{value:.{DIGITS}g}")
    if isinstance(value, Mapping):
        return {name: _rounded(item) for name, item in value.items()}
    return [_rounded(item) for item in value] if isinstance(value, list | tuple) else value
