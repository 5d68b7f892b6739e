"""What was set on one page never reaches a widget of another that means something else."""

import re
from collections.abc import Iterator
from itertools import combinations

import pandas as pd
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from resnet_viz.analysis.experiments import degradation as measured
from resnet_viz.ui.networks.catalogue import FRESH
from resnet_viz.ui.shell import keys, panels
from resnet_viz.ui.shell.page_table import PAGES
from resnet_viz.ui.topics import degradation
from tests.app.support import open_page, seen, turn_to, values

CHOICES = ("segmented_control", "selectbox", "select_slider")
KINDS = (*CHOICES, "multiselect", "number_input", "slider", "toggle", "text_input")
# What a control is set to where the option after its own would hide the others, or take minutes.
CHOSEN = {
    "left": "plain-20 on digits",
    "right": "ResNet-20 on digits",
    "right_net": "ResNet-20",
    "image": "drawn",
    "data": "digits",
    "six_data": "digits",
    "own_data": "digits",
    "six_size": 64,  # which the page writes in another way
    "own_size": 64,
}
WRITTEN = {"device": "cpu", "own": "resnet20 blocks=1,1,1"}  # what a line of text is set to
# Controls that bring others: what they are set to when all others of the page have been.
THEN = {
    "architecture": {"show": "your own"},
    "training": {"network": "your own"},
    "gradients": {"gradients": "fresh networks"},
    "cardinality": {"width": "my own"},
    "shortcuts": {"right": FRESH},
}
OF_THE_HEAD = re.compile("(left|right)(_net|_seed|_activation|_norm|_shortcut)?$|import_")

# What the lesson on degradation measures for minutes where nobody has asked for it before.
BUILT = pd.DataFrame(
    [
        {
            "label": f"plain-20, {way}",
            "network": "plain-20",
            "way": way,
            "residual": residual,
            "train_error": 1.0,
            "test_error": 2.0,
            "difference": 0.5,
            "equal": False,
        }
        for residual in (False, True)
        for way in (
            measured.ORIGIN,
            measured.BY_HAND,
            measured.AT_RANDOM,
            measured.TRAINED,
        )
    ]
)


def controls(app) -> Iterator:
    """The controls that have a key of a page, those of the head too."""
    return (one for kind in KINDS for one in getattr(app, kind) if one.key is not None)


def another(control) -> object:
    """A value that a control does not have."""
    if control.key in CHOSEN:
        return CHOSEN[control.key]
    if control.type == "toggle":
        return not control.value
    if control.type == "text_input":
        return WRITTEN.get(control.key.removeprefix("six_").removeprefix("own_"), control.value)
    if control.type in ("number_input", "slider"):
        step = control.step or 1
        return control.value + (step if control.value + step <= control.max else -step)
    if control.type == "multiselect":
        return control.options[:1] if control.options[:1] != control.value else control.options[1:2]
    place = control.options.index(shown(control)) if shown(control) in control.options else -1
    return control.options[(place + 1) % len(control.options)]


def shown(control) -> str | None:
    """The option that is chosen, as it is written on the page."""
    return None if control.value is None else control.format_func(control.value)


def change(app: AppTest, page: str) -> set[str]:
    """Set every control, those too that others bring; the keys of the page's own."""
    done: set[str] = set()
    own_keys: set[str] = set()
    then = dict(THEN.get(page, {}))
    while True:
        own_keys |= own(app)
        new = [control for control in controls(app) if control.key not in done]
        for control in new:
            control.set_value(another(control))
            done.add(control.key)
        if not new and not then:
            return own_keys
        if not new:
            for key, value in then.items():
                next(control for control in controls(app) if control.key == key).set_value(value)
            then = {}
        app.run()
        assert not app.exception, app.exception[0].value


@pytest.fixture
def _only_controls(monkeypatch):
    """Pages without charts, pictures and files, which take most of the time and hold no value."""
    for place, name in ((panels, "chart"), (panels, "downloads"), (st, "image")):
        monkeypatch.setattr(place, name, lambda *_, **__: None)
    monkeypatch.setattr(degradation, "built", lambda blocks: BUILT)


def unharmed(app: AppTest, page: str, changed: str) -> None:
    """See that a page is shown after others were changed, and has nothing to complain of."""
    seen(app, page)
    assert not app.error, f"{page} after {changed}: {values(app.error)}"
    assert not app.warning, f"{page} after {changed}: {values(app.warning)}"


def own(app: AppTest) -> set[str]:
    """The keys of the page's own controls, without those of the pair and of imports."""
    return {one.key for one in controls(app) if not OF_THE_HEAD.match(one.key)}


@pytest.mark.usefixtures("_only_controls")
def test_what_is_set_on_one_page_breaks_no_other():
    """Every page is changed, one after the other in one visit, and then each is opened again.

    Where no two pages have a key in common, nothing else can come between them; those that draw
    the picture to look at do, and each of them is opened right after each other one was changed.
    """
    app, changed = open_page("glossary"), {}
    for page in PAGES:
        unharmed(turn_to(app, page), page, "those before")
        changed[page] = change(app, page)
        seen(app.run(), page)
        if page in keys.SHARED[keys.PICTURE]:
            for other in keys.SHARED[keys.PICTURE]:
                unharmed(turn_to(app, other).run(), other, page)
    for page in PAGES:
        unharmed(turn_to(app, page).run(), page, "all")
        changed[page] |= own(app)
    shared = {}
    for page, other in combinations(PAGES, 2):
        for key in changed[page] & changed[other]:
            shared.setdefault(key, set()).update((page, other))
    assert shared.keys() >= {"image"}
    for key, pages in shared.items():
        [owner] = keys.owners(key)
        assert pages <= set(keys.SHARED[owner]), f"{key}: {pages}"
