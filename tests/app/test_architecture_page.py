"""The page Architecture: all that it draws, says and counts follows from the network shown."""

import base64
import dataclasses
import subprocess
import sys
from dataclasses import dataclass
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest
import streamlit as st
import torch

from resnet_viz import analysis, models
from resnet_viz.analysis import exporting
from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.option_kinds import EachStage, Number, OneOf, Whole, YesNo
from resnet_viz.models.options import OPTIONS, Option
from resnet_viz.models.published import IMAGENET_ERROR, IMAGENET_WEIGHTS
from resnet_viz.reporting import equations
from resnet_viz.ui.inputs import own_network
from resnet_viz.ui.topics import architecture_exports, architectures
from tests.app.support import PHOTOGRAPHS, ROOT, open_page, seen, texts, values

SVG = "{http://www.w3.org/2000/svg}"
CUSTOM = {
    "show": "your own",
    "base": "resnet18",
    "blocks_resnet18": "1, 2, 1",
    "widths_resnet18": "32, 64, 128",
    "activation_resnet18": "gelu",
}


def drawing(app) -> ElementTree.Element:
    [image] = [image for element in app.image for image in element.proto.imgs]
    return ElementTree.fromstring(base64.b64decode(image.url.partition(",")[2]))


def arcs(app) -> int:
    paths = drawing(app).iter(f"{SVG}path")
    return sum((path.get("class") or "").startswith("shortcut") for path in paths)


def name(app) -> str:
    return drawing(app).find(f"{SVG}title").text


def latex(app) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


def family(app):
    return app.dataframe[-1].value.set_index("network")


def marked(app) -> dict[str, str]:
    signs = family(app)["here"]
    return dict(signs[signs != ""])


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


def test_a_block_is_explained_with_its_own_numbers():
    app = open_page("architecture", show="any network", net="resnet50", beside="none: alone")
    app.selectbox(key="part").set_value("layer2.0")
    said = texts(seen(app.run(), "architecture"))
    assert latex(app)[0] == r"y = \mathrm{ReLU}(F(x) + W_s\,x)"
    assert latex(app)[-1] == r"F(x) = \mathrm{BN}(W_3 * h_2)"
    network = models.build("resnet50")
    block = network.layer2[0]
    shortcut = sum(p.numel() for p in block.downsample.parameters())
    whole = sum(p.numel() for p in block.parameters())
    assert f"| + Wₛx | 28×28×512 | {shortcut:,} |" in said
    assert f"| F(x) | 28×28×512 | {whole - shortcut:,} |" in said
    assert f"| **y** | 28×28×512 | **{whole:,}** |" in said
    assert "| x | 56×56×256 |" in said
    app.selectbox(key="part").set_value("layer2.1")
    seen(app.run(), "architecture")
    assert latex(app)[0] == r"y = \mathrm{ReLU}(F(x) + x)"


@pytest.mark.parametrize(
    ("network", "options", "part", "line"),
    [
        ("plain20", {}, "layer1.0", r"y = \mathrm{ReLU}(F(x))"),
        ("resnet20", {}, "layer2.0", r"y = \mathrm{ReLU}(F(x) + \mathrm{pad}(x))"),
        ("resnet20", {"activation": "tanh"}, "layer1.0", r"y = \tanh(F(x) + x)"),
        ("resnet20", {"shortcut_scale": 0.5}, "layer1.0", r"y = \mathrm{ReLU}(F(x) + 0.5\,x)"),
        ("resnet20", {"branch_scale": 0.1}, "layer1.0", r"y = \mathrm{ReLU}(0.1\,F(x) + x)"),
        ("resnet20", {}, "head", r"y = W\,\overline{x} + b"),
        ("resnet9", {}, "layer1.0", r"y = \mathrm{maxpool}(\mathrm{ReLU}(\mathrm{BN}(W * x)))"),
        ("resnet20", {"norm": "none"}, "stem", r"y = \mathrm{ReLU}(W * x)"),
    ],
)
def test_the_equation_is_that_of_the_block(network, options, part, line):
    architecture = ARCHITECTURES[network].with_options(**options)
    parts = analysis.outline(architecture)
    [row] = parts[parts["part"] == part].itertuples(index=False)
    assert equations.equation(row, architecture)[0] == line


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


