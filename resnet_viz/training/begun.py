"""What a run began with and must find again when it goes on: its data, its start, its precision."""

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

from resnet_viz.data import DataSet
from resnet_viz.files import replacing
from resnet_viz.training.config import RunConfig
from resnet_viz.training.errors import DataGone

FACTS = "begun.json"
START = "start.safetensors"


def kept_start(config: RunConfig, folder: Path) -> Path | None:
    """The run's own copy of the checkpoint that it starts from, made at its first attempt.

    None where it starts from no file. A run that goes on needs what was there when it began, and
    the checkpoint of a run under way changes.
    """
    kept = folder / START
    if kept.is_file():
        return kept
    source = Path(config.start).expanduser() if config.start else None
    if source is None or not source.is_file():
        return None
    with replacing(kept) as beside:
        shutil.copyfile(source, beside)
    return kept


def compare(folder: Path, data: DataSet, precision: str, *, goes_on: bool) -> str:
    """Keep what a run begins with; the precision that it began with.

    Args:
        goes_on: whether there is a saved state, which belongs to the data of the first attempt.

    Raises:
        DataGone: if a run that goes on finds other data than it began with.
    """
    facts = {"precision": precision, **_facts(data)}
    path = folder / FACTS
    if goes_on and path.is_file():
        before = json.loads(path.read_text())
        if {**before, "precision": precision} != facts:
            raise DataGone(
                f"The data have changed since the run began ({before['images']:,} images of "
                f"{len(before['classes'])} classes then, {facts['images']:,} of "
                f"{len(facts['classes'])} now): bring them back as they were, or start a new run."
            )
        return str(before["precision"])
    with replacing(path) as beside:
        beside.write_text(json.dumps(facts))
    return precision


def _facts(data: DataSet) -> dict[str, Any]:
    digest = hashlib.sha256()
    for split in (data.train, data.test):
        for tensor in (split.images, split.labels):
            digest.update(str(tuple(tensor.shape)).encode())
            digest.update(tensor.contiguous().numpy().data)
    return {"images": len(data.train), "classes": list(data.classes), "pixels": digest.hexdigest()}
