"""Feature maps and Attribution: what is comparable, what is right, and a network that overflows."""

import io
import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

import resnet_viz.charts
from resnet_viz import data, models
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.attribution.integrated_gradients import integrated_gradients
from resnet_viz.charts import png
from resnet_viz.home import home
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.topics import feature_maps
from tests.app.support import (
    DIGITS,
    LEFT,
    PHOTOGRAPHS,
    RIGHT,
    alternatives,
    captions,
    charts,
    numbers,
    open_page,
    texts,
    values,
)
from tests.unit.analysis_support import BRIGHTNESS

FRESH_20 = "ResNet-20, random weights"  # it has nine blocks


MARKUP = "![](https://evil.example/x.png) [**log in**](https://evil.example) www.evil.example"


@pytest.fixture
def drawn(monkeypatch):
    """The pictures of channels that a page makes, as (values, most, signed)."""
    grid = resnet_viz.charts.grid
    calls = []

    def remember(maps, *, most, signed, **rest):
        calls.append((maps, most, signed))
        return grid(maps, most=most, signed=signed, **rest)

    monkeypatch.setattr("resnet_viz.charts.grid", remember)
    monkeypatch.setattr(drawings, "picture", lambda _, draw: png(draw()))  # each time anew
    return calls


def broken(spoil) -> str:
    """The shipped ResNet-56 with weights that a test has spoilt, among the imported ones."""
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    with torch.no_grad():
        spoil(classifier.network)
    return catalogue.keep(classifier, "broken")


def overflow(block: str):
    """Weights so large that what the block puts out is not finite any more."""

    def spoil(network):
        for layer in (network.get_submodule(block).conv1, network.get_submodule(block).conv2):
            layer.weight.mul_(1e30)
        network.get_submodule(block).bn1.running_var.fill_(1)
        network.get_submodule(block).bn2.running_var.fill_(1)

    return spoil


def test_x_branch_and_sum_of_both_networks_have_one_colour_scale(drawn):
    said = captions(open_page("feature_maps", **DIGITS, block="layer2.3"))
    [(most, signed)] = {(most, signed) for _, most, signed in drawn[:6]}
    assert signed
    assert most == pytest.approx(max(np.quantile(np.abs(maps), 0.995) for maps, *_ in drawn[:6]))
    under = [caption for caption in said if "one scale" in caption]
    ends = f"−{most:.2g} … {most:.2g}"
    assert under == [f"{ends}: one scale for x, F(x) and the sum of both networks"] * 2


def test_a_plain_networks_sum_looks_like_its_branch_because_it_is(drawn):
    open_page("feature_maps", **DIGITS, block="layer2.3")
    (_, branch, total) = drawn[:3]
    np.testing.assert_array_equal(branch[0], total[0])
    assert branch[1:] == total[1:]


def test_what_the_colours_stand_for_is_said_of_what_is_drawn_in_them():
    app = open_page("feature_maps", **DIGITS, block="layer2.3", left_layer="layer1.0.act2")
    [source] = [text for text in values(app.caption) if text.startswith("He et al. 2015")]
    assert "x, F(x) and the sum: blue is below 0, red above." in source
    assert "viridis" not in source
    own = [text for text in values(app.caption) if "a colour scale of its own" in text]
    assert own[0].endswith("viridis, for nothing is below 0")
    assert own[1].endswith("blue is below 0, red above")


@pytest.mark.parametrize(
    ("block", "right", "found"),
    [
        ("b2", ["b0", "b2"], "b2"),
        ("b2", ["c0", "c1", "c2", "c3", "c4"], "c2"),
        ("b4", ["c0", "c1"], "c1"),
        ("b0", ["c0", "c1"], "c0"),
    ],
)
def test_the_right_networks_block_is_that_of_the_name_or_as_far_on_its_way(block, right, found):
    assert feature_maps.beside(block, ["b0", "b1", "b2", "b3", "b4"], right) == found


def channels(app) -> list[str]:
    """What stands under the enlarged channels."""
    return [caption for caption in captions(app) if caption.startswith("channel ")]


def test_the_channel_to_begin_with_shows_something_in_each_picture(drawn):
    app = open_page("feature_maps", **DIGITS)
    for side, parts in enumerate((drawn[:3], drawn[3:6])):
        [caption] = set(channels(app)[3 * side : 3 * side + 3])
        chosen = int(caption.removeprefix("channel "))
        least = np.min([maps.std((1, 2)) for maps, *_ in parts], axis=0)
        assert least[chosen] == least.max() > 0
    assert app.selectbox(key="channel").value == "automatic"


