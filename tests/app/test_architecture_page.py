"""The page Architecture: all that it draws and counts follows from the networks shown."""

import pytest

from resnet_viz import models
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import IMAGENET_ERROR, IMAGENET_WEIGHTS
from resnet_viz.ui.topics import architectures, network_drawing
from tests.app.architecture_support import SVG, drawing, family, marked, name, parts
from tests.app.support import PHOTOGRAPHS, open_page, seen, texts, values


def arcs(app) -> int:
    paths = drawing(app).iter(f"{SVG}path")
    return sum((path.get("class") or "").startswith("shortcut") for path in paths)


def test_it_starts_with_the_pair_that_differs_by_its_arcs():
    app = open_page("architecture")
    assert name(app) == "plain-56 and ResNet-56"
    assert arcs(app) == 5  # 27 shortcuts, equal neighbours folded
    assert "853,018 parameters" in texts(app)
    assert "The 27 shortcuts of ResNet-56 have no parameters" in texts(app)
    assert "plain-56 has no shortcut" in texts(app)
    assert marked(app) == {"plain-56": "●", "ResNet-56": "◆"}
    app.toggle(key="unfold").set_value(True)
    assert arcs(seen(app.run(), "architecture")) == 27
    assert arcs(open_page("architecture", unfold="true")) == 27


def test_the_layers_add_up_to_what_is_published():
    app = open_page("architecture", show="any network", net="resnet34", beside="none: alone")
    layers = app.dataframe[0].value
    known = IMAGENET_WEIGHTS["resnet34"]
    assert layers["parameters"].sum() == known.parameters
    assert round(layers["multiply-adds"].sum() / 1e9, 3) == known.gmacs
    assert "21,797,672 parameters and 3.66 G multiply-adds; published: 21,797,672" in texts(app)
    assert "and 3.664 G (torchvision), 3.6 G (paper) multiply-adds" in texts(app)
    app.number_input(key="size_224").set_value(300)
    seen(app.run(), "architecture")
    assert list(app.dataframe[0].value["output"][[0, 3]]) == ["150×150×64", "75×75×64"]
    assert "published" not in texts(app).split("The family")[0]


def test_the_family_sets_what_is_counted_beside_what_is_published():
    table = family(open_page("architecture"))
    assert len(table) == len(ARCHITECTURES)
    for key in IMAGENET_WEIGHTS:
        row = table.loc[ARCHITECTURES[key].title]
        assert f"{row['parameters']:,}" == row["published"]
        assert row["multiply-adds"] == pytest.approx(row["torchvision"], abs=6e-4)
        assert row["paper's error (%)"] == IMAGENET_ERROR[key]
    for depth, millions in ((20, 0.27), (32, 0.46), (44, 0.66), (56, 0.85), (110, 1.7)):
        row = table.loc[f"ResNet-{depth}"]
        assert row["published"] == f"{millions} M"
        assert row["parameters"] / 1e6 == pytest.approx(millions, abs=0.03)
    assert table.loc["ResNet-34", "paper's error (%)"] == "25.03 (A), 24.52 (B), 24.19 (C)"


def test_an_image_that_vanishes_on_the_way_is_a_sentence():
    app = open_page(
        "architecture", show="any network", net="resnet9", beside="none: alone", size_32="3"
    )
    [error] = values(app.error)
    assert "too small for ResNet-9" in error


def test_two_of_one_title_are_told_apart_by_what_differs():
    row = models.ARCHITECTURES["resnet20"]
    networks = [row.with_options(activation="gelu"), row.with_options(shortcut="B")]
    assert list(architectures._named(networks)) == [
        "ResNet-20 · gelu",
        "ResNet-20 · shortcuts B",
    ]
    assert list(architectures._named([networks[0]] * 2)) == ["ResNet-20"]


def test_what_was_chosen_of_one_network_does_not_trouble_the_next():
    app = open_page("architecture", show="any network", net="resnet152", beside="resnet101")
    app.selectbox(key="part").set_value("layer3.30")
    app.segmented_control(key="layers").set_value("ResNet-101")
    app.selectbox(key="net").set_value("ResNet-18")
    app.selectbox(key="beside").set_value("plain-18")
    app = seen(app.run(), "architecture")
    assert app.selectbox(key="part").value == "layer2.0"
    assert app.segmented_control(key="layers").value == "ResNet-18"
    assert not app.warning
    assert not app.error


def test_networks_are_chosen_by_the_names_that_the_page_calls_them():
    app = open_page("architecture", show="any network", net="resnet50", beside="ResNet-101")
    assert not app.warning
    assert name(app) == "ResNet-50 and ResNet-101"
    assert app.selectbox(key="net").value == "ResNet-50"
    assert not {"resnet50", "plain34"} & set(app.selectbox(key="beside").options)
    app = open_page("architecture", show="your own", base="resnet20")
    assert app.selectbox(key="base").value == "ResNet-20"
    assert name(app) == "ResNet-20"


def test_the_pair_is_drawn_for_the_pictures_that_it_is_given():
    said = texts(open_page("architecture"))
    assert "plain-56: 853,018 parameters and 7.84 M multiply-adds at 8 × 8." in said
    said = texts(open_page("architecture", left=PHOTOGRAPHS["left"]))
    assert "published" not in said.split("The family")[0]
    assert "853,018 parameters and 125 M multiply-adds; the paper gives no numbers." in said


def test_two_networks_of_one_colour_have_two_marks():
    app = open_page("architecture", show="any network", net="resnet18", beside="resnet34")
    marks = [text for text in values(app.markdown) if text.startswith("## ")]
    assert [text.partition(" R")[0] for text in marks] == ["## :blue[●]", "## :blue[◆]"]
    assert marked(app) == {"ResNet-18": "●", "ResNet-34": "◆"}
    # In the drawing, the first is round and the second has four corners.
    paths = drawing(app).iter(f"{SVG}path")
    shapes = [path.get("d") for path in paths if path.get("class") == "mark"]
    assert [shape.count("A") for shape in shapes] == [2, 0]
    assert [shape.count("L") for shape in shapes] == [0, 3]
    assert "a layer's share is that of their sum" in texts(app)


def test_a_part_that_is_pressed_in_the_drawing_is_explained(monkeypatch):
    app = open_page("architecture", show="any network", net="resnet152", unfold="true")
    app.session_state["part"] = "layer3.30"
    seen(app.run(), "architecture")
    assert [name for name, chosen in parts(app) if chosen] == ["layer3.30"]
    assert "ResNet-152, layer3.30" in texts(app)
    state = {"drawing": {"pressed": "layer3.35"}}
    monkeypatch.setattr(network_drawing.st, "session_state", state)
    sent = {}
    monkeypatch.setattr(network_drawing, "_mount", lambda **given: sent.update(given))
    network_drawing.show("<svg/>", key="drawing", on_press=architectures._choose_part)
    sent["on_pressed_change"]()
    assert state["part"] == "layer3.35"
    state["drawing"]["pressed"] = None  # a press ends with the run that it began
    sent["on_pressed_change"]()
    assert state["part"] == "layer3.35"
