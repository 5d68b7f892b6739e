"""What stands on the Training page while runs wait, go on and end, in words."""

from collections.abc import Iterable, Mapping, Sequence

from resnet_viz.reporting import engines, histories, run_labels, tables
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Record, Run
from resnet_viz.runs.engines import has_queue
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.runs.study_plan import identity
from resnet_viz.training.config import RunConfig
from resnet_viz.wording import listed, several

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
NOTHING = "Nothing has been trained here yet."


def line(configs: Sequence[RunConfig]) -> str:
    """What some runs are, in one line: networks, data, recipe and seed, for Markdown."""
    first = configs[0]
    recipe = ", ".join([first.recipe, *run_labels.changes(first).values()])
    networks = " against ".join(run_labels.setting(config) for config in configs)
    data = run_labels.data_title(first.data)
    return literal(" · ".join([networks, data, recipe, f"seed {first.seed}"]))


def error_now(run: Run) -> str:
    """The error on the test pictures after the last epoch; a dash before the first has ended."""
    error = _error(run)
    return "–" if error is None else f"{error:.1f} %"


def standing(runs: Sequence[Run]) -> str:
    """Where runs stand, in the numbers that their curves end at, for Markdown.

    Args:
        runs: one or more, shown beside each other.
    """
    known = [run for run in runs if _error(run) is not None]
    names = _names(runs)
    if not known:
        return _before_the_first_epoch(runs, listed(list(names.values())))
    moments = {(run.epoch, run.config.epochs) for run in known}
    said: list[str] = []
    for run in known:
        error = f"{names[run.id]}{' errs' if not said else ''} on {error_now(run)}"
        of = "" if said else " of the test pictures"
        after = "" if len(moments) == 1 else f" after {_epochs(run.epoch, run.config.epochs)}"
        said.append(f"{error}{of}{after}")
    [(epoch, epochs), *others] = moments
    begun = [run for run in runs if run not in known]
    rest = [f"{listed([names[run.id] for run in begun])} has not ended an epoch"] if begun else []
    sentence = ", ".join([*said, *rest])
    return f"{sentence}." if others else f"After {_epochs(epoch, epochs)} {sentence}."


def _epochs(done: int, wanted: int) -> str:
    every = several(wanted, "epoch")
    return every if done == wanted else f"{done} of {every}"


def _before_the_first_epoch(runs: Sequence[Run], names: str) -> str:
    several = len(runs) > 1
    if any(run.status == "running" for run in runs):
        return (
            f"{names} {'have' if several else 'has'} begun: the first errors come with the end of "
            "the first epoch."
        )
    if any(run.status == "queued" for run in runs):
        return f"{names} {'wait' if several else 'waits'} for others to end."
    return f"{names} ended before the end of the first epoch: there is no error to show."


def kept(runs: Sequence[Run]) -> str:
    """What there is of runs that ended before their time; empty where none did."""
    early = [run for run in runs if run.status in RESUMABLE]
    if not early or any(run.is_active for run in runs):
        return ""
    steps = max(run.step for run in early)
    if not steps:
        return "Nothing has been recorded yet: *Resume* begins at the first step."
    return (
        "The curves up to here and the networks as they were last saved are kept: *Resume* goes on "
        "from there, and the table below opens the networks on the other pages."
    )


def waiting(runs: Sequence[Run]) -> dict[str, str]:
    """Of each run that waits: its place in the line, and what the first one waits for, by its id.

    Args:
        runs: all there are, newest first.
    """
    here = [run for run in runs if not has_queue(run.engine)]
    line = _together(run for run in here if run.status == "queued")
    # As they are claimed: students' come last, and studies' behind what was submitted alone.
    line.sort(key=lambda group: (group[0].owner is not None, group[0].study is not None))
    working = _together(run for run in here if run.stored_status == "running")
    ends = [
        f"{listed([literal(run.name) for run in group])} {'end' if len(group) > 1 else 'ends'}"
        for group in working
    ]
    if not ends:
        first = "starts in a moment"
    elif len(ends) == 1:
        first = f"starts when {ends[0]}"
    else:
        first = f"starts as soon as {', or '.join(ends)}"
    # A run that is to go on stands behind those that waited already, and how many did is not known.
    sure = all(run.started is None for group in line for run in group)
    said = {
        run.id: engines.waits(run)
        for run in runs
        if run.status == "queued" and has_queue(run.engine)
    }
    for place, group in enumerate(line):
        if not sure and len(line) > 1:
            text = f"one of {len(line)} in line"
        elif place:
            text = f"{ORDINALS[place] if place < len(ORDINALS) else f'number {place + 1}'} in line"
        else:
            text = f"first in line: {first}"
        said |= dict.fromkeys((run.id for run in group), text)
    return said


def same_again(configs: Sequence[RunConfig], runs: Iterable[Run]) -> str:
    """That runs of these settings and seed are there already; empty if one of them is not.

    Args:
        runs: newest first.
    """
    known: dict[str, Run] = {}
    for run in runs:
        if run.is_readable:
            known.setdefault(identity(run.config), run)
    found = [known.get(identity(config)) for config in configs]
    there = [run for run in found if run is not None]
    if not there or len(there) < len(configs):
        return ""
    names = listed([f"{literal(run.name)} ({run.status})" for run in there])
    same = "the same run" if len(there) == 1 else "the same two runs"
    return (
        f"These settings and this seed have been asked for before: {names}. It would be {same} "
        "again; another seed, under *Details*, makes another one."
    )


def recorded(groups: Mapping[str, Sequence[Record]]) -> str:
    """What the recorded runs of the chosen networks came to, before anything was trained here."""
    ends = histories.ends(groups)
    if ends.empty:
        return f"{NOTHING} Press Train: the curves grow in this place."
    said: list[str] = []
    for label, group in ends.groupby("label", sort=False):
        errors = tables.spread(list(group["test_error"]))
        said.append(f"{literal(str(label))} {'ends ' if not said else ''}at {errors} %")
    first, *rest = said
    seeds = len({record.config.seed for records in groups.values() for record in records})
    over = f" with {seeds} seeds" if seeds > 1 else ""
    return f"Recorded{over}: {', '.join([f'{first} error on the test pictures', *rest])}."


def _error(run: Run) -> float | None:
    accuracy = run.latest["test_accuracy"]
    return None if accuracy is None else 100 - accuracy


def _names(runs: Sequence[Run]) -> dict[str, str]:
    """The networks' names by the runs' ids, or the runs' own where two networks are alike."""
    titles = [run_labels.setting(run.config) for run in runs]
    own = len(set(titles)) < len(titles)
    return {
        run.id: literal(run.name if own else title) for run, title in zip(runs, titles, strict=True)
    }


def _together(runs: Iterable[Run]) -> list[list[Run]]:
    """Runs that come newest first, oldest first, those of a pair in one group."""
    groups: dict[str, list[Run]] = {}
    for run in reversed(list(runs)):
        groups.setdefault(run.pair or run.id, []).append(run)
    return list(groups.values())
