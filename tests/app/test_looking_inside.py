"""Whatever page looks inside: networks are told apart, and no name is markup or a server's path."""

import re

import pytest
import torch

from resnet_viz import models
from resnet_viz.home import home
from resnet_viz.ui.networks import catalogue
from tests.app.support import (
    PHOTOGRAPHS,
    RIGHT,
    captions,
    charts,
    numbers,
    open_page,
    texts,
    values,
)

FRESH_20 = "ResNet-20, random weights"  # it has nine blocks
MARKUP = "![](https://evil.example/x.png) [**log in**](https://evil.example) www.evil.example"


@pytest.mark.parametrize(
    ("link", "names"),
    [
        ({"left_activation": "tanh"}, ["ResNet-20 · tanh, random weights", FRESH_20]),
        ({"right_seed": "3"}, [FRESH_20, f"{FRESH_20} of seed 3"]),
        ({}, [f"{FRESH_20} (left)", f"{FRESH_20} (right)"]),
    ],
)
def test_two_fresh_networks_of_one_architecture_are_told_apart(link, names):
    link = link | {"left": catalogue.FRESH, "left_net": "resnet20"}
    link = link | {"right": catalogue.FRESH, "right_net": "resnet20"}
    app = open_page("feature_maps", **link, image="drawn")
    lines = charts(app)["responses"]
    assert [(line["name"], len(numbers(line["y"]))) for line in lines] == [(n, 9) for n in names]
    norms = charts(open_page("gradients", **link, gradients="on a batch"))["gradients-by-layer"]
    assert [line["name"] for line in norms] == names


def test_one_checkpoint_on_both_sides_is_told_apart_by_its_place():
    app = open_page("gradients", left=RIGHT, right=RIGHT)
    assert [line["name"] for line in charts(app)["gradients-by-layer"]] == [
        f"{RIGHT} (left)",
        f"{RIGHT} (right)",
    ]
    assert [text for text in values(app.markdown) if text.startswith("## ")] == [
        f"## :blue[●] {RIGHT} (left)",
        f"## :blue[●] {RIGHT} (right)",
    ]


def test_no_line_breaks_a_size_apart():
    for page in ("attribution", "feature_maps"):
        app = open_page(page, **PHOTOGRAPHS, image="drawn")
        under = [caption for image in app.image for caption in image.captions if caption]
        sizes = [text for text in [*under, *values(app.caption)] if "×" in text]
        assert sizes
        assert not [text for text in sizes if " ×" in text or "× " in text]


@pytest.mark.parametrize(
    ("page", "link"),
    [
        ("attribution", {"image": "photograph"}),
        ("classes", {"true": MARKUP, "predicted": "cat"}),
        ("classes", {"true": "nonsense", "test_data": "digits"}),
    ],
)
def test_nothing_that_an_imported_network_says_is_markup(page, link):
    network = models.build("resnet20", seed=0, classes=2)
    with torch.no_grad():
        network.fc.bias.copy_(torch.tensor([0.0, 100.0]))  # sure of the second class
    grey = (0.5, 0.5, 0.5)
    classifier = models.Classifier(
        network=network,
        classes=("cat", MARKUP),
        input_size=32,
        mean=grey,
        std=grey,
        card={"data": "[free](https:evil.example)", "confusion": [[1, 2], [9, 4]]},
    )
    label = catalogue.keep(classifier, "strange")
    app = open_page(page, left=label, right=label, **link)
    buttons = [button.label for button in app.get("download_button")]
    said = [*texts(app).splitlines(), *captions(app), *buttons]
    hostile = [line for line in said if "evil" in line or "log in" in line]
    assert hostile
    for line in hostile:
        assert not re.search(r"(?<!\\)[\[\]]|(?<!\\)\*\*log|https:|://|www\\?\.", line), line


def test_no_page_says_where_the_server_keeps_its_files():
    for page in ("attribution", "feature_maps"):
        app = open_page(page)
        said = f"{texts(app)} {app.segmented_control(key='image').help}"
        assert "in the folder where it keeps its runs" in said
        assert str(home()) not in said
