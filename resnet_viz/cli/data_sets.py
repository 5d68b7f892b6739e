"""Data sets of one's own."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from resnet_viz.cli.output import telling
from resnet_viz.cli.parsing import Commands, flag
from resnet_viz.wording import several


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    unpacking = commands.add("unpack", unpack)
    unpacking.add_argument("file", metavar="FILE")
    unpacking.add_argument("--name", help="of the data set (default: the file's)")
    flag(unpacking, "--replace", "put it in the place of the one that has its name")


def unpack(parsed: argparse.Namespace) -> int:
    """Make a data set of a zip or tar of pictures, <class>/* or train/ and test/<class>/*."""
    from resnet_viz import data

    file = Path(parsed.file)
    with telling("Unpacking") as progress:
        name = data.unpack(file, parsed.name or file.name, progress, _answer(parsed.replace))
    found = data.load(name)
    print(
        f"{name}: {several(len(found.train), 'picture')} for training and {len(found.test):,} for "
        f"the test, of {several(len(found.classes), 'class', 'classes')}"
    )
    print(*found.notes, sep="\n", end="\n" if found.notes else "")
    return 0


def _answer(replace: bool) -> Callable[[str, str], str]:
    """What to do about a name that other pictures have, asked on a terminal."""

    def choose(known: str, free: str) -> str:
        from resnet_viz.data import DataError

        if replace:
            return known
        if sys.stdin.isatty():
            question = f"The data set {known} has other pictures. Keep both, this one as {free}?"
            if input(f"{question} [y/N] ").strip().lower() in ("y", "yes"):
                return free
        raise DataError(
            f"The data set {known} has other pictures, so nothing was unpacked: give this one a "
            "--name of its own, or --replace that one."
        )

    return choose
