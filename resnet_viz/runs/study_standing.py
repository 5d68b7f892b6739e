"""Standing: how far a study has come, from what the store says of its runs in sum."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, case, func, or_, select

from resnet_viz.runs.database import runs, studies
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.study_plan import Study

STATUSES = ("finished", "running", "queued", "stopped", "interrupted", "failed")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A study and how far it has come.

    Attributes:
        counts: its runs by status, of ``STATUSES``.
        share: of its work that is done, 0 … 1.
        seconds_left: of training, if what is left goes as what is done; None before there is any.
        paused: whether none of its waiting runs starts.
        changed: when one of its runs last began or ended.
    """

    id: str
    study: Study
    created: datetime
    paused: bool
    counts: dict[str, int] = field(hash=False)
    share: float
    seconds_left: float | None
    changed: float

    @property
    def name(self) -> str:
        return self.study.name

    @property
    def size(self) -> int:
        """How many runs it has."""
        return sum(self.counts.values())

    @property
    def is_active(self) -> bool:
        """Whether one of its runs trains, or will by itself."""
        return bool(self.counts["running"] or (self.counts["queued"] and not self.paused))

    @property
    def can_resume(self) -> bool:
        """Whether there are runs that would go on."""
        return self.paused or bool(self.counts["stopped"] or self.counts["interrupted"])


def named(name: str) -> Select[Any]:
    """The study of a name, or of an id."""
    return select(studies).where(or_(studies.c.name == name, studies.c.id == name))


def sums(query: Select[Any]) -> Select[Any]:
    """A row a study and status: what its runs come to together.

    Args:
        query: gives the studies.
    """
    done = case(
        (runs.c.status == "finished", 1.0),
        (runs.c.total_steps > 0, runs.c.step * 1.0 / runs.c.total_steps),
        else_=0.0,
    )
    return (
        select(
            runs.c.study,
            runs.c.status,
            func.count().label("runs"),
            func.sum(runs.c.cost).label("cost"),
            func.sum(runs.c.cost * done).label("done"),
            func.sum(runs.c.seconds).label("seconds"),
            func.max(func.coalesce(runs.c.ended, runs.c.started, 0.0)).label("changed"),
        )
        .where(runs.c.study.in_(select(query.subquery().c.id)))
        .group_by(runs.c.study, runs.c.status)
    )


def standing_of(row: Row[Any], sums: Sequence[Row[Any]]) -> Standing:
    """The standing of a study, from its own row and those of `sums`."""
    cost, done, seconds = (
        sum(getattr(each, name) or 0.0 for each in sums) for name in ("cost", "done", "seconds")
    )
    ends = ("running", "queued", "stopped", "interrupted")  # what failed is not on its way
    left = sum((each.cost or 0.0) - (each.done or 0.0) for each in sums if each.status in ends)
    return Standing(
        id=row.id,
        study=plan_of(row),
        created=datetime.fromtimestamp(row.created, UTC),
        paused=bool(row.paused),
        counts=dict.fromkeys(STATUSES, 0) | {each.status: each.runs for each in sums},
        share=done / cost if cost else 0.0,
        seconds_left=seconds / done * left if done and seconds else None,
        changed=max((each.changed for each in sums), default=0.0),
    )


def plan_of(row: Row[Any]) -> Study:
    """The plan in a study's row.

    Raises:
        RunError: if this version cannot read it.
    """
    try:
        return Study.from_dict(json.loads(row.plan))
    except (RunError, ValueError, TypeError, KeyError) as error:
        raise RunError(
            f"This version of resnet_viz cannot read the study {row.name}: open it with the "
            "version that it is from."
        ) from error
