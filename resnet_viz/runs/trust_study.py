"""TrustStudy: what checks of attribution maps found for the shipped networks, in one small file."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pandas as pd

from resnet_viz.home import SHIPPED
from resnet_viz.runs import study_file

SUFFIX = ".trust.json.gz"
MOSAICS = {
    "network": "str",
    "map": "str",
    "mosaics": "int64",
    "blank": "int64",
    "share": "float64",
    "error": "float64",
    "seconds": "float64",
}
RANDOMISED = {
    "network": "str",
    "map": "str",
    "part": "str",
    "pictures": "int64",
    "correlation": "float64",
}


@dataclass(frozen=True, kw_only=True, eq=False)
class TrustStudy:
    """Checks of every attribution method on networks of one data set.

    Attributes:
        data: the data set, as the networks' cards call it.
        seed: of mosaics and random weights.
        versions: of what computed it, by name.
        digests: the networks' checkpoints by name, so that one sees whether they are the same.
        unsure: why there are no mosaics for a network, by name.
        mosaics: a row a network and map (a method or a control): network, map, mosaics (tried),
            blank (of them without positive values, which count in no mean), share (in the right
            cell, mean, 0 … 1), error (its standard error) and seconds (a map).
        randomised: a row a network, method and part: network, map, part (the last to become
            random), pictures (with a correlation) and correlation (with the trained network's map,
            mean over them).
    """

    data: str
    seed: int
    versions: Mapping[str, str]
    digests: Mapping[str, str]
    unsure: Mapping[str, str]
    mosaics: pd.DataFrame
    randomised: pd.DataFrame

    def save(self, path: Path) -> None:
        """Write gzipped JSON; a reader never sees half of it."""
        content: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        for name, columns in _FRAMES.items():
            content[name] = content[name][list(columns)].to_dict("list")
        study_file.save(path, content)

    @classmethod
    def load(cls, path: Path) -> "TrustStudy":
        """Read what ``save`` wrote.

        Raises:
            RunError: if the file is missing, damaged or of a newer format.
        """
        content = study_file.load(path)
        try:
            for name, columns in _FRAMES.items():
                content[name] = pd.DataFrame(content[name])[list(columns)].astype(columns)
            return cls(**content)
        except (KeyError, TypeError, ValueError) as error:
            raise study_file.damaged(path) from error


_FRAMES = {"mosaics": MOSAICS, "randomised": RANDOMISED}


def shipped_trust() -> dict[str, TrustStudy]:
    """The recorded checks that come with the product, by data set."""
    files = sorted((SHIPPED / "trust").glob(f"*{SUFFIX}"))
    return {study.data: study for study in map(TrustStudy.load, files)}
