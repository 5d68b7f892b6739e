"""Logs of other programs, among the curves of the dashboard: import, list, delete."""

import argparse
from pathlib import Path

from resnet_viz.cli.parsing import Commands

CURVES = ("train_loss", "test_loss", "train_accuracy", "test_accuracy", "train_error", "test_error")


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    importing = commands.add("import-log", import_log)
    importing.add_argument(
        "file", metavar="FILE", help="an event file of TensorBoard, a folder of them, or a CSV"
    )
    importing.add_argument("--name", help="of the curves (default: the file's)")
    importing.add_argument("--run", help="the one to take, where the log has several")
    importing.add_argument(
        "--column",
        type=_column,
        action="append",
        default=[],
        metavar="CURVE=COLUMN",
        help=f"where names do not say it; CURVE is {', '.join(CURVES)}; the COLUMN none leaves a "
        "curve out; may be repeated",
    )
    importing.add_argument(
        "--unit", choices=["percent", "share"], help="of accuracies and errors: 0 … 100 or 0 … 1"
    )
    importing.add_argument(
        "--counts", choices=["step", "epoch"], help="what the rows, or their only number, count"
    )
    importing.add_argument(
        "--first-epoch", type=int, choices=[0, 1], help="the number of the log's first epoch"
    )
    importing.add_argument(
        "--network", choices=["plain", "residual"], help="which colour is right (default: neither)"
    )
    commands.add("logs", logs)
    commands.add("delete-log", delete_log).add_argument("name", metavar="NAME")


def import_log(parsed: argparse.Namespace) -> int:
    """Draw another program's log of training among the dashboard's curves."""
    from resnet_viz.runs.foreign_logs import reading
    from resnet_viz.runs.foreign_logs.log import NETWORKS, ForeignLog, open_log
    from resnet_viz.runs.foreign_logs.table import LogError

    path = Path(parsed.file).expanduser()
    tables = {table.run: table for table in open_log(path)}
    if parsed.run is None and len(tables) > 1:
        raise LogError(f"The log has several runs: name one with --run, of {', '.join(tables)}.")
    if parsed.run is not None and parsed.run not in tables:
        raise LogError(f"The log has no run {parsed.run!r}: its runs are {', '.join(tables)}.")
    table = tables[parsed.run] if parsed.run is not None else next(iter(tables.values()))
    how = reading.recognised(table).with_told(
        columns=dict(parsed.column) or None,
        unit=parsed.unit,
        counts=parsed.counts,
        first_epoch=parsed.first_epoch,
    )
    if asked := reading.missing(table, how):
        raise LogError(f"{reading.question(table, asked[0])} {OPTIONS[asked[0]]}")
    name = parsed.name or path.name.partition(".")[0]
    log = ForeignLog.of(name, table, how, NETWORKS.get(parsed.network))
    log.save()
    print(f"{log.name}: {len(log.epochs):,} rows, drawn on the page Curves")
    for clause in log.assumed:
        print(f"assumed: {clause}")
    return 0


OPTIONS = {
    "columns": "Use --column CURVE=COLUMN.",
    "unit": "Use --unit percent or --unit share.",
    "counts": "Use --counts epoch or --counts step.",
}


def logs(parsed: argparse.Namespace) -> int:
    """List the imported logs."""
    from resnet_viz.runs.foreign_logs.log import saved_paths

    print(*(saved_paths() or ["There are no imported logs."]), sep="\n")
    return 0


def delete_log(parsed: argparse.Namespace) -> int:
    """Forget an imported log."""
    from resnet_viz.runs.foreign_logs.log import delete

    delete(parsed.name)
    print(f"{parsed.name}: deleted")
    return 0


def _column(text: str) -> tuple[str, str]:
    curve, equals, column = text.partition("=")
    if not equals or curve not in CURVES:
        raise argparse.ArgumentTypeError(
            f"{text!r} names no curve: write CURVE=COLUMN, with CURVE of {', '.join(CURVES)}"
        )
    return curve, column
