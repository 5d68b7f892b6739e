"""The shown maps are put to the test below them, by what is computed here and what is recorded."""

import dataclasses

import numpy as np
import pytest

from resnet_viz import analysis, data, models
from resnet_viz.analysis import CHECKS, CONTROLS, METHODS
from resnet_viz.reporting import trust as reported
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.runs.trust_study import shipped_trust
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.results import map_checks
from resnet_viz.ui.topics import trust
from tests.app.support import DIGITS, captions, charts, numbers, open_page, seen, texts

PAIR = {"left": "plain-20 on digits", "right": "ResNet-20 on digits"}
OPEN = DIGITS | PAIR | {"trust": "true"}


def opened(check: str, **link):
    return open_page("attribution", **OPEN, check=CHECKS[check].title, **link)


@pytest.fixture(scope="module")
def right():
    """What the page shows on the right: the network, its picture and Grad-CAM for its class."""
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    sample = sample_of(data.load("digits"), 0)
    target = classifier.classes.index(sample.label)
    return classifier, sample, analysis.attribute(classifier, sample.image, target=target)


def test_nothing_is_put_to_the_test_before_somebody_asks():
    assert not [key for key in charts(open_page("attribution", **DIGITS)) if "trust" in key]


def test_every_check_of_the_table_is_drawn_and_explained():
    assert set(trust.DRAWN) == set(CHECKS)
    app = opened("mosaic")
    for check, row in CHECKS.items():
        app.button_group(key="check").set_value(row.title)
        said = texts(seen(app.run(), "attribution"))
        assert reported.check(CHECKS[check]) in said


def test_curves_and_areas_are_those_of_the_shown_map_beside_all_controls(right):
    classifier, sample, found = right
    app = opened("deletion", replaced_by="black")
    maps = {"map": found.heatmap} | analysis.controls(classifier.preprocess(sample.image))
    expected = analysis.removal(classifier, sample.image, maps, found.target, replacement="zero")
    *others, tested = charts(app)["trust-deletion-right"]
    curve = expected.curves.query("map == 'map'")["deletion"]
    np.testing.assert_allclose(numbers(tested["y"]), 100 * curve, atol=1e-3)
    assert len(others) == len(CONTROLS)
    areas = expected.areas.set_index("map")["deletion"]
    assert tested["name"].endswith(f": {100 * areas['map']:.0f}")
    blurred = charts(opened("deletion"))["trust-deletion-right"][-1]
    assert not np.allclose(numbers(blurred["y"]), 100 * curve, atol=1)


def test_the_strip_shows_the_map_as_the_network_forgets_with_its_correlations(right):
    classifier, sample, found = right
    steps = analysis.randomisation(classifier, sample.image, "grad_cam", found.target)
    expected = [reported.forgotten_caption(step.parts[-1], step.correlation) for step in steps[1:]]
    shown = captions(opened("randomisation"))
    strips = [place for place, caption in enumerate(shown) if caption == "trained"]
    assert len(strips) == 2
    assert shown[strips[1] + 1 : strips[1] + len(steps)] == expected


def test_the_recorded_mosaics_of_all_methods_stand_beside_the_controls():
    study = shipped_trust()["digits"]
    app = opened("mosaic")
    [table] = [table.value for table in app.dataframe if "ResNet-20" in table.value]
    shown = table.set_index("map")["ResNet-20"]
    for row in study.mosaics.query("network == 'resnet20'").itertuples():
        title = (METHODS | CONTROLS)[row.map].title
        assert shown[title] == pytest.approx(100 * row.share)
    assert reported.mosaic_finding(study, "grad_cam") in texts(app)
    assert study.unsure["plain56"] in texts(app)


def test_maps_agree_with_those_that_are_there_and_no_slow_one_is_computed_for_it(right):
    classifier, sample, found = right
    quick = [row.title for row in METHODS.values() if not row.slow]
    controls = [row.title for row in CONTROLS.values()]
    frame = map_checks.agreement(classifier, sample, found)
    assert list(frame.columns) == quick + controls
    slow = analysis.attribute(classifier, sample.image, "ablation_cam", found.target)
    assert METHODS["ablation_cam"].title in map_checks.agreement(classifier, sample, slow)
    app = opened("agreement")
    assert reported.agreed("ResNet-20 on digits", "grad_cam", frame) in texts(app)


def test_sensitivity_is_measured_for_both_networks_when_it_is_asked_for(right):
    classifier, sample, found = right
    map_checks._sensitivity.clear()
    app = opened("sensitivity")
    expected = analysis.sensitivity(classifier, sample.image, "grad_cam", found.target)
    said = reported.sensitive("ResNet-20 on digits", expected)
    assert said not in texts(app)
    [button] = [button for button in app.button if button.key == "compute sensitivity"]
    button.click()
    assert said in texts(seen(app.run(), "attribution"))


def test_a_slow_methods_randomisation_waits_for_a_press():
    app = opened("randomisation", method="SmoothGrad")
    assert [button.key for button in app.button if str(button.key).startswith("compute")]
    assert "trained" not in captions(app)


def test_a_method_that_promises_a_sum_says_how_far_it_is_off(right):
    classifier, sample, found = right
    gap = analysis.attribute(classifier, sample.image, "deep_lift", found.target).gap
    app = opened("mosaic", method="DeepLift")
    assert reported.completed("ResNet-20 on digits", gap) in texts(app)
    assert "misses the change" not in texts(opened("mosaic"))


def test_methods_that_do_not_notice_random_weights_are_marked_where_they_are_offered():
    expected = reported.offered(reported.unnoticing(shipped_trust().values()))
    assert expected
    app = open_page("attribution", **DIGITS)
    assert app.selectbox(key="method").help == expected
    marked = opened("mosaic", method="Eigen-CAM")
    assert [METHODS["eigen_cam"].title in info.value for info in marked.info] == [True]
    assert not opened("mosaic").info


def test_the_recorded_data_can_be_chosen_and_begin_with_those_of_the_pair(monkeypatch):
    digits = shipped_trust()["digits"]
    worse = digits.mosaics.assign(share=0.5)
    other = dataclasses.replace(digits, data="cifar10-jpeg", mosaics=worse)
    monkeypatch.setattr(map_checks, "recorded", lambda: {"cifar10-jpeg": other, "digits": digits})
    app = opened("mosaic")
    assert reported.mosaic_finding(digits, "grad_cam") in texts(app)
    app.button_group(key="mosaics_of").set_value(reported.DATA["cifar10-jpeg"])
    assert reported.mosaic_finding(other, "grad_cam") in texts(seen(app.run(), "attribution"))
