"""Studies: submit a file's, follow and steer one, list them all, and take their numbers away."""

import argparse
import contextlib
import dataclasses
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.cli.output import as_json, telling
from resnet_viz.cli.parsing import CTRL_C, FAILED, Commands, flag
from resnet_viz.cli.training import engine_flags

if TYPE_CHECKING:
    from resnet_viz.runs.studies import Studies
    from resnet_viz.runs.study_plan import Study
    from resnet_viz.runs.study_room import Room
    from resnet_viz.runs.study_standing import Standing
    from resnet_viz.training.config import RunConfig

INTERVAL_SECONDS = 0.25
FILES = (".toml", ".yaml", ".yml")
CLEAR = "\r\x1b[K"
ACTIONS = {
    "pause": "start no more of its runs; those that train go on to their end",
    "resume": "go on with what was paused, stopped or interrupted",
    "retry": "train what failed or was interrupted again",
    "stop": "let what trains save and end, and the rest leave the queue",
}


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    command = commands.add("study", study)
    command.add_argument(
        "what",
        metavar="FILE|NAME",
        help="a TOML or YAML file that describes a study, or the name of one that is there",
    )
    flag(command, "--dry-run", "of a file: say what would be trained and how long it takes")
    flag(command, "--detach", "leave it to workers in the background")
    engine_flags(command)
    for action, text in ACTIONS.items():
        flag(command, f"--{action}", text)
    flag(command, "--delete", "forget it with its runs and their checkpoints, after asking")
    flag(command, "--yes", "do not ask")
    command.add_argument("--export", metavar="FILE", help="its numbers: .csv or .parquet")
    flag(commands.add("studies", studies), "--json", "as a list of objects")


def study(parsed: argparse.Namespace) -> int:
    """Train the runs of a study, those that are not there yet; or steer one."""
    from resnet_viz.runs import Launcher, RunError, Store
    from resnet_viz.runs.studies import Studies

    asked = [name for name in (*ACTIONS, "delete", "export", "dry_run") if getattr(parsed, name)]
    if len(asked) > 1:
        raise RunError(
            f"One thing at a time: leave out {_flags(asked[1:])} or {_flags(asked[:1])}."
        )
    is_file = Path(parsed.what).suffix.lower() in FILES
    if is_file and asked not in ([], ["dry_run"]):
        raise RunError(f"{_flags(asked)} needs the name of a study, not a file: see studies.")
    found = Studies(Launcher(Store()))
    if is_file:
        return _dry_run(parsed, found) if parsed.dry_run else _submit(parsed, found)
    if parsed.dry_run:
        raise RunError("--dry-run is for a file: name one that ends in .toml or .yaml.")
    if given := [name for name in ("engine", "restarts") if getattr(parsed, name) is not None]:
        raise RunError(
            f"{_flags(given)} is for a file: the runs of a study that is there keep what they have."
        )
    if parsed.delete:
        return _delete(parsed, found)
    if parsed.export:
        return _export(parsed, found)
    for action in asked:
        getattr(found, action)(parsed.what)
    standing = found.standing(parsed.what)
    if asked in (["resume"], ["retry"]) and not parsed.detach:
        return _follow(found, standing)
    return _say(standing)


def studies(parsed: argparse.Namespace) -> int:
    """List every study, newest first."""
    from resnet_viz.reporting.studies import doing
    from resnet_viz.runs import Launcher, Store
    from resnet_viz.runs.studies import Studies

    found = Studies(Launcher(Store())).all()
    if parsed.json:
        print(as_json([_plain(each) for each in found]))
    elif not found:
        print("There are no studies yet.")
    for each in () if parsed.json else found:
        print(f"{each.name}: {100 * each.share:.0f} %, {doing(each)}")
    return 0


def _submit(parsed: argparse.Namespace, found: "Studies") -> int:
    from resnet_viz.training.needs import require
    from resnet_viz.wording import several

    plan = _read(parsed)
    with contextlib.redirect_stdout(sys.stderr):  # where downloads may report
        require(plan.configs()[0])
    done = found.submit(plan, start=False, engine=parsed.engine)
    there = f", {done.there:,} are there already" if done.there else ""
    print(f"{done.standing.name}: {several(done.new, 'run')} added{there}.", flush=True)
    found.begin()
    standing = found.standing(done.standing.id)
    return _say(standing) if parsed.detach else _follow(found, standing)


