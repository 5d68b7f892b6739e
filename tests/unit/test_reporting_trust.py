"""What is said of maps that are put to the test follows the numbers, whichever way they go."""

import math

import pandas as pd
import pytest

from resnet_viz import analysis
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.trust.sensitivity import Sensitivity
from resnet_viz.reporting import trust
from resnet_viz.runs.trust_study import MOSAICS, RANDOMISED, TrustStudy


def areas(own: float, rival: float) -> pd.DataFrame:
    """The area of a map beside those of controls, of which the edges are the best."""
    rest = {"random": rival, "blurred": rival, "centre": rival, "edges": rival}
    rows = {trust.MAP: own} | rest
    return pd.DataFrame({"map": list(rows), "insertion": rows.values(), "deletion": rows.values()})


def study(
    shares: dict[str, tuple[float, ...]], correlations: dict[str, float], **others
) -> TrustStudy:
    """A record of plain-20 and ResNet-20."""
    networks = ("plain20", "resnet20")
    mosaics = [
        (network, name, 100, 0, share, 0.01, 0.1)
        for name, values in shares.items()
        for network, share in zip(networks, values, strict=False)
    ]
    randomised = [
        (network, name, part, 8, value)
        for name, last in correlations.items()
        for network in networks
        for part, value in (("fc", 0.99), ("stem", last))
    ]
    return TrustStudy(
        data="digits",
        seed=0,
        versions={},
        digests={},
        unsure=others.get("unsure", {}),
        mosaics=pd.DataFrame(mosaics, columns=list(MOSAICS)),
        randomised=pd.DataFrame(randomised, columns=list(RANDOMISED)),
    )


@pytest.mark.parametrize(
    ("own", "rival", "inserted", "deleted"),
    [
        (0.7, 0.3, "better than all four", "worse than this one"),
        (0.3, 0.7, "worse than this one", "better than all four"),
        (0.50, 0.52, "no better than this one", "no better than this one"),
    ],
)
def test_a_map_is_compared_with_the_best_that_asks_the_network_nothing(
    own, rival, inserted, deleted
):
    for way, verdict in (("insertion", inserted), ("deletion", deleted)):
        said = trust.removed("plain-20", "grad_cam", way, areas(own, rival), 0.9, "3")
        assert said.endswith(f"{verdict}.")
        assert f"{100 * own:.0f} %" in said
        assert f"{100 * rival:.0f} %" in said
    doubted = trust.removed("plain-20", "grad_cam", "insertion", areas(own, rival), 0.04, "3")
    assert "only 4 %" in doubted


def test_the_best_control_of_deletion_is_the_one_with_the_smallest_area():
    frame = areas(0.5, 0.5).replace({"map": {}})
    frame.loc[frame["map"] == "centre", "deletion"] = 0.1
    frame.loc[frame["map"] == "edges", "insertion"] = 0.9
    deleted = trust.removed("a", "grad_cam", "deletion", frame, 1, "b")
    inserted = trust.removed("a", "grad_cam", "insertion", frame, 1, "b")
    assert "(centre)" in deleted
    assert "(edges)" in inserted


def test_the_table_of_areas_is_in_per_cent():
    found = trust.areas({"plain-20": areas(0.7, 0.3)}, "saliency")
    assert found["map"].tolist()[0] == METHODS["saliency"].title
    assert found["insertion, plain-20"].tolist() == pytest.approx([70, 30, 30, 30, 30])


def test_a_map_that_outlives_the_weights_does_not_depend_on_them():
    kept = trust.forgotten("a", "saliency", 0.8, blank=False)
    lost = trust.forgotten("a", "saliency", 0.1, blank=False)
    assert "depends little" in kept
    assert "little" not in lost
    gone = trust.forgotten("a", "saliency", math.nan, blank=False)
    never = trust.forgotten("a", "saliency", math.nan, blank=True)
    assert gone != never
    assert "depends on what was learned" in gone
    assert "nothing to compare" in never


