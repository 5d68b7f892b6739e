"""What an unpacked data set says of its archive, in a hidden file of its folder."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

FILE = ".unpacked.json"


def write(root: Path, *, digest: str, notes: Sequence[str]) -> None:
    """Keep what identifies the contents, and what was left out of them, a sentence each."""
    text = json.dumps({"digest": digest, "notes": list(notes)}, ensure_ascii=False)
    (root / FILE).write_text(text, encoding="utf-8")


def digest(root: Path) -> str | None:
    """What identifies the contents; None for a folder that somebody made by hand."""
    found = _read(root).get("digest")
    return found if isinstance(found, str) else None


def notes(root: Path) -> tuple[str, ...]:
    """What was left out of the archive, a sentence each."""
    found = _read(root).get("notes")
    return tuple(map(str, found)) if isinstance(found, list) else ()


def _read(root: Path) -> dict[str, Any]:
    try:
        found = json.loads((root / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
