"""Commands, flags and exit codes."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from resnet_viz.data.registry import DATA_SETS

BAD_INPUT, FAILED, CTRL_C = 2, 1, 130


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        text = message[:1].upper() + message[1:].rstrip(".")
        self.exit(BAD_INPUT, f"{text}; see {self.prog} --help.\n")


class Commands:
    """All commands of the command line."""

    def __init__(self) -> None:
        self._parser = _Parser(
            prog="python -m resnet_viz",
            description="Train plain and residual networks, look after the runs, and open the "
            "dashboard.",
        )
        self._commands = self._parser.add_subparsers(
            required=True, metavar="COMMAND", title="commands"
        )

    def add(
        self, name: str, command: Callable[[argparse.Namespace], int]
    ) -> argparse.ArgumentParser:
        """One more, whose help is the first line of the function's docstring."""
        help_line = (command.__doc__ or "").splitlines()[0]
        added = self._commands.add_parser(name, help=help_line, description=help_line)
        added.set_defaults(command=command)
        return added

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """What was typed; ``command`` is the function to call with it."""
        return self._parser.parse_args(arguments)


def data_names() -> str:
    """What may be given as data, for the help of a command."""
    return (
        f"{', '.join(DATA_SETS)}, the name of a data set in RESNET_VIZ_HOME/data (see unpack), or "
        "a folder of pictures"
    )


def flag(command: argparse.ArgumentParser, name: str, text: str) -> None:
    """Let a command take a flag without a value."""
    command.add_argument(name, action="store_true", help=text)


def option(text: str) -> tuple[str, Any]:
    """KEY=VALUE with a value of the option's kind."""
    from resnet_viz.models.options import read_option

    key, equals, value = text.partition("=")
    if not key or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} is no option: write it as KEY=VALUE")
    return key, read_option(key, value)
