"""The dashboard's server."""

import argparse
import contextlib
import errno
import os
import socket
import sys

from resnet_viz.cli.parsing import FAILED, Commands

ADDRESS, PORT = "localhost", 8501
LAST_PORT = 65535


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    serving = commands.add("serve", serve)
    serving.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    serving.add_argument(
        "--address",
        default=ADDRESS,
        help=f"default: {ADDRESS}, for this machine alone; 0.0.0.0 lets the network in",
    )
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
    if not _is_free(parsed.address, parsed.port):
        print(f"Port {parsed.port} is taken: choose another one with --port.", file=sys.stderr)
        return FAILED

    from resnet_viz.ui.shell import server

    print(f"  Runs and caches are kept in {home()}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(address=parsed.address, port=parsed.port, open_browser=parsed.open)
    return 0


def _is_free(address: str, port: int) -> bool:
    """Whether nobody listens there.

    Raises:
        UserError: if nobody can listen there.
    """
    from resnet_viz.errors import UserError

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
