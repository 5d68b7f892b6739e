"""What is left of a class, as files: its report, and what was answered in it."""

import time

import pandas as pd

from resnet_viz import charts
from resnet_viz.reporting import class_report, run_labels
from resnet_viz.reporting.class_report import Contents
from resnet_viz.reporting.runs import runs_table
from resnet_viz.runs import Run
from resnet_viz.teaching.races import Race
from resnet_viz.teaching.sessions import ClassSession
from resnet_viz.ui.classroom import classes, race_panel
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell.page_table import PAGES

MOST_DRAWN = 4  # runs in one drawing
SHOWN = ("run", "network", "data", "status", "training error", "test error")


def report(session: ClassSession) -> bytes:
    """The report of a class, an HTML file that opens without a network."""
    books = classes.books()
    polls = books.polls.of_class(session.id)
    races = books.races.of_class(session.id)
    runs = {run.id: run for run in _runs(session)}
    drawings = {
        poll.id: charts.poll_drawing(poll.counts, poll.answer)
        for poll in polls
        if poll.opened is not None
    }
    ends: dict[str, float] = {}
    for race in races:
        run = runs.get(race.runs[0]) if race.runs else None
        ended = race_panel.error_at_end(run, race) if run else None
        if run and ended is not None:
            ends[race.id] = ended
            drawings[race.id] = _race(run, race)
    drawn = [run for run in runs.values() if run.epoch][:MOST_DRAWN]
    if drawn:
        lines = {
            name: line
            for run in drawn
            for name, line in _lines(run, ("train", "test"), run.name).items()
        }
        drawings["runs"] = charts.curves_drawing(lines)
    table = runs_table(list(runs.values()))
    return class_report.html(
        Contents(
            session=session,
            shown=books.sessions.shown(session.id),
            polls=polls,
            races=races,
            titles={page.name: page.title for page in PAGES.values()},
            drawings=drawings,
            ends=ends,
            runs=table[list(SHOWN)],
            settings=_settings(list(runs.values())),
        )
    ).encode()


def answers(session: ClassSession) -> bytes:
    """The answers of a class as CSV: a row an answer, without names."""
    return classes.books().polls.table(session.id).to_csv(index=False).encode()


def guesses(session: ClassSession) -> bytes:
    """The guesses of a class's races as CSV: a row a guess, without names."""
    rows = [
        (race.network, race.quantity, guess)
        for race in classes.books().races.of_class(session.id)
        for guess in race.guesses.values()
    ]
    table = pd.DataFrame(rows, columns=["network", "error of", "guess (%)"])
    return table.to_csv(index=False).encode()


def _runs(session: ClassSession) -> list[Run]:
    """The runs that were started while the class was held, the oldest first."""
    end = session.ended or time.time()
    return [
        run
        for run in reversed(stored_runs.readable())
        if session.begun <= run.created.timestamp() <= end
    ]


def _settings(runs: list[Run]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "run": run.name,
                "recipe": run.config.recipe,
                "epochs": run.config.epochs,
                "batch": run.config.batch_size,
                "learning rate": f"{run.config.learning_rate:g}",
                "weight decay": f"{run.config.weight_decay:g}",
                "seed": run.config.seed,
                "device": run.device or "–",
            }
            for run in runs
        ]
    )


def _race(run: Run, race: Race) -> str:
    lines = _lines(run, (race.quantity,), run_labels.setting(run.config))
    return charts.curves_drawing(lines, list(race.guesses.values()))


def _lines(
    run: Run, splits: tuple[str, ...], name: str
) -> dict[str, tuple[list[float], list[float], bool, bool]]:
    """The error curves of a run, as `charts.curves_drawing` takes them."""
    epochs = stored_runs.store().epochs(run.id)
    return {
        f"{name}, {'training' if split == 'train' else 'test'}": (
            epochs["epoch"].astype(float).tolist(),
            (100 - epochs[f"{split}_accuracy"].astype(float)).tolist(),
            run.config.network.is_residual,
            split == "test",
        )
        for split in splits
    }
