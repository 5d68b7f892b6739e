"""What is said of other programs' logs where their curves stand."""

from collections.abc import Mapping

import pandas as pd

from resnet_viz.reporting.markdown import literal
from resnet_viz.runs.foreign_logs.log import ForeignLog
from resnet_viz.wording import listed


def assumed(logs: Mapping[str, ForeignLog]) -> str:
    """What was taken to be so in the logs that are shown, a sentence each, for Markdown.

    Args:
        logs: by their names in the chart.
    """
    said = [
        f"Assumed of {literal(name)}: {literal('; '.join(log.assumed))}."
        for name, log in logs.items()
        if log.assumed
    ]
    return " ".join(said)


def not_drawn(history: pd.DataFrame, metric: str, x: str, over: str) -> str:
    """Which lines have nothing of what is drawn, as a sentence for Markdown; empty if all have.

    Args:
        metric: ``error`` or ``loss``.
        x: column of the horizontal axis, which people call ``over``.
    """
    if history.empty:
        return ""
    values = history[[f"train_{metric}", f"test_{metric}"]].notna().any(axis=1)
    there = (values & history[x].notna()).groupby(history["label"], sort=False).any()
    absent = [literal(str(label)) for label, drawn in there.items() if not drawn]
    if not absent:
        return ""
    verb = "has" if len(absent) == 1 else "have"
    return f"{listed(absent)} {verb} no {metric} over {over} to draw."
