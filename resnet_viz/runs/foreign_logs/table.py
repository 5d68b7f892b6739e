"""LoggedTable: the numbers of one run in somebody's log, before anything is known of them."""

from dataclasses import dataclass

import pandas as pd

from resnet_viz.errors import UserError


class LogError(UserError):
    """A log cannot be read like this; the text says what to change."""


@dataclass(frozen=True, eq=False)
class LoggedTable:
    """One run of a log.

    Attributes:
        run: what the log calls it; empty where it has one alone.
        values: columns of numbers, NaN where a row has none.
        notes: what was left out on the way, each a clause.
    """

    run: str
    values: pd.DataFrame
    notes: tuple[str, ...] = ()
