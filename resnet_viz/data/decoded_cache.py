"""Decoded data sets kept on disk, because decoding takes longer than reading."""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from resnet_viz.data.dataset import DataSet, Split
from resnet_viz.files import replacing
from resnet_viz.home import cache

VERSION = 3  # to be raised when the same files would give other images or other notes
SPLITS = ("train", "test")
MOST_BYTES = 10_000_000_000  # of all that is kept; what was used longest ago goes
PATTERN = "data-*.safetensors"


def cached(identity: list[Any], fingerprint: Any, make: Callable[[], DataSet]) -> DataSet:
    """The data set that ``make`` gives, from the disk if it was made there before.

    Args:
        identity: what was asked for; it has one place on the disk.
        fingerprint: what the answer depends on besides; when it changes the answer is made anew.

    A cache that cannot be written costs time, not the data set: its notes then say so.
    """
    wanted = _hash([VERSION, [field.name for field in fields(DataSet)], fingerprint])
    name = PATTERN.replace("*", _hash(identity)[:16])
    try:
        found = _restore(cache() / name, wanted)
    except OSError:  # there is not even room for the cache's folder
        found = None
    if found is not None:
        return found
    made = make()
    try:
        _store(made, cache() / name, wanted)
        _make_room(cache() / name)
    except (OSError, SafetensorError) as error:
        reason = getattr(error, "strerror", None) or error
        note = f"The decoded images could not be kept for the next time ({reason})."
        return replace(made, notes=(*made.notes, note))
    return made


def _make_room(newest: Path) -> None:
    """Remove what was used longest ago while there is too much; what was just made stays."""
    found = []
    for path in newest.parent.glob(PATTERN):
        with suppress(OSError):  # somebody else has just removed it
            stat = path.stat()
            found.append((path == newest, stat.st_mtime_ns, stat.st_size, path))
    total = 0
    for _, _, size, path in sorted(found, reverse=True):
        total += size
        if total > MOST_BYTES and path != newest:
            with suppress(OSError):  # still open, where a system forbids to remove it then
                path.unlink()


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()


def _store(data: DataSet, path: Path, fingerprint: str) -> None:
    tensors: dict[str, Tensor] = {}
    for name in SPLITS:
        split: Split = getattr(data, name)
        tensors |= {f"{name}.images": split.images, f"{name}.labels": split.labels}
    facts = {field.name: getattr(data, field.name) for field in fields(data)}
    card = json.dumps({name: fact for name, fact in facts.items() if name not in SPLITS})
    with replacing(path) as beside:
        save_file(tensors, beside, metadata={"card": card, "fingerprint": fingerprint})


def _restore(path: Path, fingerprint: str) -> DataSet | None:
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata()
            if metadata["fingerprint"] != fingerprint:
                return None
            with suppress(OSError):  # when it was used last, where that can be written
                os.utime(path)
            splits = {
                name: Split(file.get_tensor(f"{name}.images"), file.get_tensor(f"{name}.labels"))
                for name in SPLITS
            }
    except (OSError, SafetensorError):  # not there yet, or damaged: it is made anew
        return None
    card = json.loads(metadata["card"])
    lists = {name: tuple(fact) for name, fact in card.items() if isinstance(fact, list)}
    return DataSet(**(card | lists | splits))
