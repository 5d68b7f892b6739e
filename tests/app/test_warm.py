"""What the server does behind the pages."""

import gc
import sys

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