def test_a_network_of_ones_own_is_drawn_counted_and_kept_in_the_link():
    app = open_page("architecture", **CUSTOM)
    assert not app.warning
    network = models.build("resnet18", blocks=(1, 2, 1), widths=(32, 64, 128), activation="gelu")
    count = sum(p.numel() for p in network.parameters())
    assert name(app) == f"{network.architecture.title} and ResNet-18"
    assert f"{count:,} parameters" in texts(app)
    app.selectbox(key="norm_resnet18").set_value("none")
    seen(app.run(), "architecture")
    linked = open_page("architecture", **CUSTOM, norm_resnet18="none")
    assert texts(linked) == texts(app)
    assert f"{count:,} parameters" not in texts(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"widths_resnet18": "8, 8"}, "but blocks has 4 and widths has 2."),
        ({"blocks_resnet18": "150, 150, 1, 1"}, "at most 200 blocks"),
        ({"blocks_resnet18": "0, 0, 0, 0"}, "At least one stage needs a block."),
        (
            {"shortcut_resnet18": "A", "widths_resnet18": "64, 32, 16, 8"},
            "Option A pads with zeros and cannot take channels away",
        ),
        ({"block_resnet18": "bottleneck", "groups_resnet18": "4096"}, "Such a network has more"),
    ],
)
def test_a_network_that_makes_no_sense_is_a_sentence(link, sentence):
    app = open_page("architecture", show="your own", base="resnet18", **link)
    [error] = values(app.error)
    assert sentence in error


def test_what_is_typed_and_is_no_list_of_numbers_is_a_sentence():
    app = open_page("architecture", show="your own", base="resnet18")
    app.text_input(key="blocks_resnet18").set_value("many, very many").run()
    [error] = values(app.error)
    assert error.startswith("The blocks are whole numbers from 0 to 1,000 with commas")
    app = open_page("architecture", show="your own", base="resnet18")
    app.text_input(key="widths_resnet18").set_value("64, -4").run()
    [error] = values(app.error)
    assert error.startswith("The widths are whole numbers from 1 to 4,096 with commas")
    assert error.endswith("such as “64, 128, 256, 512”.")


def test_an_image_that_vanishes_on_the_way_is_a_sentence():
    app = open_page(
        "architecture", show="any network", net="resnet9", beside="none: alone", size_32="3"
    )
    [error] = values(app.error)
    assert "too small for ResNet-9" in error


def test_ones_own_network_and_its_row_are_told_apart():
    app = open_page("architecture", show="your own", base="resnet20", norm_resnet20="group")
    assert name(app) == "ResNet-20 · normalisation group and ResNet-20"
    assert name(open_page("architecture", show="your own", base="resnet20")) == "ResNet-20"


def test_two_of_one_title_are_told_apart_by_what_differs():
    row = models.ARCHITECTURES["resnet20"]
    networks = [row.with_options(activation="gelu"), row.with_options(shortcut="B")]
    assert list(architectures._named(networks)) == [
        "ResNet-20 · gelu",
        "ResNet-20 · shortcuts B",
    ]
    assert list(architectures._named([networks[0]] * 2)) == ["ResNet-20"]


@pytest.mark.parametrize(
    "options", [{"shortcut_scale": 0.5}, {"shortcut_dropout": 0.3}, {"branch_scale": 0.1}, {}]
)
def test_every_residual_network_has_a_plain_twin(options):
    residual = models.ARCHITECTURES["resnet20"].with_options(**options)
    assert own_network.twin(residual) == models.ARCHITECTURES["resnet20"].with_options(
        shortcut="none"
    )


