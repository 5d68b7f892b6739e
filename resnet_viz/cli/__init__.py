"""The command line: everything the pages can do, without a browser.

A command is a function whose docstring is its help; its module says what it takes. What it needs
is imported when it runs, so that ``--help`` answers at once.
"""

import os
import sys
from collections.abc import Sequence

from resnet_viz.cli import (
    attributing,
    data_sets,
    foreign_logs,
    networks,
    run_table,
    serving,
    settings,
    stores,
    studies,
    training,
)
from resnet_viz.cli.output import sentence
from resnet_viz.cli.parsing import BAD_INPUT, CTRL_C, Commands
from resnet_viz.runs import machine

MODULES = (
    training,
    studies,
    run_table,
    foreign_logs,
    settings,
    stores,
    networks,
    attributing,
    data_sets,
    serving,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit code is 2 for what the person can mend and 1 for a failed run."""
    machine.wait_briefly()
    commands = Commands()
    for module in MODULES:
        module.add(commands)
    parsed = commands.parse(arguments)
    try:
        return parsed.command(parsed)
    except KeyboardInterrupt:
        return CTRL_C
    except BrokenPipeError:  # the reader of a pipe, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        print(sentence(error), file=sys.stderr)
        return BAD_INPUT