def _dry_run(parsed: argparse.Namespace, found: "Studies") -> int:
    from resnet_viz.reporting import studies as reported
    from resnet_viz.runs.study_room import room

    described = _read(parsed)
    configs = found.missing(described)
    place = room(found.launcher, configs, parsed.engine)
    cells = len(reported.cells(configs))
    done = 0

    def seconds(config: "RunConfig") -> float | None:
        nonlocal done
        tell(done / cells)
        done += 1
        return _seconds(config, place) if place.at_once else None

    with telling("Measuring a few steps of each network") as tell:
        plan = reported.planned(configs, seconds)
    if len(plan):
        shown = plan.assign(
            **{name: [_number(each) for each in plan[name]] for name in ("images", "seconds each")}
        )
        print(shown.to_string(index=False))
    print(reported.expected(plan, place))
    if described.restarts and configs:
        print(reported.restarting(described))
    return 0


def _read(parsed: argparse.Namespace) -> "Study":
    """The study of a file, with the restarts that the command names instead of the file's."""
    from resnet_viz.runs.study_reading import read

    described = read(parsed.what)
    if parsed.restarts is None:
        return described
    return dataclasses.replace(described, restarts=parsed.restarts)


def _number(value: float | None) -> str:
    return "?" if value is None or value != value else f"{value:,.0f}"


def _seconds(config: "RunConfig", place: "Room") -> float | None:
    """How long a run takes with the threads that it gets; None where it cannot be measured."""
    from resnet_viz.data.local_sets import row_of
    from resnet_viz.training import estimate
    from resnet_viz.training.errors import TrainingError

    row: Any = row_of(config.data)
    if row is None or not row.training or not hasattr(row, "test"):
        return None
    try:
        return estimate.seconds(
            place.settled(config),
            training=row.training,
            test=row.test,
            size=row.side,
        )
    except TrainingError:
        return None


def _follow(found: "Studies", standing: "Standing") -> int:
    """Report until nothing of it trains or waits; Ctrl-C stops it, another one leaves it."""
    from resnet_viz.reporting.studies import doing

    signal.signal(signal.SIGINT, signal.default_int_handler)
    said, stopping, on_a_terminal = -1, False, sys.stdout.isatty()
    while True:
        try:
            found.keep_going()
            standing = found.standing(standing.id)
            line = f"{standing.name}: {100 * standing.share:.0f} %, {doing(standing)}"
            if on_a_terminal:
                columns = shutil.get_terminal_size().columns - 1
                print(CLEAR + line[:columns], end="", flush=True)
            elif standing.counts["finished"] != said:
                said = standing.counts["finished"]
                print(line, flush=True)
            if not standing.is_active:
                break
            time.sleep(INTERVAL_SECONDS)
        except KeyboardInterrupt:
            if stopping:
                print(f"{standing.name} goes on in the background.", file=sys.stderr)
                return CTRL_C
            stopping = True
            found.stop(standing.id)
    if on_a_terminal:
        print()
    return _say(standing, again=False)


def _say(standing: "Standing", *, again: bool = True) -> int:
    from resnet_viz.reporting.studies import doing

    if again:
        print(f"{standing.name}: {100 * standing.share:.0f} %, {doing(standing)}")
    failed = standing.counts["failed"] + standing.counts["interrupted"]
    if failed and not standing.is_active:
        print(f"See why with runs; train them again with study {standing.name} --retry.")
    return FAILED if failed and not standing.is_active else 0


def _delete(parsed: argparse.Namespace, found: "Studies") -> int:
    from resnet_viz.runs import RunError
    from resnet_viz.wording import several

    standing = found.standing(parsed.what)
    what = f"{standing.name} with its {several(standing.size, 'run')} and their checkpoints"
    if not parsed.yes:
        if not sys.stdin.isatty():
            raise RunError(f"Nobody can be asked here: delete {standing.name} with --yes.")
        if input(f"Delete {what}? [y/N] ").strip().lower() not in ("y", "yes"):
            return 0
    found.delete(standing.id)
    print(f"{what}: deleted")
    return 0


def _export(parsed: argparse.Namespace, found: "Studies") -> int:
    from resnet_viz.reporting.studies import members
    from resnet_viz.runs import RunError

    numbers = members(found.members(parsed.what))
    suffix = Path(parsed.export).suffix.lower()
    if suffix == ".csv":
        numbers.to_csv(parsed.export, index=False)
    elif suffix == ".parquet":
        numbers.to_parquet(parsed.export, index=False)
    else:
        raise RunError(f"{parsed.export}: name a file that ends in .csv or .parquet.")
    print(parsed.export)
    return 0


def _plain(standing: "Standing") -> dict[str, Any]:
    return {
        "name": standing.name,
        "runs": standing.size,
        **standing.counts,
        "paused": standing.paused,
        "progress": standing.share,
        "seconds_left": standing.seconds_left,
        "created": standing.created.isoformat(),
        "plan": standing.study.to_dict(),
    }


def _flags(names: list[str]) -> str:
    return " and ".join(f"--{name.replace('_', '-')}" for name in names)
