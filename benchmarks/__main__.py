"""python -m benchmarks [NAME …] [--save] [--suite]: one table, each row a ratio taken in turn."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.running import measured
from benchmarks.table import markdown, text, this_machine
from resnet_viz.runs import machine

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
# name -> module and function that gives its rows; imported in a process of its own.
BENCHMARKS = {
    "deep_step": ("benchmarks.training", "deep_step"),
    "shallow_step": ("benchmarks.training", "shallow_step"),
    "grad_cam": ("benchmarks.grad_cam", "grad_cam"),
    "integrated_gradients": ("benchmarks.integrated", "integrated_gradients"),
    "attribution": ("benchmarks.attribution", "attribution"),
    "attribution_at_once": ("benchmarks.attribution", "attribution_at_once"),
    "attribution_memory": ("benchmarks.attribution", "attribution_memory"),
    "importing": ("benchmarks.importing", "importing"),
    "first_reading": ("benchmarks.first_reading", "first_reading"),
    "first_paint": ("benchmarks.first_paint", "first_paint"),
    "layout_shift": ("benchmarks.layout_shift", "layout_shift"),
    "reruns": ("benchmarks.reruns", "reruns"),
    "controls": ("benchmarks.controls", "controls"),
    "many_runs": ("benchmarks.many_runs", "many_runs"),
    "many_studies": ("benchmarks.many_studies", "many_studies"),
    "between_runs": ("benchmarks.many_studies", "between_runs"),
    "store_writes": ("benchmarks.store_writes", "store_writes"),
    "first_point": ("benchmarks.first_point", "first_point"),
    "busy_server": ("benchmarks.side_by_side", "busy_server"),
    "busy_cores": ("benchmarks.side_by_side", "busy_cores"),
    "classroom": ("benchmarks.classroom", "classroom"),
    "classroom_memory": ("benchmarks.classroom", "classroom_memory"),
    "classroom_half_hour": ("benchmarks.classroom", "classroom_half_hour"),
    "memory": ("benchmarks.memory", "memory"),
    "speed": ("benchmarks.training", "speed"),
    "record": ("benchmarks.reported", "record"),
    "suite": ("benchmarks.reported", "suite"),
}
ON_REQUEST = ("suite", "classroom_half_hour")


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a bound does not hold or a row could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--save", action="store_true", help=f"write {RESULTS.name} too")
    parser.add_argument("--suite", action="store_true", help="time the whole test suite too")
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.names if name not in BENCHMARKS]:
        parser.error(f"there is no {', '.join(unknown)}: choose from {', '.join(BENCHMARKS)}")
    chosen = options.names or [name for name in BENCHMARKS if name not in ON_REQUEST]
    if options.suite and "suite" not in chosen:
        chosen.append("suite")
    machine.wait_briefly()  # as in the server and in every command; the rows' processes inherit it
    place = this_machine()
    print(place, file=sys.stderr, flush=True)
    rows = measured({name: BENCHMARKS[name] for name in chosen})
    print(f"{text(rows)}\n\n{place}")
    if options.save:
        RESULTS.write_text(markdown(rows, place))
    return int(any(row.holds is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
