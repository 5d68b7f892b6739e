"""The code that draws charts, as the Python package brings it, for charts that are our own.

Streamlit has such code too, but gives it to nobody. A browser loads this once, and keeps it.
"""

import asyncio
import gzip
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

ADDRESS = f"plotly-{version('plotly')}.js"  # after the address of the server
YEAR = 365 * 24 * 3600  # seconds; another version has another address


async def serve(request: "Request") -> "Response":
    """The file, packed: a third of its bytes."""
    from starlette.responses import Response

    headers = {"Cache-Control": f"public, max-age={YEAR}, immutable"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(_path().read_bytes(), media_type="text/javascript", headers=headers)
    packed = await asyncio.to_thread(_packed)
    headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(packed, media_type="text/javascript", headers=headers)


@cache
def _packed() -> bytes:
    return gzip.compress(_path().read_bytes(), 6)


def _path() -> Path:
    import plotly

    return Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
