"""A PostgreSQL server of one's own, for tests and benchmarks: a folder, a socket, no network."""

import atexit
import functools
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

ABSENT = "PostgreSQL's server is not installed"
# Nothing here outlives its process, so nothing waits for a disk.
OPTIONS = ("listen_addresses=", "fsync=off", "full_page_writes=off", "max_connections=250")
SECONDS = 30
_numbers = itertools.count(1)


def binaries() -> Path | None:
    """The folder of the newest server's commands, which Debian keeps from the PATH."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = sorted(versions, key=lambda path: int(path.parts[-3]), reverse=True)
    return newest[0].parent if newest else None


class PostgresServer:
    """A running server, which ends with this process at the latest.

    Raises:
        FileNotFoundError: if none is installed.
    """

    def __init__(self, options: Sequence[str] = OPTIONS) -> None:
        if (commands := binaries()) is None:
            raise FileNotFoundError(ABSENT)
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))  # a socket's path has to be short
        as_user: dict[str, Any] = {}
        if os.geteuid() == 0:  # as which it does not run
            nobody = pwd.getpwnam("nobody")
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
            as_user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        place = self.folder / "data"
        made = [commands / "initdb", "-D", place, "-U", "postgres", "-A", "trust", "--no-sync"]
        made += ["--no-instructions", "--locale=C", "-E", "UTF8"]
        subprocess.run(
            made, check=True, capture_output=True, cwd=self.folder, timeout=120, **as_user
        )
        # Whatever kills this process ends the server too.
        tied = [setpriv, "--pdeathsig", "QUIT"] if (setpriv := shutil.which("setpriv")) else []
        settings = [part for option in options for part in ("-c", option)]
        self._command = [*tied, commands / "postgres", "-D", place, "-k", self.folder, *settings]
        self._as_user = as_user
        self.start()
        atexit.register(self.end)

    def start(self) -> None:
        """Start it, the first time or again; it answers afterwards."""
        self._process = subprocess.Popen(
            self._command,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **self._as_user,
        )
        self._await()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it, and whatever its clients are doing, and keep its data."""
        self._process.send_signal(how)
        self._process.wait(SECONDS)

    def url(self) -> str:
        """Of a store that is new: a schema of its own."""
        schema = f"store_{next(_numbers)}"
        self.execute(f"CREATE SCHEMA {schema}")
        host, option = quote(str(self.folder), safe=""), quote(f"-csearch_path={schema}", safe="")
        return f"postgresql+psycopg://postgres@/postgres?host={host}&options={option}"

    def execute(self, statement: str) -> list[tuple[Any, ...]]:
        """Run one statement beside all stores; its rows."""
        import psycopg

        arguments = {"host": str(self.folder), "user": "postgres", "dbname": "postgres"}
        with psycopg.connect(**arguments, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def end(self) -> None:
        """Stop it and remove its folder."""
        atexit.unregister(self.end)
        self.stop(signal.SIGQUIT)  # at once
        shutil.rmtree(self.folder, ignore_errors=True)

    def _await(self) -> None:
        import psycopg

        deadline = time.monotonic() + SECONDS
        while True:
            try:
                self.execute("SELECT 1")
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)


@contextmanager
def server_for_a_while() -> Iterator[PostgresServer]:
    """A server that ends with the block."""
    server = PostgresServer()
    try:
        yield server
    finally:
        server.end()


@functools.cache
def server() -> PostgresServer:
    """The one server that this process has."""
    return PostgresServer()
