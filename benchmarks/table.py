"""Row: one line of the table, and the table as text or Markdown."""

import os
import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles
from typing import Self

from resnet_viz.runs.machine import cores

ROOT = Path(__file__).resolve().parents[1]
HEADINGS = ("what", "measured", "at most", "holds", "how")
VERDICTS = {True: "yes", False: "NO", None: "–"}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement: ``measured`` and ``bound`` in words, ``how`` and against what."""

    what: str
    measured: str
    how: str
    bound: str = "reported"
    holds: bool | None = None

    @classmethod
    def ratio(
        cls, what: str, how: str, pairs: Sequence[tuple[float, float]], at_most: float | None
    ) -> Self:
        """The median ratio of times that were taken in turn, and between what quartiles it lies.

        Args:
            pairs: seconds of the one and of what it is compared with, of one moment each.
        """
        ratios = [one / other for one, other in pairs]
        low, middle, high = quartiles(ratios)
        ours, theirs = (seconds(median(side)) for side in zip(*pairs, strict=True))
        return cls(
            what=what,
            measured=f"{middle:.2f}× ({low:.2f}–{high:.2f})",
            how=f"{how}; {ours} against {theirs}, {len(pairs)} times in turn",
            bound="reported" if at_most is None else f"{at_most:.2f}×",
            holds=None if at_most is None else middle <= at_most,
        )

    @classmethod
    def failed(cls, what: str, error: BaseException) -> Self:
        """The row of a measurement that could not be taken, with its sentence."""
        sentence = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return cls(what=what, measured="failed", how=sentence, holds=False)

    @property
    def cells(self) -> tuple[str, ...]:
        """Its texts under ``HEADINGS``."""
        return self.what, self.measured, self.bound, VERDICTS[self.holds], self.how


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """First quartile, median and third quartile; of fewer than two values the value itself."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    low, middle, high = quantiles(values, method="inclusive")
    return low, middle, high


def seconds(value: float) -> str:
    """Seconds in words: 12.3 ms, 1.23 s."""
    return f"{1000 * value:.1f} ms" if value < 1 else f"{value:.2f} s"


def text(rows: Sequence[Row]) -> str:
    """The table for a terminal: aligned columns, the longest one last."""
    lines = [HEADINGS, *(row.cells for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS) - 1)]
    return "\n".join(
        "  ".join(
            [cell.ljust(width) for cell, width in zip(line, widths, strict=False)] + [line[-1]]
        )
        for line in lines
    )


def markdown(rows: Sequence[Row], machine: str) -> str:
    """The table for a repository, with the machine below it."""
    lines = [HEADINGS, ("---",) * len(HEADINGS), *(row.cells for row in rows)]
    table = "\n".join(
        f"| {' | '.join(cell.replace('|', '∣') for cell in line)} |" for line in lines
    )
    return f"# What `make bench` measured\n\n{table}\n\n{machine}\n"


def this_machine() -> str:
    """CPU, cores, memory, versions and how busy it is, in a sentence."""
    import psutil

    memory = psutil.virtual_memory().total / 2**30
    load = os.getloadavg()[0]
    packages = ", ".join(f"{name} {version(name)}" for name in ("torch", "lightning", "streamlit"))
    return (
        f"Measured on {processor()}, {cores()} cores, {memory:.0f} GiB of memory, "
        f"{platform.system()}, Python {platform.python_version()}, {packages}; "
        f"load {load:.1f} before the first row."
    )


def processor() -> str:
    """The name of the CPU."""
    try:
        model = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.M)
    except OSError:
        model = None
    return model[1].strip() if model else platform.processor() or platform.machine()
