"""The dashboard's server, started from any folder, and what it says of errors nobody foresaw."""

import sys
import threading
import webbrowser
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager

from resnet_viz.classroom import address as addresses
from resnet_viz.classroom import current, mode
from resnet_viz.home import APP
from resnet_viz.runs.errors import sentence
from resnet_viz.ui.classroom import entrance, figures, gate, visitor
from resnet_viz.ui.shell import plotly_code, push
from resnet_viz.ui.shell.styled import Styled

MOST_MEGABYTES = 50  # of a message in a class: a browser might send large ones to fill the memory
UNFORESEEN = (
    "Something went wrong on this page that nobody foresaw: reload it, or go on to another one. "
    "What happened is in the log, where the server was started."
)
# What is answered beside Streamlit, beneath whatever path the server has: the settings that say so
# are not read yet when the routes are made.
ROUTES = (
    Route(f"/{{beneath:path}}{plotly_code.ADDRESS}", plotly_code.serve),
    Route(f"/{{beneath:path}}{push.ADDRESS}{{channels}}", push.serve),
)


def run(
    *,
    address: str,
    port: int,
    open_browser: bool | None = None,
    path: str = "",
    secret: str = "",
    health: bool = False,
    metrics: bool = False,
) -> None:
    """Serve until Ctrl-C; the settings beside ``app.py`` hold in every working directory.

    Args:
        open_browser: None for where there is a screen.
        path: that stands before every address, as ``/lab``; empty for none.
        secret: of the class's teacher; empty where no class is held.
        health: whether ``/healthz`` says that the server is ready.
        metrics: whether ``/metrics`` has figures, for Prometheus.
    """
    if secret:
        current.begin()
        mode.begin(secret, addresses.link(addresses.reached_by(address), port, path))
    # Until the first st.navigation Streamlit takes the folder pages/ for its own list of pages, and
    # a link to any of ours that comes before it is "not found". There is no public way to say so.
    PagesManager.uses_pages_directory = False
    options = {"server.address": address, "server.port": port, "server.baseUrlPath": path}
    if address in addresses.ANY:  # or Streamlit asks a server far away what this one is called
        options["browser.serverAddress"] = addresses.reached_by(address)
    if secret:
        options["server.maxMessageSize"] = MOST_MEGABYTES
    if open_browser is not None:
        options["server.headless"] = not open_browser
    # What stands here is to Streamlit the script that was started, beside which it looks for its
    # settings, and whose folder it adds to the path.
    sys.argv = [str(APP)]
    app = st.App(
        APP,
        lifespan=_beside_the_pages,
        middleware=[
            Middleware(gate.Gate),
            Middleware(entrance.Entrance, path),
            Middleware(Styled),
        ],
        routes=[
            *([Route(f"{path}/{figures.HEALTH}", figures.health)] if health else []),
            *([Route(f"{path}/{figures.METRICS}", figures.metrics)] if metrics else []),
            *ROUTES,
            Route(f"{path}/{addresses.TEACH}/{{secret}}", entrance.teach),
        ],
        on_script_error=say,
    )
    app.run(config=options)


def say(error: Exception) -> bool:
    """One sentence in place of the rest of a page; Streamlit has logged the traceback."""
    st.error(sentence(error) or UNFORESEEN, icon=":material/error:")
    return True


@asynccontextmanager
async def _beside_the_pages(_: st.App) -> AsyncIterator[None]:
    from resnet_viz.ui.shell import warm  # what is cached is told of now, when there is a server

    if visitor.people_sign_in() and not mode.is_on():  # then the link is nobody's
        current.begin()
        mode.begin(mode.new_secret())
    warm.begin()
    if not st.get_option("server.headless"):
        # The port is open by now: the browser waits until it is answered.
        url = f"http://{_host(st.get_option('server.address'))}:{st.get_option('server.port')}"
        url += st.get_option("server.baseUrlPath")
        if mode.is_on():  # whoever sits at this machine teaches
            url += f"/{addresses.TEACH}/{mode.new_ticket()}"
        threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    if mode.is_on():
        push.hub.announce(push.CLASS)
    with push.carried():
        try:
            yield
        finally:
            warm.end()


def _host(address: str) -> str:
    """What a browser on this machine calls an address of it."""
    if address in ("0.0.0.0", "::"):
        return "localhost"
    return f"[{address}]" if ":" in address else address
