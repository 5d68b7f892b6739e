"""Whatever a person calls a thing, each page shows it as it was written: none of it is markup."""

import re
from collections.abc import Iterator

import pytest

from resnet_viz import models
from resnet_viz.home import data_sets
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.shell.page_table import PAGES
from tests.app.runs import end, save, train
from tests.app.support import open_page
from tests.unit.runs_support import config
from tests.unit.test_data_folders import paint

STRANGE = "_my_class_ *qq* [y](z) $a$ :red[b] #1"
RUN = "my _run_ 1"  # a run's name has no other sign
NETWORK, DATA = "a _network_ 1", "my _data_ 1"
# What a browser shows otherwise than it was written, unless each sign has a backslash.
MARKUP = re.compile(r"(?<!\\)(_my|class_|\*qq|\]\(z|\$a|:red|_run_|_network_|_data_)")
# Parts of elements that Streamlit takes for Markdown.
MARKDOWN = {"body", "label", "help", "caption", "content"}


def marked_up(message) -> Iterator[str]:
    """All texts of an element that Streamlit takes for Markdown."""
    for field, value in message.ListFields():
        parts = value if field.is_repeated else [value]
        if field.type == field.TYPE_STRING and field.name in MARKDOWN:
            yield from parts
        elif field.type == field.TYPE_MESSAGE and not field.message_type.GetOptions().map_entry:
            for part in parts:
                yield from marked_up(part)


def said(node) -> Iterator[str]:
    """The same of everything on a page."""
    if getattr(node, "proto", None) is not None:
        yield from marked_up(node.proto)
    for child in getattr(node, "children", {}).values():
        yield from said(child)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_takes_names_of_runs_networks_and_classes_for_markup(page, store, sleepers):
    pictures = data_sets() / DATA
    for brightness, name in enumerate(("cat", "a _class_ b")):
        paint(pictures / name, 4, (8, 8), 20 * brightness)
    [run] = sleepers.submit(config(data=str(pictures)), names=[RUN])
    save(end(store, train(store, run), "finished"))
    classifier = models.Classifier(
        network=models.build("resnet20", seed=0, classes=2),
        classes=("_my_other_class_", STRANGE),
        input_size=32,
        mean=(0.5,) * 3,
        std=(0.5,) * 3,
        card={"data": STRANGE, "confusion": [[1, 2], [9, 4]]},
    )
    network = catalogue.keep(classifier, NETWORK)
    for pair in ((RUN, network), (network, RUN)):
        app = open_page(page, left=pair[0], right=pair[1], data=DATA)
        texts = list(said(app._tree))
        assert not [text for text in texts if MARKUP.search(text)]
