"""The records that come with the product."""

import functools
from collections.abc import Iterator, Mapping
from pathlib import Path

from resnet_viz.home import SHIPPED
from resnet_viz.runs.record_file import Record
from resnet_viz.training import snapshots

SUFFIX = ".history.json.gz"


class Shelf(Mapping[str, Record]):
    """The records in a folder by name, each read when first asked for."""

    def __init__(self, folder: Path) -> None:
        self._paths = {
            path.name.removesuffix(SUFFIX): path for path in sorted(folder.rglob(f"*{SUFFIX}"))
        }
        self._records: dict[str, Record] = {}

    def __getitem__(self, name: str) -> Record:
        if name not in self._records:
            self._records[name] = Record.load(self._paths[name])
        return self._records[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, name: object) -> bool:
        return name in self._paths


@functools.cache
def shipped() -> Mapping[str, Record]:
    """The shipped runs' records by name, such as ``plain56-digits-seed0``."""
    return Shelf(SHIPPED)


def shipped_checkpoint(name: str) -> Path | None:
    """The shipped weights of that name, if there are any."""
    if Path(name).name != name:  # a way to somewhere
        return None
    files = (folder / f"{name}.safetensors" for folder in SHIPPED.iterdir())
    return next(filter(Path.is_file, files), None)


def shipped_snapshots(name: str) -> dict[int, Path | None]:
    """The shipped network of that name as it was on the way, epoch -> file.

    Its random weights have no file: they follow from its seed.
    """
    if (end := shipped_checkpoint(name)) is None:
        return {}
    found = snapshots.numbered(end.parent, f"{name}.")
    return {0: None, **found} if found else {}