def test_a_channel_without_anything_in_it_says_so(drawn):
    open_page("feature_maps", **DIGITS)
    empty = np.flatnonzero(~drawn[0][0].any((1, 2)))
    assert len(empty)  # x of the plain network, behind its first activation
    app = open_page("feature_maps", **DIGITS, channel=str(empty[0]))
    assert channels(app)[0] == f"channel {empty[0]}: 0 everywhere"
    assert [alt for alt in alternatives(app) if f"channel {empty[0]}: 0 everywhere" in alt]
    assert f"channel {empty[0]}" in channels(app)[1:]


def test_a_plain_networks_third_picture_is_said_to_be_the_second():
    said = values(open_page("feature_maps", **DIGITS).caption)
    [plain, residual] = [text for text in said if text.startswith("layer1.0: ")]
    assert plain.endswith("nothing is added, the third picture is F(x) again")
    assert residual.endswith("% of the sum is shortcut")


def test_each_network_can_have_a_scale_of_its_own_and_a_link_says_so(drawn):
    app = open_page("feature_maps", **DIGITS, block="layer2.3")
    assert "one network is pale" in texts(app)
    drawn.clear()
    app = open_page("feature_maps", **DIGITS, block="layer2.3", scale="each network")
    tops = [most for _, most, _ in drawn[:6]]
    assert tops[:3] == [tops[0]] * 3
    assert tops[3:] == [tops[3]] * 3
    assert tops[3] > 2 * tops[0]
    assert "one network is pale" not in texts(app)
    assert len([caption for caption in captions(app) if "sum of this network" in caption]) == 2


@pytest.mark.parametrize(
    ("shortcut", "block", "formula"),
    [
        ("A", "layer1.0", "F(x) + x"),
        ("A", "layer2.0", "F(x) + padded x"),
        ("B", "layer2.0", "F(x) + Wₛx"),
        ("C", "layer1.0", "F(x) + Wₛx"),
        ("none", "layer2.0", "F(x), no shortcut"),
    ],
)
def test_the_sum_is_named_after_the_blocks_own_shortcut(shortcut, block, formula):
    fresh = {"left": catalogue.FRESH, "left_net": "resnet20", "left_shortcut": shortcut}
    if shortcut == "none":
        fresh = {"left": catalogue.FRESH, "left_net": "plain20"}
    app = open_page("feature_maps", **fresh, right=LEFT, block=block, image="drawn")
    headings = [text for text in values(app.markdown) if text.startswith("**F(x)")]
    assert headings == ["**F(x)**", f"**{formula}**", "**F(x)**", "**F(x), no shortcut**"]
    assert [alt for alt in alternatives(app) if alt.startswith(f"{formula} of ")]


def test_feature_maps_show_the_picture_as_each_network_sees_it():
    app = open_page("feature_maps", left=LEFT, right=PHOTOGRAPHS["right"], image="drawn")
    assert [caption for caption in captions(app) if caption.startswith("drawn picture")] == [
        "drawn picture, as the network sees it: 8 × 8",
        "drawn picture, as the network sees it: 32 × 32",
    ]


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
    assert [text for text in values(app.markdown) if text.startswith("####")] == [
        f"#### :blue[●] {RIGHT} (left)",
        f"#### :blue[●] {RIGHT} (right)",
    ]


def test_attribution_shows_the_pixels_that_the_network_is_given():
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    picture = Image.linear_gradient("L").convert("RGB").crop((0, 0, 200, 256))
    given = classifier.preprocess(picture) * torch.tensor(classifier.std)[:, None, None]
    given += torch.tensor(classifier.mean)[:, None, None]
    file = analyses.seen_large(classifier, Sample("gradient", "gradient", picture))
    large = np.asarray(Image.open(io.BytesIO(file)), np.float64)[20::40, 20::40]
    np.testing.assert_allclose(large, 255 * given.permute(1, 2, 0), atol=0.51)


def test_attribution_shows_the_original_where_the_network_sees_less():
    app = open_page("attribution")
    assert "The original: 451 × 300 pixels" in texts(app)
    assert "a cat (Chelsea), the original." in alternatives(app)
    digit = open_page("attribution", **DIGITS)
    assert "The original" not in texts(digit)
    assert captions(digit).count("Handwritten digits 0: 3, as the network sees it: 8 × 8") == 2


