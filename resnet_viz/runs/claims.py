"""Which of the waiting runs may start, decided in one transaction."""

import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, func, select, update

from resnet_viz.runs.database import runs
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.liveness import here, interrupt, is_gone
from resnet_viz.runs.run import read_config


@dataclass(frozen=True)
class Claim:
    """The right to start the worker of a run, under a token that nobody else has."""

    run_id: str
    token: str
    slot: int


def can_start(config: str) -> bool:
    """Whether this version can train what is queued, rather than leave it to another one."""
    try:
        read_config(config)
    except RunError:
        return False
    return True


def claim_waiting(connection: Connection, slots: int, home: Path) -> list[Claim]:
    """Mark what may start as running, in order; the runs of a pair share a slot.

    Args:
        connection: within ``Database.deciding``.
        home: where the folders of the runs are.
    """
    query = select(runs).where(runs.c.status.in_(("queued", "running"))).order_by(runs.c.position)
    rows = connection.execute(query).all()
    working = [row for row in rows if row.status == "running"]
    gone = [row for row in working if is_gone(row)]
    interrupt(connection, gone, home)
    alive = [row for row in working if row not in gone]
    taken = {row.slot for row in alive}
    slot_of = {row.pair: row.slot for row in alive if row.pair}
    claims = []
    for row in rows:
        if row.status != "queued" or not can_start(row.config):
            continue
        slot = slot_of.get(row.pair) if row.pair else None
        if slot is None:
            if len(taken) >= slots:
                continue
            slot = min(set(range(slots)) - taken)
        taken.add(slot)
        if row.pair:
            slot_of[row.pair] = slot
        claims.append(_claim(connection, row.id, slot))
    return claims


def _claim(connection: Connection, run_id: str, slot: int) -> Claim:
    now, token = time.time(), secrets.token_hex(8)
    connection.execute(
        update(runs)
        .where(runs.c.id == run_id)
        .values(
            status="running",
            token=token,
            slot=slot,
            host=here(),
            pid=None,
            process_started=None,
            device=None,  # until its worker has begun, see Run.is_starting
            beat=now,
            started=func.coalesce(runs.c.started, now),
            ended=None,
            error=None,
            stop_requested=False,
        )
    )
    return Claim(run_id, token, slot)
