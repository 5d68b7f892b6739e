import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import analysis
from tests.unit.analysis_support import classifier, image


def test_feature_maps_are_what_the_modules_put_out_by_hand():
    one = classifier("resnet20")
    x = image()
    maps = analysis.feature_maps(one, x, ["layer2", "act1", "layer1.0.conv2", "fc"])
    network = one.network
    with torch.no_grad():
        stem = network.act1(network.bn1(network.conv1(x[None])))
        block = network.layer1[0]
        inner = block.conv2(block.act1(block.bn1(block.conv1(stem))))
        stage = network.layer2(network.layer1(stem))
        logits = network(x[None])
    assert list(maps) == ["layer2", "act1", "layer1.0.conv2", "fc"]
    assert torch.equal(maps["act1"], stem[0])
    assert torch.equal(maps["layer1.0.conv2"], inner[0])
    assert torch.equal(maps["layer2"], stage[0])
    assert torch.equal(maps["fc"], logits[0])
    assert maps["layer2"].shape == (32, 4, 4)
    assert not any(tensor.requires_grad for tensor in maps.values())


def test_a_picture_is_preprocessed_as_the_classifier_says():
    one = classifier("resnet20", 16)
    pixels = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    by_picture = analysis.feature_maps(one, picture, ["conv1"])["conv1"]
    by_tensor = analysis.feature_maps(one, one.preprocess(picture), ["conv1"])["conv1"]
    assert by_picture.shape == (16, 16, 16)
    assert torch.equal(by_picture, by_tensor)


def test_an_unknown_layer_is_refused_with_some_that_exist():
    one = classifier("resnet20")
    for layer in ("layer9.conv1", "", "nonsense", "layer1.0.conv1.weight", "stages"):
        with pytest.raises(analysis.AnalysisError, match=r"no layer .* such as \w+") as refusal:
            analysis.feature_maps(one, image(), [layer])
        example = str(refusal.value).rsplit(" ", 1)[1].rstrip(".")
        analysis.feature_maps(one, image(), [example])


@pytest.mark.parametrize(
    ("pixels", "sentence"),
    [
        (torch.zeros(1, 3, 8, 8), r"one image of shape \(3, H, W\), not \(1, 3, 8, 8\)"),
        (torch.zeros(1, 8, 8), r"not \(1, 8, 8\)"),
        (torch.zeros(3, 0, 8), r"not \(3, 0, 8\)"),
        (torch.zeros(3, 8, 8, dtype=torch.uint8), "Normalise the pixels first"),
    ],
)
def test_a_tensor_that_is_no_image_is_refused_with_a_sentence(pixels, sentence):
    one = classifier("resnet20")
    for analyse in (analysis.predict, analysis.attribute, analysis.block_maps):
        with pytest.raises(analysis.AnalysisError, match=sentence):
            analyse(one, pixels)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("resnet20", {}),
        ("resnet20", {"shortcut": "B"}),
        ("resnet20", {"shortcut": "C", "norm": "none", "activation": "gelu"}),
        ("resnet9", {}),
        ("resnet50", {"classes": 10}),
    ],
)
def test_sum_is_branch_plus_shortcut_exactly(name, options):
    one = classifier(name, 32, **options)
    maps = analysis.block_maps(one, image(32))
    assert list(maps) == list(one.network.blocks())
    for block, parts in maps.items():
        module = one.network.get_submodule(block)
        assert parts.block == block
        assert torch.equal(parts.sum, parts.branch + parts.shortcut)
        with torch.no_grad():
            torch.testing.assert_close(parts.branch, module.branch(parts.x[None])[0])
            assert torch.equal(parts.shortcut, module.downsample(parts.x[None])[0])
            assert torch.equal(parts.output, module.last_act(parts.sum))


def test_a_plain_block_has_no_shortcut_and_its_sum_is_its_branch():
    for parts in analysis.block_maps(classifier("plain20"), image()).values():
        assert parts.shortcut is None
        assert parts.shortcut_share == 0
        assert torch.equal(parts.sum, parts.branch)
        assert torch.equal(parts.output, parts.branch.relu())


