"""What the tests of runs on the training page share: its buttons, and its table of runs."""

import json


def growing(app):
    """What each chart of the panel was sent, by its key; a run of the whole page sends it whole."""
    protos = [chart.proto for chart in app.get("bidi_component")]
    return {proto.id.split("-", 2)[2]: json.loads(proto.json) for proto in protos}


def lines(app, key):
    """The traces of one of them by name, with their points."""
    message = growing(app)[key]
    traces = message["figure"]["data"]
    for trace, (x, y) in zip(traces, message.get("points", []), strict=False):
        trace |= {"x": x, "y": y}
    return {trace["name"]: trace for trace in traces if "name" in trace}  # a band has none


def button(app, label):
    """The one button with this label."""
    [found] = [found for found in app.button if found.label == label]
    return found


def labels(app):
    return [button.label for button in app.button]


def choose(app, *rows):
    """Choose rows of the table of runs, newest first."""
    [table] = app.dataframe
    app.session_state[table.key] = {"selection": {"rows": list(rows), "columns": [], "cells": []}}
    return app.run()


def statuses(app):
    """Status by run, as the table says it."""
    [table] = app.dataframe
    return dict(zip(table.value["run"], table.value["status"], strict=True))