def test_attribution_says_of_each_network_which_part_of_a_picture_it_gets_and_how_large():
    link = {"right": catalogue.FRESH, "right_net": "resnet18", "image": "photograph"}
    app = open_page("attribution", left=PHOTOGRAPHS["left"], **link)
    seen = [caption for caption in captions(app) if "as the network sees it" in caption]
    # ImageNet's networks are given 0.875 of the shorter side: 262 of 300 pixels.
    assert seen == [
        "a cat (Chelsea), as the network sees it: 32 × 32, made of the 300 × 300 in the middle",
        "a cat (Chelsea), as the network sees it: 224 × 224, made of the 262 × 262 in the middle",
    ]


def predicted(checkpoint: str) -> str:
    """The class that a shipped network takes the photograph of the cat for."""
    classifier = models.load(shipped_checkpoint(checkpoint))
    with torch.no_grad():
        scores = classifier.network(classifier.preprocess(data.PHOTOGRAPHS["cat"].load())[None])
    return classifier.classes[int(scores.argmax())]


def test_attribution_says_who_is_right_about_the_cat():
    app = open_page("attribution", **PHOTOGRAPHS)
    said = [text for text in values(app.markdown) if text.startswith(":material/")]
    best = [predicted(f"{network}-cifar10-jpeg-seed0") for network in ("plain56", "resnet56")]
    right, wrong = (
        ":material/check: **right**: cat",
        ":material/close: **wrong**: says {}, it is cat",
    )
    assert said == [right if name == "cat" else wrong.format(name) for name in best]
    digits = open_page("attribution", **DIGITS, image="photograph")
    assert "this network has no class called **cat**" in texts(digits)


def test_no_line_breaks_a_size_apart():
    for page in ("attribution", "feature_maps"):
        app = open_page(page, **PHOTOGRAPHS, image="drawn")
        under = [caption for image in app.image for caption in image.captions if caption]
        sizes = [text for text in [*under, *values(app.caption)] if "×" in text]
        assert sizes
        assert not [text for text in sizes if " ×" in text or "× " in text]


def test_the_colours_of_the_maps_are_explained_before_the_first_of_them():
    [bar, *later] = open_page("attribution", **DIGITS).image
    assert bar.captions == ["0 … strongest in each map"]
    assert all("strongest in each map" not in image.captions for image in later)


def explained(app) -> list[str]:
    """The classes that the maps on the page are for."""
    said = [caption for caption in captions(app) if caption.startswith("for ")]
    return [caption.removeprefix("for ").partition(",")[0] for caption in said]


def test_both_maps_are_for_the_true_class_where_both_networks_know_it():
    left, right = (predicted(f"{net}-cifar10-jpeg-seed0") for net in ("plain56", "resnet56"))
    assert left != right  # or the test would show nothing
    app = open_page("attribution", **PHOTOGRAPHS)
    assert explained(app) == ["cat", "cat"]
    assert "not comparable" not in texts(app)
    app = open_page("attribution", **PHOTOGRAPHS, target="predicted")
    assert explained(app) == [left, right]
    assert f"The left map is for {left}, the right one for {right}: two questions" in texts(app)
    assert "choose one class above" in texts(app)
    app = open_page("attribution", left=LEFT, right=PHOTOGRAPHS["right"])
    assert "these networks have no class in common" in texts(app)


def test_attribution_names_the_pair_for_what_it_is():
    assert "one network with shortcuts and one without" in texts(open_page("attribution"))
    fresh = {"left": catalogue.FRESH, "left_net": "resnet20"}
    said = texts(open_page("attribution", **fresh, right=RIGHT))
    assert "the same picture and the same class, two networks." in said
    assert "one without" not in said


def test_attribution_says_who_is_right_where_the_class_is_known():
    test = data.load("digits").test
    for number in (0, 1, 2, 3):
        app = open_page("attribution", **DIGITS, sample=str(number))
        said = [text for text in values(app.markdown) if text.startswith(":material/")]
        true = str(int(test.labels[number]))
        for verdict, name in zip(said, ("plain56", "resnet56"), strict=True):
            classifier = models.load(shipped_checkpoint(f"{name}-digits-seed0"))
            image = sample_of(data.load("digits"), number).image
            with torch.no_grad():
                best = int(classifier.network(classifier.preprocess(image)[None]).argmax())
            word = "right" if str(best) == true else "wrong"
            assert f"**{word}**: " in verdict
            assert str(best) in verdict
            assert true in verdict
    assert "**right**" not in texts(open_page("attribution"))


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


