"""Attribution shows what each network is given, who is right, and maps that answer one question."""

import io
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from resnet_viz import analysis, data, models
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.attribution.integrated_gradients import integrated_gradients
from resnet_viz.data.cuts import CENTRE
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import analyses
from resnet_viz.ui.results.samples import Sample
from tests.app.broken_support import broken
from tests.app.support import (
    DIGITS,
    LEFT,
    PHOTOGRAPHS,
    RIGHT,
    alternatives,
    captions,
    charts,
    open_page,
    read_page,
    texts,
    values,
)
from tests.unit.analysis_support import BRIGHTNESS, QUICK

CAT = {"image": "photograph", "photograph": "cat"}
NETWORKS = ("plain56", "resnet56")


def test_attribution_shows_the_pixels_that_the_network_is_given():
    classifier = models.load(shipped_checkpoint("resnet56-digits-seed0"))
    picture = Image.linear_gradient("L").convert("RGB").crop((0, 0, 200, 256))
    given = classifier.preprocess(picture) * torch.tensor(classifier.std)[:, None, None]
    given += torch.tensor(classifier.mean)[:, None, None]
    file = analyses.seen_large(classifier, Sample("gradient", "gradient", picture))
    large = np.asarray(Image.open(io.BytesIO(file)), np.float64)[20::40, 20::40]
    np.testing.assert_allclose(large, 255 * given.permute(1, 2, 0), atol=0.51)


@pytest.mark.parametrize("method", ["grad_cam", "saliency"])
def test_a_map_that_is_known_is_neither_computed_nor_copied(method):
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    picture = Image.linear_gradient("L").convert("RGB")
    asked = classifier, Sample("gradient", "a map twice", picture), method, 3, None
    assert analyses.attribution(*asked) is analyses.attribution(*asked)


def test_attribution_shows_the_original_where_the_network_sees_less():
    app = read_page("attribution", **CAT)
    assert "The original: 451 × 300 pixels" in texts(app)
    assert "a cat (Chelsea), the original." in alternatives(app)
    digit = open_page("attribution", **DIGITS)
    assert "The original" not in texts(digit)
    assert "Handwritten digits 0: 3, as the network sees it: 8 × 8" in texts(digit)


def test_attribution_says_of_each_network_which_part_of_a_picture_it_gets_and_how_large():
    link = {"right": catalogue.FRESH, "right_net": "resnet18", "image": "photograph"}
    app = open_page("attribution", left=PHOTOGRAPHS["left"], **link | CAT, cut="centre")
    seen = [line for line in texts(app).splitlines() if " sees it: " in line]
    # ImageNet's networks are given 0.875 of the shorter side: 262 of 300 pixels.
    assert seen == [
        "a cat (Chelsea), as plain-56 on CIFAR-10 sees it: 32 × 32, made of the 300 × 300 in the "
        "middle",
        "a cat (Chelsea), as ResNet-18, random weights sees it: 224 × 224, made of the 262 × 262 "
        "in the middle",
    ]


def predicted(checkpoint: str, photograph: str = "cat", how: str = CENTRE) -> str:
    """The class that a shipped network takes a photograph for."""
    classifier = models.load(shipped_checkpoint(checkpoint))
    picture = data.Cut(how).apply(data.PHOTOGRAPHS[photograph].load())
    with torch.no_grad():
        scores = classifier.network(classifier.preprocess(picture)[None])
    return classifier.classes[int(scores.argmax())]


def test_attribution_says_who_is_right_about_the_cat():
    app = read_page("attribution", **PHOTOGRAPHS | CAT, cut="centre")
    said = [text for text in values(app.markdown) if text.startswith(":material/")]
    best = [predicted(f"{network}-cifar10-jpeg-seed0") for network in ("plain56", "resnet56")]
    right, wrong = (
        ":material/check: **right**: cat",
        ":material/close: **wrong**: says {}, it is cat",
    )
    assert said == [right if name == "cat" else wrong.format(name) for name in best]
    digits = open_page("attribution", **DIGITS | CAT)
    assert "this network has no class called **cat**" in texts(digits)


@pytest.mark.parametrize("name", ["horses", "cat", "moose", "kingfisher"])
def test_the_residual_network_is_right_about_the_photographs_of_its_classes_as_they_are_cut(name):
    photograph = data.PHOTOGRAPHS[name]
    assert predicted("resnet56-cifar10-jpeg-seed0", name, photograph.cut) == photograph.label


def test_the_page_begins_with_a_photograph_that_only_the_residual_network_knows():
    left, right = (predicted(f"{net}-cifar10-jpeg-seed0", "horses") for net in NETWORKS)
    assert right == "horse" != left
    finding = values(read_page("attribution").markdown)
    [said] = [text for text in finding if text.startswith("**plain-56 on CIFAR-10 takes")]
    assert f"takes the horse for a {left} (" in said
    assert "ResNet-56 on CIFAR-10 is right (" in said
    assert "Why they may err: plain-56 on CIFAR-10 sees 32 × 32 pixels" in texts(
        read_page("attribution")
    )


def test_the_cut_is_a_control_that_networks_and_caption_follow():
    centre = read_page("attribution", **PHOTOGRAPHS | CAT, cut="centre")
    whole = open_page("attribution", **PHOTOGRAPHS | CAT, cut="whole, with bars")
    assert "made of all of it and black bars, 451 × 451" in texts(whole)
    hand = {"cut": "by hand", "cut_side": "50", "cut_across": "0", "cut_down": "100"}
    by_hand = open_page("attribution", **PHOTOGRAPHS | CAT, **hand)
    assert "made of 150 × 150 of it" in texts(by_hand)
    drawn = [charts(app)["predictions-0-right"][0]["x"] for app in (centre, whole, by_hand)]
    assert drawn[0] != drawn[1] != drawn[2]


