"""Files of weights as visitors bring them, and the way to import one on a page."""

import io
import os

import torch

from tests.app.support import open_page


class Malicious:
    """What a pickle may hold: something that is called when it is opened."""

    def __init__(self, trap):
        self.trap = trap

    def __reduce__(self):
        return os.mkdir, (str(self.trap),)


def saved(content):
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def import_weights(name, raw, architecture="resnet20", side="right"):
    """Import a file through the head of a page."""
    app = open_page("attribution")
    app.file_uploader(key="import_file").set_value((name, raw, "application/octet-stream"))
    app.selectbox(key="import_net").set_value(architecture)
    app.segmented_control(key="import_side").set_value(side)
    app.run()
    [button] = [button for button in app.button if button.label == "Import"]
    assert not button.disabled
    return button.click().run()
