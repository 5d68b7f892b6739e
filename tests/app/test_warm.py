"""What the server does behind the pages."""

import gc
import sys
import threading

from resnet_viz.runs import Launcher, RunError, Store
from resnet_viz.ui.shell import warm


def test_garbage_collection_after_a_page_does_not_walk_through_the_imported_modules():
    gc.unfreeze()
    warm._import()
    assert set(warm.MODULES) <= sys.modules.keys()
    # Streamlit collects all generations after each run of a page.
    assert gc.get_freeze_count() > 10 * len(gc.get_objects())


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

    class Ended:
        def wait(self, _):
            return not looks

    monkeypatch.setattr(warm, "Store", open_store)
    monkeypatch.setattr(Launcher, "pump", pump)
    monkeypatch.setattr(warm, "_ended", Ended())
    warm._watch()
    assert opened == [5, 2]  # looks that were still to come


def test_torch_waits_until_the_first_page_is_drawn(monkeypatch):
    imported, drawn = [], threading.Event()
    monkeypatch.setattr(warm, "import_module", imported.append)
    monkeypatch.setattr(warm, "_set_aside", lambda: 0)
    monkeypatch.setattr(warm, "_drawn", drawn)
    behind = warm._thread("warm imports", warm._prepare)
    behind.join(timeout=0.1)
    assert (behind.is_alive(), imported) == (True, [])
    drawn.set()
    behind.join(timeout=5)
    assert (behind.is_alive(), imported) == (False, list(warm.MODULES))


def test_the_queue_is_looked_after_until_the_server_ends(monkeypatch):
    looks, ended = [], threading.Event()

    class Counting:
        def pump(self):
            looks.append(len(looks))
            if len(looks) == 3:
                warm.end()

    monkeypatch.setattr(warm, "Launcher", lambda _: Counting())
    monkeypatch.setattr(warm, "Store", lambda: None)
    monkeypatch.setattr(warm, "SECONDS_BETWEEN_LOOKS", 0.001)
    monkeypatch.setattr(warm, "SECONDS_IN_THE_QUEUE", 0.001)
    monkeypatch.setattr(warm, "_ended", ended)
    warm._watch()
    assert looks == [0, 1, 2]