def test_the_nearest_and_the_farthest_map_are_named_and_controls_apart():
    titles = ["Grad-CAM", "Saliency", "LayerCAM", "Centre"]
    values = [[1, 0.2, 0.9, 0.95], [0.2, 1, 0.1, 0], [0.9, 0.1, 1, 0], [0.95, 0, 0, 1]]
    frame = pd.DataFrame(values, index=titles, columns=titles)
    said = trust.agreed("a", "grad_cam", frame)
    assert "most with LayerCAM (0.90) and least with Saliency (0.20)" in said
    assert "centre" in said
    assert "0.95" in said
    alone = frame.loc[["Grad-CAM", "Centre"], ["Grad-CAM", "Centre"]]
    assert "no map to compare" in trust.agreed("a", "grad_cam", alone)


def test_sensitivity_says_how_many_samples_count():
    assert "40 % (9 of 10 samples" in trust.sensitive("a", Sensitivity(0.4, 9, 10))
    changed = trust.sensitive("a", Sensitivity(math.nan, 0, 10))
    blank = trust.sensitive("a", Sensitivity(math.nan, 0, 10), blank=True)
    assert "each sample changed" in changed
    assert "the map is blank" in blank


def test_only_methods_that_do_not_notice_are_marked_the_worst_first():
    recorded = study({}, {"grad_cam": 0.1, "saliency": 0.6, "lrp": 0.9, "layer_cam": math.nan})
    found = trust.unnoticing([recorded])
    assert list(found) == ["lrp", "saliency"]
    assert found["lrp"] == pytest.approx(0.9)
    said = trust.offered(found)
    assert said.index(METHODS["lrp"].title) < said.index(METHODS["saliency"].title)
    assert METHODS["grad_cam"].title not in said
    assert trust.offered(trust.unnoticing([study({}, {"grad_cam": 0.1})])) is None
    assert trust.unnoticing([]) == {}


def test_the_mosaics_of_methods_stand_above_the_controls_the_best_first():
    shares = {"centre": (0.9, 0.9), "saliency": (0.3, 0.4), "grad_cam": (0.6, 0.8)}
    recorded = study(shares, {"grad_cam": 0.1})
    rows = trust.recorded_mosaics(recorded)
    assert rows["name"].tolist() == ["Grad-CAM"] * 2 + ["Saliency"] * 2 + ["Centre"] * 2
    assert rows["value"].tolist() == pytest.approx([60, 80, 30, 40, 90, 90])
    assert rows["residual"].tolist() == [False, True] * 3
    table = trust.table(rows, "value")
    assert list(table.columns) == ["map", "plain-20", "ResNet-20"]
    assert table["ResNet-20"].tolist() == pytest.approx([80, 40, 90])
    said = trust.mosaic_finding(recorded, "saliency")
    assert "Grad-CAM puts most on the right picture (70 %) and Saliency least (35 %)" in said


def test_a_method_near_chance_is_called_so():
    shares = {"saliency": (0.27, 0.27), "grad_cam": (0.7, 0.7), "lrp": (0.2, 0.2)}
    said = trust.mosaic_finding(study(shares, {}), "saliency")
    assert "27 %, hardly more than chance" in said
    better = trust.mosaic_finding(study(shares | {"saliency": (0.5, 0.5)}, {}), "saliency")
    assert "50 %." in better
    assert "hardly" not in better
    worse = trust.mosaic_finding(study(shares | {"saliency": (0.22, 0.22)}, {}), "saliency")
    assert "22 %, no more than chance" in worse


def test_what_is_missing_from_the_record_is_said():
    recorded = study({"grad_cam": (0.6, 0.8), "saliency": (0.3,)}, {}, unsure={"plain56": "Why."})
    recorded.mosaics.loc[recorded.mosaics["map"] == "saliency", "mosaics"] = 20
    said = trust.mosaic_conditions(recorded)
    assert "Slow methods have fewer: Saliency 20." in said
    assert "Not recorded for every network: Saliency." in said
    assert METHODS["rise"].title in said
    assert said.endswith("Why.")
    assert trust.mosaic_conditions(study({}, {}, unsure={"plain56": "Why."})) == "Why."


def test_each_check_is_explained_with_what_it_is_biased_to():
    for row in analysis.CHECKS.values():
        said = trust.check(row)
        assert row.better.capitalize() in said
        assert row.bias in said
        assert row.paper in said
