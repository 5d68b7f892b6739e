"""What the server does behind the pages."""

import gc
import sys
from types import SimpleNamespace

import pytest

from resnet_viz.runs import Launcher, RunError, Store
from resnet_viz.ui.shell import warm


def test_garbage_collection_after_a_page_does_not_walk_through_the_imported_modules():
    before = gc.get_freeze_count()
    try:
        warm._import()
        assert set(warm.MODULES) <= sys.modules.keys()
        # Streamlit collects all generations after each run of a page.
        assert gc.get_freeze_count() - before > 10 * len(gc.get_objects())
    finally:
        gc.unfreeze()


def test_the_queue_is_watched_through_one_store_that_is_opened_anew_when_it_failed(
    home, monkeypatch
):
    opened, looks = [], [None, None, RunError("The run store is busy."), None, None]

    def open_store():
        opened.append(len(looks))
        return Store()

    def pump(_):
        if (wrong := looks.pop(0)) is not None:
            raise wrong

    def pause(_):
        if not looks:
            raise KeyboardInterrupt

    monkeypatch.setattr(warm, "Store", open_store)
    monkeypatch.setattr(Launcher, "pump", pump)
    monkeypatch.setattr(warm, "time", SimpleNamespace(sleep=pause))
    with pytest.raises(KeyboardInterrupt):
        warm._watch()
    assert opened == [5, 2]  # looks that were still to come
