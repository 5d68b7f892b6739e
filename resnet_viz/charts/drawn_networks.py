"""Networks to be drawn: their parts, equal neighbours as one, and how a part is written."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from resnet_viz.charts.colours import colour

LETTERED = ("zero padding", "projection")  # shortcuts on which the option's letter stands
CHANGED = "×"  # stands on shortcuts that multiply x by a constant, or by dropout's ones and zeros


@dataclass(frozen=True)
class Drawn:
    """A network to draw.

    Attributes:
        parts: as `analysis.outline` gives them.
        shortcut: ``none``, or the option ``A``, ``B`` or ``C``.
        meaning: of this option, in few words.
    """

    title: str
    parts: pd.DataFrame
    shortcut: str
    meaning: str = ""

    @property
    def hue(self) -> str:
        """The colour of its family."""
        return colour(self.shortcut != "none")


@dataclass(frozen=True)
class Group:
    """Equal parts that follow each other, drawn as one; the first stands for all."""

    first: Any
    names: tuple[str, ...]
    repeats: bool = False

    @property
    def name(self) -> str:
        """``layer3.1``, or ``layer3.1–35`` for all of these."""
        last = self.names[-1].rpartition(".")[2]
        return self.names[0] if len(self.names) == 1 else f"{self.names[0]}–{last}"


def fold(parts: pd.DataFrame, *, unfold: bool = False) -> list[Group]:
    """Parts in forward order, equal neighbours of one stage together unless they are unfolded.

    Unfolded, a part that is equal to the one before says so.
    """
    groups: list[Group] = []
    before = None
    for row in rows_of(parts):
        same = before is not None and _kind(row) == _kind(before)
        if same and not unfold:
            groups[-1] = Group(groups[-1].first, (*groups[-1].names, str(row.part)))
        else:
            groups.append(Group(row, (str(row.part),), repeats=same))
        before = row
    return groups


def short(convolution: str) -> str:
    """A convolution as the papers write it in a box: ``3×3, 128, C=32, /2``."""
    words = convolution.split(", ")
    for number, word in enumerate(words):
        if word.endswith(" groups"):
            words[number] = f"C={word.removesuffix(' groups')}"
        elif word.startswith("stride "):
            words[number] = f"/{word.removeprefix('stride ')}"
    return ", ".join(words)


def multiplied(row: Any) -> str:
    """What a shortcut multiplies x by, in words; empty where by nothing."""
    said = []
    if row.shortcut_scale != 1:
        said.append(f"times {row.shortcut_scale:g}")
    if row.shortcut_dropout:
        said.append(f"with dropout {row.shortcut_dropout:g}")
    return " ".join(said)


def rows_of(parts: pd.DataFrame) -> list[Any]:
    return list(parts.itertuples(index=False))


def _kind(row: Any) -> tuple[Any, ...]:
    """What equal parts have in common: all but their name."""
    return tuple(value for name, value in row._asdict().items() if name != "part")
