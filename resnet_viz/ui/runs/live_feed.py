"""The curves and numbers of the runs under way, pushed once a second to all who follow them.

Each visitor's page used to run again every second for them. On two cores fifty visitors then saw
a point 6.3 s after it was recorded (p95 8.2 s), and the pair trained at 0.37 of its speed.
Here one thread looks at the store, and only while somebody follows; pages run again when a run
begins, ends or is stopped.
"""

import json
import logging
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import as_read
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import live_view
from resnet_viz.ui.runs.live_view import Curves, View
from resnet_viz.ui.shell.push import FOLLOW, LIVE, hub

REFRESH = 1.0  # seconds between two looks at a run under way, or for one
STARTING = 0.4  # and at one of which the first point is awaited

logger = logging.getLogger(__name__)
_mount = st.components.v2.component(
    "live_texts", js=FOLLOW + Path(__file__).with_name("live_texts.js").read_text("utf-8")
)


def begin() -> None:
    """Have what can be followed pushed from now on; once a server."""
    _thread()


def keep_texts(view: View, places: Mapping[str, Mapping[str, str]], *, key: str) -> None:
    """Keep what the page says of the runs up to date, and run it again when one begins or ends.

    Args:
        view: what the page was drawn from.
        places: CSS selectors of what shows a run's ``value``, ``bar`` and ``doing``, by its id, and
            of the ``finding``, by an empty one.
    """
    _mount(
        key=key,
        data=address(view) | {"since": view.status_since, "places": places},
        on_changed_change=lambda: None,  # the page runs again, which is all
    )


def address(view: View) -> dict[str, Any]:
    """What a component has to know to follow the feed: where, and what is too old for it."""
    return {"channel": LIVE, "moment": view.moment}


def chart_data(curves: Curves, *, large: bool) -> dict[str, Any]:
    """All of a chart, as a page brings it."""
    return {
        "base": curves.base,
        "figure": curves.large if large else curves.figure,
        "from": [0] * len(curves.points),
        "points": curves.points,
    }


@st.cache_resource(show_spinner=False)
def _thread() -> threading.Thread:
    thread = threading.Thread(target=_feed, name="live curves", daemon=True)
    thread.start()
    return thread


def _feed() -> None:
    sent: View | None = None
    while hub.is_open:
        time.sleep(STARTING if sent and any(run.is_starting for run in sent.runs) else REFRESH)
        if not hub.followers(LIVE):
            if sent:
                hub.withdraw(LIVE)  # or whoever comes next would be told of long ago
                hub.announce(LIVE)
            sent = None
            continue
        try:
            stored_runs.launcher().pump(asks=False)
            view = live_view.now()
        except UserError as error:  # a store that is busy may answer the next time
            logger.warning("%s", error)
            continue
        if view is not sent:
            publish(view, sent)
            sent = view


def publish(view: View, sent: View | None) -> None:
    """Push what has changed since another view, and the whole to whoever lacks that."""
    hub.publish(LIVE, _encoded(view, sent), lambda: _encoded(view, None))


def _encoded(view: View, sent: View | None) -> bytes:
    message = {
        "moment": view.moment,
        "since": view.status_since,
        "followers": hub.followers(LIVE),
        "finding": as_read(view.finding),
        "told": {
            run_id: [value, share, as_read(text)]
            for run_id, (value, share, text) in view.told.items()
        },
        "charts": {
            metric: _chart_message(curves, sent.curves.get(metric) if sent else None)
            for metric, curves in view.curves.items()
        },
    }
    return json.dumps(message, separators=(",", ":")).encode()


def _chart_message(curves: Curves, sent: Curves | None) -> dict[str, Any]:
    """The points that are new, or, where the chart is another one, all of it in both sizes."""
    if sent and sent.base == curves.base:
        known = [len(x) for x, _ in sent.points]
        new = [(x[count:], y[count:]) for count, (x, y) in zip(known, curves.points, strict=True)]
        return {"base": curves.base, "from": known, "points": new}
    return chart_data(curves, large=False) | {"large": curves.large}
