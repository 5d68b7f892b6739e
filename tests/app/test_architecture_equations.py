"""The equation of a part, its costs and the words on it are those of the very network."""

import pytest

from resnet_viz import analysis, models
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.reporting import equations
from tests.app.support import open_page, seen, texts


def latex(app) -> list[str]:
    return [element.value.strip("$\n ") for element in app.latex]


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
