"""Data sets of one's own."""

import argparse
from pathlib import Path

from resnet_viz.cli.parsing import Commands
from resnet_viz.wording import several


def add(commands: Commands) -> None:
    """Tell the command line of them."""
    unpacking = commands.add("unpack", unpack)
    unpacking.add_argument("file", metavar="FILE")
    unpacking.add_argument("--name", help="of the data set (default: the file's)")


def unpack(parsed: argparse.Namespace) -> int:
    """Make a data set of a zip or tar of pictures, <class>/* or train/ and test/<class>/*."""
    from resnet_viz import data

    file = Path(parsed.file)
    name = data.unpack(file, parsed.name or file.name)
    found = data.load(name)
    print(
        f"{name}: {several(len(found.train), 'picture')} for training and {len(found.test):,} for "
        f"the test, of {several(len(found.classes), 'class', 'classes')}"
    )
    print(*found.notes, sep="\n", end="\n" if found.notes else "")
    return 0