def test_a_class_that_a_network_does_not_know_is_neither_right_nor_wrong():
    app = open_page("attribution", left=LEFT, right=PHOTOGRAPHS["right"])
    assert "this network has no class called **3**" in texts(app)


def test_a_network_that_overflows_hides_no_other_on_attribution():
    label = broken(lambda network: network.fc.bias.fill_(float("nan")))
    app = open_page("attribution", left=label, right=RIGHT, image="data set")
    [error] = values(app.error)
    assert error.startswith("The scores of ResNet-56 are not finite numbers")
    assert list(charts(app)) == ["predictions-0-right"]
    assert [alt for alt in alternatives(app) if alt.startswith(f"Grad-CAM of {RIGHT} for 3")]
    alone = open_page("attribution", left=label, right=label, image="data set")
    assert len(alone.error) == 2
    assert not charts(alone)


def test_a_network_that_overflows_hides_no_other_on_feature_maps(drawn):
    label = broken(overflow("layer2.3"))
    link = {"left": label, "right": RIGHT, "image": "data set"}
    app = open_page("feature_maps", **link, block="layer2.3")
    [error] = values(app.error)
    assert error.startswith("The numbers in layer2.3 of ResNet-56 are not finite")
    assert len(channels(app)) == 3
    assert all(np.isfinite(maps).all() and np.isfinite(most) for maps, most, _ in drawn)
    before = open_page("feature_maps", **link, block="layer2.2")
    assert not before.error
    assert len(channels(before)) == 6
    assert "nan" not in texts(before)
    both = open_page("feature_maps", left=label, right=label, image="data set", block="layer2.3")
    assert len(both.error) == 2


def test_no_page_says_where_the_server_keeps_its_files():
    for page in ("attribution", "feature_maps"):
        app = open_page(page)
        said = f"{texts(app)} {app.segmented_control(key='image').help}"
        assert "in the folder where it keeps its runs" in said
        assert str(home()) not in said


def test_a_map_whose_amounts_are_not_to_be_trusted_is_drawn_pale(monkeypatch):
    strengths = []

    def overlay(classifier, sample, found, opacity):
        strengths.append(opacity)
        return original(classifier, sample, found, opacity)

    original = analyses.overlay
    monkeypatch.setattr(analyses, "overlay", overlay)
    link = DIGITS | {"method": "Integrated gradients", "sample": "5"}
    exact = open_page("attribution", **link)
    assert strengths == [0.6, 0.6]
    assert texts(exact).count("Complete: the pixels add up to the change of the score") == 2
    analyses.attribution.clear()
    strengths.clear()
    row = METHODS["integrated_gradients"]
    coarse = partial(integrated_gradients, steps=1, pieces=1)
    monkeypatch.setitem(METHODS, "integrated_gradients", replace(row, explain=coarse))
    inexact = open_page("attribution", **link)
    analyses.attribution.clear()
    assert strengths == [pytest.approx(0.21)] * 2
    assert texts(inexact).count("Inexact: ") == 2
    assert len([caption for caption in captions(inexact) if "drawn pale" in caption]) == 2


def test_who_touches_the_page_again_waits_for_no_picture_to_be_made_again(monkeypatch):
    app = open_page("attribution")
    made = []
    for name in ("crop", "preprocess"):
        monkeypatch.setattr(models.Classifier, name, lambda *_: made.append(1))
    monkeypatch.setattr("resnet_viz.charts.overlay", lambda *_, **__: made.append(1))
    app.run()
    assert not app.exception
    assert not made


def test_a_new_attribution_method_is_on_the_page_by_its_row(monkeypatch):
    monkeypatch.setitem(METHODS, BRIGHTNESS.name, BRIGHTNESS)
    app = open_page("attribution", **DIGITS, method=BRIGHTNESS.title)
    assert app.segmented_control(key="method").value == BRIGHTNESS.title
    assert f"{BRIGHTNESS.title}: {BRIGHTNESS.sentence} {BRIGHTNESS.paper}." in texts(app)
    drawn = [text for text in alternatives(app) if text.startswith(f"{BRIGHTNESS.title} of ")]
    assert len(drawn) == 2
