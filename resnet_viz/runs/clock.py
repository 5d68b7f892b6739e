"""The clock that all who use a run store share: its server's, or this machine's with SQLite."""

from typing import Any

from sqlalchemy import Double
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement


class now(FunctionElement[float]):  # noqa: N801 - it is written like func.now()
    """Seconds since 1970, UTC, at the moment at which the database comes to it."""

    type = Double()
    inherit_cache = True
    name = "now"


@compiles(now, "sqlite")
def _of_this_machine(*_: Any, **__: Any) -> str:
    return "((julianday('now') - 2440587.5) * 86400.0)"  # unixepoch with fractions came with 3.42


@compiles(now, "postgresql")
def _of_the_server(*_: Any, **__: Any) -> str:
    return "CAST(extract(epoch FROM clock_timestamp()) AS double precision)"
