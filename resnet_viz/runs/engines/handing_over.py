"""Handing over: waiting runs go into the queue of an engine that has one, and are followed there.

The store stays the truth. A run that waits with a token is the engine's; its worker makes it a
running one when it begins. Only what the engine ends without a word is learnt by asking it.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Row, or_, select, update

from resnet_viz.runs import clock, environment
from resnet_viz.runs.claims import waiting
from resnet_viz.runs.database import runs
from resnet_viz.runs.engines.demand import threads
from resnet_viz.runs.engines.engine import ENDED, Engine, EngineError, Job
from resnet_viz.runs.errors import sentence
from resnet_viz.runs.run import can_read, read_config
from resnet_viz.runs.store import Store
from resnet_viz.training.config import RunConfig

FORGOTTEN_SECONDS = 60.0  # after which a run that was to be handed over, and has no job, is again
STOP_SECONDS = 120.0  # in which a run saves and ends by itself once it is asked to
NEVER_BEGAN = (
    "{title} ended its job before training began: see the end of its log and that its machines "
    "reach RESNET_VIZ_HOME, then resume it."
)


def hand_over(
    store: Store, name: str, make: Callable[[], Engine], *, tells: bool = True
) -> list[str]:
    """Give an engine the runs that wait for it, as many as it takes; their ids.

    Args:
        make: connects to the engine, which is only done where some wait.
        tells: whether runs that wait on say why.

    Raises:
        EngineError: if it takes none now; then they wait on.
    """
    with store.database.reading() as connection:
        if not connection.execute(_waiting(name).limit(1)).first():
            return []
        there = connection.scalars(
            select(runs.c.config).where(
                runs.c.engine == name,
                or_(
                    runs.c.status == "running",
                    (runs.c.status == "queued") & runs.c.job.is_not(None),
                ),
            )
        ).all()
        rows = [row for row in connection.execute(_waiting(name)) if can_read(row.config)]
    claimed: dict[str, str] = {}
    try:
        engine = make()
        taken = engine.takes(
            [read_config(config) for config in there if can_read(config)],
            [read_config(row.config) for row in rows],
        )
        chosen = {rows[index].id: _settled(rows[index]) for index in taken}
        claimed = _claim(store, name, chosen)
        jobs = [_job(store, chosen[run_id], run_id, token) for run_id, token in claimed.items()]
        names = engine.submit(jobs) if jobs else []
    except (EngineError, OSError) as error:
        why = sentence(error) or str(error) if tells else None
        _put_back(store, [row.id for row in rows], claimed, why)
        if isinstance(error, EngineError):
            raise
        raise EngineError(sentence(error) or f"A run's folder cannot be made ({error}).") from error
    with store.database.writing() as connection:
        for job, called in zip(jobs, names, strict=True):
            connection.execute(
                update(runs)
                .where(runs.c.id == job.run_id, runs.c.token == job.token)
                .values(job=called)
            )
    return list(claimed)


def look_after(store: Store, name: str, title: str, make: Callable[[], Engine]) -> None:
    """Notice jobs that ended without a word, and end those that do not stop.

    Args:
        make: connects to the engine, which is only done where there are such.

    Raises:
        EngineError: if the engine does not answer.
    """
    asked = select(runs).where(runs.c.engine == name, runs.c.job.is_not(None))
    with store.database.reading() as connection:
        queued = connection.execute(asked.where(runs.c.status == "queued")).all()
        late = runs.c.stop_asked < clock.now() - STOP_SECONDS
        stuck = connection.execute(asked.where(runs.c.status == "running", late)).all()
    if not queued and not stuck:
        return
    engine = make()
    if queued:
        states = engine.poll([row.job for row in queued])
        ended = [row for row in queued if states.get(row.job, ENDED) == ENDED]
        _end(store, ended, "queued", "interrupted", NEVER_BEGAN.format(title=title))
    for row in stuck:
        engine.stop(row.job)
    _end(store, stuck, "running", "stopped", None)


def _waiting(name: str) -> Any:
    """Runs that are to be handed over, in order."""
    forgotten = runs.c.beat < clock.now() - FORGOTTEN_SECONDS
    return waiting(name).where(runs.c.job.is_(None), or_(runs.c.token.is_(None), forgotten))


def _settled(row: Row[Any]) -> RunConfig:
    """A run's config with its threads, which it keeps when it goes on, see `runs.threads`."""
    config = read_config(row.config)
    return replace(config, threads=threads(config))


def _claim(store: Store, name: str, chosen: Mapping[str, RunConfig]) -> dict[str, str]:
    """Those of the runs that nobody else has taken meanwhile, with the tokens of their launches."""
    with store.database.deciding() as connection:
        free = {row.id for row in connection.execute(_waiting(name))}
        claimed = {run_id: secrets.token_hex(8) for run_id in chosen if run_id in free}
        for run_id, token in claimed.items():
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id)
                .values(
                    token=token,
                    config=json.dumps(chosen[run_id].to_dict(), sort_keys=True),
                    slot=None,
                    host=None,
                    pid=None,
                    process_started=None,
                    data_read=None,
                    device=None,
                    beat=clock.now(),
                    ended=None,
                    error=None,
                    stop_requested=False,
                    stop_asked=None,
                )
            )
    return claimed


def _job(store: Store, config: RunConfig, run_id: str, token: str) -> Job:
    folder = store.folder / run_id
    return Job(run_id, token, folder, config, environment.of_job(store, config))


def _put_back(
    store: Store, ids: Sequence[str], claimed: Mapping[str, str], why: str | None
) -> None:
    """Let runs wait on, and say why they do."""
    with store.database.writing() as connection:
        for run_id in ids:
            mine = runs.c.token == claimed[run_id] if run_id in claimed else runs.c.token.is_(None)
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.status == "queued", mine)
                .values(token=None, **({"error": why} if why else {}))
            )


def _end(
    store: Store, rows: Sequence[Row[Any]], before: str, status: str, error: str | None
) -> None:
    """Say how runs ended whose workers do not, unless one has spoken since it was asked about."""
    if not rows:
        return
    with store.database.writing() as connection:
        for row in rows:
            connection.execute(
                update(runs)
                .where(
                    runs.c.id == row.id,
                    runs.c.status == before,
                    runs.c.token == row.token,
                    runs.c.job == row.job,
                )
                .values(status=status, error=error, ended=clock.now())
            )
