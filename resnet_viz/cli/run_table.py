"""The runs: list, rename, export, delete."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.cli.output import as_json
from resnet_viz.cli.parsing import Commands, flag

if TYPE_CHECKING:
    from resnet_viz.runs import Run, Store

JSON_FIELDS = (
    "id",
    "name",
    "status",
    "engine",
    "job",
    "restarts",
    "epoch",
    "step",
    "total_steps",
    "seconds",
    "device",
    "pair",
    "error",
)


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    flag(commands.add("runs", runs), "--json", "as a list of objects")
    renaming = commands.add("rename", rename)
    renaming.add_argument("name", metavar="NAME")
    renaming.add_argument("new", metavar="NEW")
    exporting = commands.add("export", export)
    exporting.add_argument(
        "names",
        metavar="NAME",
        nargs="+",
        help="of a run, or of one that ships; the last is the FOLDER for records and checkpoints "
        "where no tool is named",
    )
    exporting.add_argument(
        "--tensorboard", metavar="FOLDER", help="write event files there, a folder for each run"
    )
    exporting.add_argument(
        "--mlflow", metavar="URI", help="write to that tracking server, database or folder"
    )
    flag(exporting, "--follow", "write to these tools as the runs go on, until they have ended")
    deleting = commands.add("delete", delete)
    deleting.add_argument("name", metavar="NAME")
    flag(deleting, "--yes", "do not ask")


def runs(parsed: argparse.Namespace) -> int:
    """List every run, newest first."""
    from resnet_viz.runs import Store
    from resnet_viz.runs.terminal import table

    found = Store().runs()
    print(as_json([_plain(run) for run in found]) if parsed.json else table(found))
    return 0


def rename(parsed: argparse.Namespace) -> int:
    """Give a run another name."""
    from resnet_viz.runs import Launcher, Store

    print(f"{parsed.name}: now {Launcher(Store()).rename(parsed.name, parsed.new).name}")
    return 0


def export(parsed: argparse.Namespace) -> int:
    """Write runs into a folder, as records with their checkpoints, or to TensorBoard or MLflow."""
    from resnet_viz.runs import RunError, Store
    from resnet_viz.runs.trackers import exporting

    store, names = Store(), [*parsed.names]
    opening = exporting.trackers(parsed.tensorboard, parsed.mlflow)
    if opening:
        exporting.export(store, names, opening, follow=parsed.follow, report=print)
        return 0
    if parsed.follow:
        raise RunError("Only a tool can be followed in: add --tensorboard FOLDER or --mlflow URI.")
    if len(names) < 2:
        raise RunError("Name the folder too, or a tool: --tensorboard FOLDER or --mlflow URI.")
    folder = Path(names.pop())
    for name in names:
        print(*_written(store.run(name), store, folder), sep="\n")
    return 0


def _written(run: "Run", store: "Store", folder: Path) -> list[Path]:
    """Write a run's record, and its latest checkpoint if it has one; the files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / f"{run.name}.history.json.gz"]
    store.record(run.id).save(written[0])
    if run.checkpoint:
        written.append(folder / f"{run.name}.safetensors")
        shutil.copyfile(run.checkpoint, written[1])
    return written


def delete(parsed: argparse.Namespace) -> int:
    """Forget a run and remove its checkpoints, after asking on a terminal."""
    from resnet_viz.runs import Launcher, RunError, Store

    store = Store()
    run = store.run(parsed.name)
    if not parsed.yes:
        if not sys.stdin.isatty():
            raise RunError(f"Nobody can be asked here: delete {run.name} with --yes.")
        answer = input(f"Delete {run.name} with its checkpoints? [y/N] ")
        if answer.strip().lower() not in ("y", "yes"):
            return 0
    Launcher(store).delete(run.id)
    print(f"{run.name}: deleted")
    return 0


def _plain(run: "Run") -> dict[str, Any]:
    values = {name: getattr(run, name) for name in JSON_FIELDS}
    moments = {name: getattr(run, name) for name in ("created", "started", "ended")}
    return (
        values
        | run.latest
        | {name: moment and moment.isoformat() for name, moment in moments.items()}
        | (run.config.to_dict() if run.is_readable else {})
        | {"checkpoint": str(run.checkpoint) if run.checkpoint else None}
        | ({"device": run.device} if run.device else {})
    )