@pytest.mark.parametrize(
    ("options", "part", "row", "sentence"),
    [
        ({}, "layer1.0", "+ x", "x goes around the block as it is, for nothing."),
        (
            {"shortcut_scale": 0.5},
            "layer1.0",
            "+ 0.5 x",
            "x goes around the block, but not as it is: it is multiplied by 0.5.",
        ),
        (
            {"shortcut_dropout": 0.3},
            "layer1.0",
            "+ dropout(x)",
            "but not as it is: it loses 30 % of its values at random in training.",
        ),
        (
            {"shortcut_scale": 0.5, "shortcut": "B"},
            "layer2.0",
            "+ 0.5 Wₛx",
            "it is learned. What comes of it is multiplied by 0.5.",
        ),
        (
            {"shortcut_scale": 0.5, "shortcut_dropout": 0.3},
            "layer2.0",
            "+ dropout(0.5 pad(x))",
            "What comes of it is multiplied by 0.5 and loses 30 % of its values at random",
        ),
    ],
)
def test_a_shortcut_is_said_to_be_what_it_is(options, part, row, sentence):
    architecture = ARCHITECTURES["resnet20"].with_options(**options)
    [block] = [p for p in analysis.outline(architecture).itertuples() if p.part == part]
    assert f"| {row} |" in equations.costs(block).replace("\u00a0", " ")
    said = equations.words(block, architecture)
    assert sentence in said
    assert ("as it is, for nothing" in said) is (not options)


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


def test_nonsense_about_a_network_of_ones_own_gives_its_rows_values():
    app = open_page("architecture", **CUSTOM | {"blocks_resnet18": "2; 2", "base": "resnet18"})
    assert app.text_input(key="blocks_resnet18").value == "2, 2, 2, 2"
    assert "which is not here" in values(app.warning)[0]


@pytest.mark.parametrize(
    ("network", "options"),
    [
        ("resnet56", {}),
        ("resnet18", {"blocks": (1, 1), "widths": (16, 32), "norm": "group", "shortcut": "C"}),
        ("resnext50_32x4d", {"groups": 16, "width_per_group": 8, "classes": 10}),
    ],
)
def test_the_snippet_builds_the_very_network(network, options):
    architecture = ARCHITECTURES[network].with_options(**options)
    code = architecture_exports.snippet(architecture)
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nprint(network.architecture)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    count, built = done.stdout.splitlines()
    assert int(count) == analysis.totals(architecture)[0]
    assert built == str(architecture)


def test_the_layout_is_that_of_the_state_dict():
    network = models.build("resnet20", shortcut="B")
    layout = exporting.state_layout(network.architecture)
    state = network.state_dict()
    assert dict(zip(layout["name"], layout["shape"], strict=True)) == {
        key: tuple(value.shape) for key, value in state.items()
    }
    trained = layout[layout["kind"] == "parameter"]
    assert list(trained["name"]) == [key for key, _ in network.named_parameters()]
    assert trained["values"].sum() == sum(p.numel() for p in network.parameters())


def test_onnx_is_offered_where_its_package_is_and_said_where_not(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: False)
    assert "package onnx is not installed" in texts(open_page("architecture", export="true"))
    with pytest.raises(analysis.AnalysisError, match="pip install onnx"):
        exporting.to_onnx(models.build("resnet20"), 32)
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    app = open_page("architecture", export="true")
    assert "is not installed" not in texts(app)
    assert "ONNX, random weights" in [button.label for button in app.get("download_button")]


