"""Which of the waiting runs may start, and with how many threads, decided in one transaction."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, case, func, or_, select, update

from resnet_viz.runs import clock, threads
from resnet_viz.runs.database import runs, studies
from resnet_viz.runs.engines import LOCAL, has_queue
from resnet_viz.runs.liveness import SILENCE, here, interrupt, is_gone
from resnet_viz.runs.permission import TURN
from resnet_viz.runs.run import can_read, read_config

MOST_WAITING = 500  # of those that wait are looked at when a slot is free


@dataclass(frozen=True)
class Claim:
    """The right to start the worker of a run, under a token that nobody else has."""

    run_id: str
    token: str
    slot: int

    @property
    def arguments(self) -> tuple[str, str]:
        """What its worker is told."""
        return self.run_id, self.token


def waiting(engine: str = LOCAL) -> Select[Any]:
    """The runs that may start: students' last, and studies' behind what was submitted alone.

    Of a long line its beginning: no more of it can start at once.

    Args:
        engine: that they are for.
    """
    mine = runs.c.engine == engine
    if engine == LOCAL:
        mine = or_(mine, runs.c.engine.is_(None))  # from before there were others
    paused = select(studies.c.id).where(studies.c.paused)
    alone = runs.c.study.is_(None)
    return (
        select(runs)
        .where(mine, runs.c.status == "queued", or_(alone, runs.c.study.not_in(paused)))
        .order_by(TURN[0], case((alone, 0), else_=1), *TURN[1:])
        .limit(MOST_WAITING)
    )


def claim_waiting(connection: Connection, slots: int, home: Path) -> list[Claim]:
    """Mark what may start as running, in order, students' behind all others'.

    The runs of a pair share a slot. Those of an engine with a queue of its own take none.

    Args:
        connection: within ``Database.deciding``.
        home: where the folders of the runs are.
    """
    working = connection.execute(select(runs, SILENCE).where(runs.c.status == "running")).all()
    gone = [row for row in working if is_gone(row)]
    interrupt(connection, gone, home)
    alive = [row for row in working if row not in gone]
    taken = {row.slot for row in alive if not has_queue(row.engine)}
    slot_of = {row.pair: row.slot for row in alive if row.pair}
    chosen: list[tuple[Row[Any], int]] = []
    for row in connection.execute(waiting()).all():
        slot = slot_of.get(row.pair) if row.pair else None
        if (slot is None and len(taken) >= slots) or not can_read(row.config):
            continue
        if slot is None:
            slot = min(set(range(slots)) - taken)
        taken.add(slot)
        if row.pair:
            slot_of[row.pair] = slot
        chosen.append((row, slot))
    if not chosen:
        return []
    configs = _with_threads(connection, alive, [row for row, _ in chosen], slots - len(taken))
    return [
        _claim(connection, row.id, slot, config)
        for (row, slot), config in zip(chosen, configs, strict=True)
    ]


def _with_threads(
    connection: Connection, alive: Sequence[Row[Any]], starting: Sequence[Row[Any]], empty: int
) -> list[str]:
    """The configs of runs that start, as the store keeps them, with their number of threads."""
    beside = [row for row in alive if row.host == here() and can_read(row.config)]
    free = threads.free(connection, [read_config(row.config) for row in beside])
    settled = threads.settled([read_config(row.config) for row in starting], free, max(0, empty))
    return [json.dumps(config.to_dict(), sort_keys=True) for config in settled]


def _claim(connection: Connection, run_id: str, slot: int, config: str) -> Claim:
    token = secrets.token_hex(8)
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status="running",
            config=config,
            token=token,
            slot=slot,
            host=here(),
            pid=None,
            process_started=None,
            data_read=None,
            device=None,  # until its worker has begun, see Run.is_starting
            beat=clock.now(),
            started=func.coalesce(runs.c.started, clock.now()),
            ended=None,
            error=None,
            stop_requested=False,
        )
    )
    return Claim(run_id, token, slot)
