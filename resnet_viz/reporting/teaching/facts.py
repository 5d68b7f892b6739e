"""What notes and exercises are made of: the shipped records, in frames, read once for both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resnet_viz.reporting import findings, histories, run_labels, shortcuts, study
from resnet_viz.runs import Record

DIGITS, PHOTOGRAPHS = "digits", "cifar10-jpeg"
NETWORKS = ("plain20", "plain56", "resnet20", "resnet56")


@dataclass(frozen=True, eq=False)
class Facts:
    """Recorded results; a frame of what is not at hand is empty.

    Attributes:
        ends: by data set the rows of `histories.ends`.
        norms: the rows of `study.norms` on the digits.
        options, variations: the rows of `shortcuts.ends`.
        cue: the rows of `spurious_cue.accuracies`.
    """

    ends: Mapping[str, pd.DataFrame]
    norms: pd.DataFrame
    options: pd.DataFrame
    variations: pd.DataFrame
    cue: pd.DataFrame

    def pair(self, data: str) -> pd.DataFrame:
        """The plain networks of two depths on a data set, as `findings.pair` gives them."""
        ends = self.ends[data]
        return ends if ends.empty else findings.pair(ends, residual=False)


def of(records: Mapping[str, Record], cue: pd.DataFrame | None = None) -> Facts:
    """The facts that shipped records hold.

    Args:
        cue: what is known of the networks that were trained with a spurious cue.
    """
    known = records.values()
    groups = {data: _networks(known, data) for data in (DIGITS, PHOTOGRAPHS)}
    return Facts(
        ends={data: histories.ends(group) for data, group in groups.items()},
        norms=study.norms(groups[DIGITS]),
        options=_on_the_shortcut(known, shortcuts.OPTIONS),
        variations=_on_the_shortcut(known, shortcuts.VARIATIONS),
        cue=pd.DataFrame() if cue is None else cue,
    )


def _networks(records: Iterable[Record], data: str) -> dict[str, list[Record]]:
    return study.labelled(
        record
        for record in run_labels.of_the_table(records)
        if record.config.data == data and record.config.architecture in NETWORKS
    )


def _on_the_shortcut(
    records: Iterable[Record], wanted: Mapping[str, Mapping[str, Any]]
) -> pd.DataFrame:
    groups = shortcuts.grouped(records, wanted)
    return shortcuts.ends(groups) if groups else pd.DataFrame()
