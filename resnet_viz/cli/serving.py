"""The dashboard's server."""

import argparse
import contextlib
import errno
import os
import re
import socket
import sys

from resnet_viz.classroom import mode
from resnet_viz.classroom.address import ANY
from resnet_viz.cli.parsing import FAILED, Commands
from resnet_viz.errors import UserError

ADDRESS, PORT = "localhost", 8501
LAST_PORT = 65535
PATH = re.compile(r"[\w-]+(/[\w-]+)*", re.ASCII)


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    serving = commands.add("serve", serve)
    serving.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    serving.add_argument(
        "--address",
        help=f"default: {ADDRESS}, for this machine alone; 0.0.0.0 lets the network in, and is "
        "the default of a class",
    )
    serving.add_argument(
        "--classroom",
        action="store_true",
        help="hold a class: whoever has the teacher's link teaches it, everybody else is a student",
    )
    serving.add_argument(
        "--secret-file",
        metavar="FILE",
        help=f"with the secret in the teacher's link, else in {mode.VARIABLE} (default: a new one)",
    )
    serving.add_argument(
        "--path", default="", help="that stands before every address, behind a proxy: /lab"
    )
    serving.add_argument(
        "--health", action="store_true", help="answer /healthz with whether it is ready"
    )
    serving.add_argument(
        "--metrics", action="store_true", help="answer /metrics with figures for Prometheus"
    )
    serving.add_argument("--slots", type=int, help="how many runs train at once from now on")
    serving.add_argument(
        "--open",
        action=argparse.BooleanOptionalAction,
        help="a browser (default: where there is a screen)",
    )


def serve(parsed: argparse.Namespace) -> int:
    """Start the dashboard, in any folder, and serve it until Ctrl-C."""
    from resnet_viz import checks
    from resnet_viz.home import home

    checks.whole("The port", parsed.port, least=1, most=LAST_PORT)
    address = parsed.address or (ANY[0] if parsed.classroom else ADDRESS)
    path = _path(parsed.path)
    if not _is_free(address, parsed.port):
        print(f"Port {parsed.port} is taken: choose another one with --port.", file=sys.stderr)
        return FAILED

    secret = _secret(parsed)
    if parsed.slots is not None:
        from resnet_viz.runs import Store

        Store().set_slots(parsed.slots)
    from resnet_viz.ui.shell import server

    print(f"  Runs and caches are kept in {home()}", flush=True)
    if secret:
        from resnet_viz.cli import invitation

        invitation.show(address, parsed.port, path, secret)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(
            address=address,
            port=parsed.port,
            open_browser=parsed.open,
            path=path,
            secret=secret,
            health=parsed.health,
            metrics=parsed.metrics,
        )
    return 0


def _secret(parsed: argparse.Namespace) -> str:
    """The teacher's secret; empty where no class is held."""
    if not parsed.classroom:
        if parsed.secret_file:
            raise UserError("A secret file is for a class: give --classroom, too.")
        return ""
    return mode.given_secret(parsed.secret_file) or mode.new_secret()


def _path(text: str) -> str:
    """A path with a stroke before it and none behind it; empty for none.

    Raises:
        UserError: if no address can begin so.
    """
    path = "/".join(filter(None, text.split("/")))
    if path and not PATH.fullmatch(path):
        raise UserError(f"{text!r} is no path: take letters, digits, -, _ and strokes, as in /lab.")
    return f"/{path}" if path else ""


def _is_free(address: str, port: int) -> bool:
    """Whether nobody listens there.

    Raises:
        UserError: if nobody can listen there.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        if os.name == "posix":  # elsewhere it would take away the port of one who listens
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except (OSError, UnicodeError) as error:
            number = getattr(error, "errno", None)
            if number == errno.EADDRINUSE:
                return False
            if number == errno.EACCES:
                text = f"Port {port} is not for everyone: choose one above 1023 with --port."
                raise UserError(text) from error
            text = f"{address!r} is no address of this machine: try localhost or 0.0.0.0."
            raise UserError(text) from error
    return True