@pytest.mark.parametrize(
    ("name", "options", "formulas"),
    [
        ("plain20", {}, {"F(x), no shortcut"}),
        ("resnet20", {}, {"F(x) + x", "F(x) + padded x"}),
        ("resnet20", {"shortcut": "B"}, {"F(x) + x", "F(x) + Wₛx"}),
        ("resnet20", {"shortcut": "C"}, {"F(x) + Wₛx"}),
        ("resnet20", {"shortcut_scale": 0.5}, {"F(x) + 0.5 x", "F(x) + 0.5 padded x"}),
        ("resnet9", {}, {"F(x) + x"}),
    ],
)
def test_a_blocks_formula_says_what_its_shortcut_does(name, options, formulas):
    one = classifier(name, **options)
    walk = analysis.block_maps(one, image())
    assert {maps.formula for maps in walk.values()} == formulas
    for maps in walk.values():
        alike = maps.shortcut is not None and torch.equal(maps.shortcut, maps.x)
        assert (maps.formula == "F(x) + x") == alike
        if "padded" in maps.formula:
            assert not maps.shortcut[0].any()


def test_maps_that_are_not_finite_are_refused_with_a_sentence():
    one = classifier("resnet20")
    with torch.no_grad():
        one.network.layer2[1].bn2.bias.fill_(torch.inf)
    sentence = r"The numbers in layer2\.1 of ResNet-20 are not finite: .* earlier layer"
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.block_maps(one, image(), "layer2.1")
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.feature_maps(one, image(), ["layer2.1"])
    analysis.block_maps(one, image(), "layer2.0")
    assert len(analysis.block_maps(one, image())) == 9, "a walk goes on to the end"


def test_one_block_alone_is_the_same_as_among_all():
    one = classifier("resnet20")
    whole = analysis.block_maps(one, image())
    (alone,) = analysis.block_maps(one, image(), "layer2.0").values()
    for part in ("x", "branch", "shortcut", "sum", "output"):
        assert torch.equal(getattr(alone, part), getattr(whole["layer2.0"], part))
    with pytest.raises(analysis.AnalysisError, match=r"choose one from layer1\.0 to layer3\.2"):
        analysis.block_maps(one, image(), "layer2.9")


def test_shortcut_share_and_response_measure_the_branch():
    one = classifier("resnet20", zero_init=True)
    start = analysis.block_maps(one, image(), "layer1.1")["layer1.1"]
    assert start.shortcut_share == 1, "a branch that starts at zero leaves the shortcut alone"
    assert start.response == 0
    with torch.no_grad():
        one.network.layer1[1].bn2.weight.fill_(1)
    parts = analysis.block_maps(one, image(), "layer1.1")["layer1.1"]
    sizes = [np.linalg.norm(tensor.numpy()) for tensor in (parts.shortcut, parts.branch)]
    assert parts.shortcut_share == pytest.approx(sizes[0] / sum(sizes))
    assert parts.response == pytest.approx(parts.branch.numpy().std())


def test_layers_lists_every_map_with_the_shape_it_has():
    one = classifier("resnet9", 32)
    frame = analysis.layers(one)
    maps = analysis.feature_maps(one, image(32), frame.layer)
    for row in frame.itertuples():
        assert maps[row.layer].shape == (row.channels, row.height, row.width)
    assert frame.layer.iloc[0] == "conv1"
    assert {"layer1", "layer1.1", "layer1.1.add", "layer1.0.maxpool"} <= set(frame.layer)
    assert "fc" not in set(frame.layer)


@pytest.mark.parametrize(
    ("name", "size", "layer"),
    [
        ("plain56", 8, "layer2"),
        ("resnet56", 32, "layer3"),
        ("resnet20", 3, "layer1"),
        ("resnet18", 224, "layer4"),
        ("resnet50", 64, "layer3"),
        ("resnet9", 32, "layer3"),
    ],
)
def test_default_layer_is_the_last_stage_with_a_map_of_four_pixels_a_side(name, size, layer):
    one = classifier(name, min(size, 32))
    one.input_size = size
    assert analysis.default_layer(one) == layer