def test_onnx_is_not_offered_of_a_network_too_large_for_the_server(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    wide = {"base": "resnet50", "width_per_group_resnet50": "256"}
    app = open_page("architecture", show="your own", export="true", **wide)
    assert "ONNX: not here, because the network has more than 120,000,000 weights" in texts(app)
    assert "ONNX, random weights" not in [button.label for button in app.get("download_button")]


def test_onnx_is_not_offered_for_an_image_too_large_for_the_server(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    link = {"show": "any network", "net": "resnet50", "beside": "none: alone", "export": "true"}
    app = open_page("architecture", **link, size_224="4096")
    assert "ONNX: not here for images of 4096 × 4096 pixels" in texts(app)
    assert not [button for button in app.get("download_button") if "ONNX" in button.label]
    app.number_input(key="size_224").set_value(224)
    app = seen(app.run(), "architecture")
    assert [button for button in app.get("download_button") if "ONNX" in button.label]


def test_what_is_taken_away_is_called_after_the_network_and_listed_once(monkeypatch):
    names, listed = [], []
    offer, read = st.download_button, exporting.state_layout

    def note(label, data, file_name=None, *args, **more):
        names.append(file_name)
        return offer(label, data, file_name, *args, **more)

    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    monkeypatch.setattr(st, "download_button", note)
    monkeypatch.setattr(exporting, "state_layout", lambda a: listed.append(a) or read(a))
    architecture_exports.layout.clear()
    custom = {"show": "your own", "base": "resnet20", "norm_resnet20": "group", "export": "true"}
    app = open_page("architecture", **custom)
    assert "resnet-20-normalisation-group.onnx" in names
    app.segmented_control(key="layers").set_value("ResNet-20")
    app = seen(app.run(), "architecture")
    assert "resnet-20.onnx" in names
    seen(app.run(), "architecture")
    assert len(listed) == 2  # a list a network, however often the page is drawn


def test_an_onnx_file_gives_the_networks_logits():
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    network = models.build("resnet20", seed=0)
    graph = onnx.load_from_string(exporting.to_onnx(network, 8))
    onnx.checker.check_model(graph)
    images = torch.randn(2, 3, 8, 8)
    [logits] = ReferenceEvaluator(graph).run(None, {"images": images.numpy()})
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(logits), network(images), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"blocks": (1, 2), "widths": (16, 32), "activation": "silu", "stem": "imagenet"},
        {"shortcut": "none", "norm": "none", "stem_width": 8},
        {"block": "bottleneck", "groups": 4, "width_per_group": 16},
    ],
)
def test_a_network_survives_the_way_through_a_line_of_text(options):
    architecture = ARCHITECTURES["resnet20"].with_options(**options)
    assert own_network.read(own_network.written(architecture)) == architecture


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resnet57",
        "resnet20 blocks",
        "resnet20 blocks=a",
        "resnet20 colour=red",
        "resnet20 stem=8",
        "resnet20 groups=-1",
        "resnet20 classes=7",
        "resnet20 blocks=300,1,1",
        "resnet20 stem_width=1e9",
    ],
)
def test_a_line_that_is_no_network_is_refused_with_a_sentence(text):
    assert not own_network.readable(text)
    with pytest.raises(ArchitectureError):
        own_network.read(text)


def test_it_is_trained_from_the_page_against_its_twin(store, sleepers):
    app = open_page("architecture", **CUSTOM)
    [link] = [link.proto for link in app.page_link if "Train it" in link.label]
    assert link.page == "training"
    app = open_page("training", **dict(parse_qsl(link.query_string)))
    assert not app.warning
    assert not app.error
    assert "the two differ by the shortcuts alone" in texts(app)
    app = seen(app.button(key="train_now").click().run(), "training")
    assert "ResNet-10 custom · gelu · blocks 1-2-1 · widths 32-64-128" in texts(app)
    first, second = store.runs()
    form = {"blocks": (1, 2, 1), "widths": (32, 64, 128), "activation": "gelu"}
    options = [dict(run.config.options) for run in (first, second)]
    assert form in options
    assert form | {"shortcut": "none"} in options


def test_a_link_to_the_form_carries_a_network_of_ones_own(store, sleepers):
    line = "resnet20 blocks=1,1,1 norm=group"
    app = open_page("training", network="your own", against="none: train one alone", own=line)
    assert not app.warning
    app.button(key="train_now").click().run()
    [run] = store.runs()
    assert dict(run.config.options) == {"blocks": (1, 1, 1), "norm": "group"}
    app = open_page("training", network="your own", own="resnet20 blocks=many")
    assert app.text_input(key="own").value == "resnet20"
    assert "which is not here" in values(app.warning)[0]


def test_every_number_says_how_large_it_may_be():
    app = open_page("architecture", show="your own", base="resnet50")
    labels = [number.label for number in app.number_input]
    assert len(labels) == 4
    assert all(label.endswith("(1–4,096)") for label in labels)


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