def test_many_pictures_are_a_contact_sheet_of_which_one_is_open():
    app = open_page("attribution", photograph="all of them")
    assert set(charts(app)) == {"predictions-0-left", "predictions-0-right"}
    buttons = [button for button in app.button if (button.key or "").startswith("open ")]
    assert len(buttons) == len(data.PHOTOGRAPHS)
    assert "✗✓ a horse herd" in buttons[0].label
    buttons[2].click().run()
    assert not app.exception
    assert set(charts(app)) == {"predictions-2-left", "predictions-2-right"}
    shown = app.segmented_control(key="pictures shown")
    shown.set_value("only one right").run()
    left = [button.label for button in app.button if (button.key or "").startswith("open ")]
    assert 0 < len(left) < len(data.PHOTOGRAPHS)
    assert all("✗✓" in label or "✓✗" in label for label in left)


def test_the_colours_of_the_maps_are_explained_once():
    said = captions(read_page("attribution"))
    assert said.count("0 … strongest in each map") == 1


def explained(app) -> list[str]:
    """The classes that the maps on the page are for."""
    said = [caption for caption in captions(app) if caption.startswith("for ")]
    return [caption.removeprefix("for ").partition(",")[0] for caption in said]


def test_both_maps_are_for_the_true_class_where_both_networks_know_it():
    cut = data.PHOTOGRAPHS["cat"].cut
    left, right = (
        predicted(f"{network}-cifar10-jpeg-seed0", how=cut) for network in ("plain56", "resnet56")
    )
    assert left != right  # or the test would show nothing
    app = read_page("attribution", **PHOTOGRAPHS | CAT)
    assert explained(app) == ["cat", "cat"]
    assert "Both maps explain: **cat**." in texts(app)
    assert "not comparable" not in texts(app)
    app = open_page("attribution", **PHOTOGRAPHS | CAT, target="predicted")
    assert explained(app) == [left, right]
    assert f"The left map is for {left}, the right one for {right}: two questions" in texts(app)
    assert "choose one class above" in texts(app)
    app = open_page("attribution", left=LEFT, right=PHOTOGRAPHS["right"])
    assert "these networks have no class in common" in texts(app)


def test_where_the_class_is_not_known_both_maps_explain_what_the_right_network_says():
    said = predicted("resnet56-cifar10-jpeg-seed0", "rocket")
    app = open_page("attribution", photograph="rocket", cut="centre")
    assert explained(app) == [said, said]
    assert f"Both maps explain: **{said}**." in texts(app)


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
    assert "**right**" not in texts(open_page("attribution", image="drawn"))


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


def test_a_map_whose_amounts_are_not_to_be_trusted_is_drawn_pale(monkeypatch):
    strengths = []

    def overlay(classifier, sample, found, opacity, *look):
        strengths.append(opacity)
        return original(classifier, sample, found, opacity, *look)

    original = analyses.overlay
    monkeypatch.setattr(analyses, "overlay", overlay)
    link = DIGITS | {"method": "Integrated gradients", "sample": "5"}
    exact = open_page("attribution", **link)
    assert set(strengths) == {0.6}
    assert texts(exact).count("Complete: the pixels add up to the change of the score") == 2
    analyses.forget_attributions()
    strengths.clear()
    row = METHODS["integrated_gradients"]
    coarse = partial(integrated_gradients, steps=8, most_points=9)
    monkeypatch.setitem(METHODS, "integrated_gradients", replace(row, explain=coarse))
    inexact = open_page("attribution", **link)
    analyses.forget_attributions()
    assert strengths == [pytest.approx(0.21)] * len(strengths)
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


@pytest.mark.parametrize("method", ["smooth_grad", "kernel_shap"])
def test_a_slow_method_is_computed_once_and_says_how_far_to_trust_it(method, monkeypatch):
    row = METHODS[method]
    monkeypatch.setitem(
        METHODS, method, replace(row, explain=partial(row.explain, **QUICK[method]))
    )
    analyses.forget_attributions()
    app = open_page("attribution", **DIGITS, method=row.title)
    drawn = [text for text in alternatives(app) if text.startswith(f"{row.title} of ")]
    assert len(drawn) == 2
    assert row.distrust in texts(app)
    assert row.paper in texts(app)
    assert not app.get("progress")
    made = []
    monkeypatch.setattr(analysis.attribution.explaining, "attribute", lambda *_: made.append(1))
    app.run()
    analyses.forget_attributions()
    assert not app.exception
    assert not made


def test_a_new_attribution_method_is_on_the_page_by_its_row(monkeypatch):
    monkeypatch.setitem(METHODS, BRIGHTNESS.name, BRIGHTNESS)
    app = open_page("attribution", **DIGITS, method=BRIGHTNESS.title)
    assert app.selectbox(key="method").value == BRIGHTNESS.title
    assert f"{BRIGHTNESS.title}: {BRIGHTNESS.sentence} {BRIGHTNESS.paper}." in texts(app)
    drawn = [text for text in alternatives(app) if text.startswith(f"{BRIGHTNESS.title} of ")]
    assert len(drawn) == 2