def test_a_network_of_another_form_is_not_marked_as_the_one_it_was_made_from():
    assert marked(open_page("architecture", show="your own")) == {"ResNet-18": "●"}
    custom = open_page("architecture", show="your own", blocks_resnet18="3, 1, 1, 1")
    assert marked(custom) == {"ResNet-18": "◆"}


@pytest.mark.parametrize(
    ("network", "options", "sentence"),
    [
        (
            "resnet18",
            {},
            "1×1 convolution with its normalisation, which gives x the shape of F(x);",
        ),
        ("resnet18", {"norm": "none"}, "a 1×1 convolution, which gives x the shape of F(x);"),
    ],
)
def test_what_a_projection_is_follows_from_the_network(network, options, sentence):
    architecture = ARCHITECTURES[network].with_options(**options)
    parts = analysis.outline(architecture)
    [row] = parts[parts["part"] == "layer2.0"].itertuples(index=False)
    assert sentence in equations.words(row, architecture)
    everywhere = architecture.with_options(shortcut="C")
    [row] = [part for part in analysis.outline(everywhere).itertuples() if part.part == "layer1.1"]
    assert "gives x the shape" not in equations.words(row, everywhere)


def test_two_networks_of_one_colour_have_two_marks():
    app = open_page("architecture", show="any network", net="resnet18", beside="resnet34")
    marks = [text for text in values(app.markdown) if text.startswith("##### ")]
    assert [text.partition(" R")[0] for text in marks] == ["##### :blue[●]", "##### :blue[◆]"]
    assert marked(app) == {"ResNet-18": "●", "ResNet-34": "◆"}
    # In the drawing, the first is round and the second has four corners.
    paths = drawing(app).iter(f"{SVG}path")
    shapes = [path.get("d") for path in paths if path.get("class") == "mark"]
    assert [shape.count("A") for shape in shapes] == [2, 0]
    assert [shape.count("L") for shape in shapes] == [0, 3]
    assert "a layer's share is that of their sum" in texts(app)


@dataclass(frozen=True, kw_only=True)
class Longer(Architecture):
    """An architecture with a field more of each kind that a form can ask for."""

    tail: int = 2
    weight: float = 0.5
    soft: bool = False
    fur: str = "short"
    knots: tuple[int, ...] = (1, 2)


NEW = {
    "tail": Whole(0, 9),
    "weight": Number(1),
    "soft": YesNo(),
    "fur": OneOf({"short": object(), "long": object()}),
    "knots": EachStage(0, 9, (1, 2)),
}


def test_a_row_puts_an_option_into_the_form_and_another_one_a_kind_of_block(monkeypatch):
    monkeypatch.setitem(BLOCKS, "twin", dataclasses.replace(BLOCKS["basic"], name="twin"))
    for place, (option, kind) in enumerate(NEW.items(), start=20):
        words = {"label": f"{option} {{}}", "sentence": f"Its {option}.", "part": option}
        row = Option(name=option, title=f"Its {option}", kind=kind, form=place, **words)
        monkeypatch.setitem(OPTIONS, option, row)
        # Networks that were made before have it as usual.
        monkeypatch.setattr(Architecture, option, Longer.usual(option), raising=False)
    monkeypatch.setitem(ARCHITECTURES, "resnet20", Longer(**vars(ARCHITECTURES["resnet20"])))
    link = {"tail_resnet20": "7", "soft_resnet20": "yes", "block_resnet20": "twin"}
    app = open_page("architecture", show="your own", base="resnet20", **link)
    assert not app.error
    assert not app.warning
    assert app.number_input(key="tail_resnet20").label == "Its tail (0–9)"
    assert app.number_input(key="weight_resnet20").value == 0.5
    assert app.selectbox(key="fur_resnet20").options == ["short", "long"]
    assert app.text_input(key="knots_resnet20").value == "1, 2"
    [built] = [link.proto for link in app.page_link if "Train it" in link.label]
    written = dict(parse_qsl(built.query_string))["own"]
    assert written == "resnet20 block=twin tail=7 soft=true"
    assert own_network.read(written) == ARCHITECTURES["resnet20"].with_options(
        block="twin", tail=7, soft=True
    )
