"""The recorded checks of maps: one command makes the record, and goes on where it stopped."""

import dataclasses
import gzip

import pytest
import torch

from checkpoints import make_trust
from resnet_viz import analysis
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.trust import mosaics
from resnet_viz.data import DataSet, Split
from resnet_viz.runs import RunError
from resnet_viz.runs.trust_study import SUFFIX, TrustStudy, shipped_trust
from tests.unit.analysis_support import SHALLOW, classifier

PARTS = ["fc", "layer3", "layer2", "layer1", "stem"]


@pytest.fixture
def four() -> DataSet:
    """Four classes of pictures of 8 × 8 pixels, two of each."""
    images = torch.randint(256, (8, 3, 8, 8), dtype=torch.uint8)
    split = Split(images=images, labels=torch.arange(4).repeat(2))
    mean = std = (0.5, 0.5, 0.5)
    return DataSet(
        name="four",
        title="Four",
        classes=tuple("abcd"),
        train=split,
        test=split,
        mean=mean,
        std=std,
        padding=0,
        flip=False,
        origin="",
    )


@pytest.fixture
def networks(tmp_path, monkeypatch):
    """Two networks in a folder, and two methods, the second of which is slow."""
    for name in ("plain20", "resnet20"):
        one = classifier(name, classes=4, **SHALLOW)
        one.save(tmp_path / f"{name}-four-seed0.safetensors")
    for name in set(METHODS) - {"saliency", "grad_cam"}:
        monkeypatch.delitem(METHODS, name)
    monkeypatch.setitem(METHODS, "saliency", dataclasses.replace(METHODS["saliency"], slow=False))
    monkeypatch.setattr(torch, "set_num_threads", lambda number: None)
    # Certain of what they see, whatever it is.
    monkeypatch.setattr(mosaics, "CERTAIN", 0.0)
    return tmp_path


def test_one_command_checks_each_method_and_network_and_given_again_does_none_twice(
    four, networks, capsys
):
    make_trust.record(four, "four", networks, networks / "out", count=4)
    path = networks / "out" / f"four{SUFFIX}"
    study = TrustStudy.load(path)
    cells = study.mosaics.groupby(["network", "map"]).size()
    assert set(cells) == {1}
    assert len(cells) == 2 * (len(METHODS) + len(analysis.CONTROLS))
    assert set(study.mosaics["mosaics"]) == {4}
    assert study.randomised.groupby(["network", "map"])["part"].apply(list).tolist() == [PARTS] * 4
    capsys.readouterr()
    before = path.read_bytes()
    make_trust.record(four, "four", networks, networks / "out", count=4)
    again = TrustStudy.load(path)
    assert again.mosaics.equals(study.mosaics)
    assert again.randomised.equals(study.randomised)
    assert path.read_bytes() == before
    # A network that was trained anew is checked anew, the other is not.
    classifier("plain20", classes=4, seed=1, **SHALLOW).save(
        networks / "plain20-four-seed0.safetensors"
    )
    make_trust.record(four, "four", networks, networks / "out", count=4)
    last = TrustStudy.load(path)
    kept, redone = (last.mosaics.query(f"network == '{name}'") for name in ("resnet20", "plain20"))
    assert (
        kept["seconds"].tolist() == study.mosaics.query("network == 'resnet20'")["seconds"].tolist()
    )
    assert len(redone) == len(kept)
    assert last.digests["plain20"] != study.digests["plain20"]


def test_a_network_that_knows_too_few_classes_has_a_reason_instead_of_mosaics(
    four, networks, monkeypatch
):
    monkeypatch.setattr(mosaics, "CERTAIN", 1.1)
    make_trust.record(four, "four", networks, networks / "out", count=4)
    study = TrustStudy.load(networks / "out" / f"four{SUFFIX}")
    assert study.mosaics.empty
    assert set(study.unsure) == {"plain20", "resnet20"}
    assert len(study.randomised) == 2 * len(METHODS) * len(PARTS)


def test_what_is_no_record_is_refused_in_a_sentence(tmp_path):
    for content in (b"", gzip.compress(b"{}"), gzip.compress(b'{"format": 1}'), b"\x1f\x8b?"):
        (tmp_path / "x.trust.json.gz").write_bytes(content)
        with pytest.raises(RunError, match="damaged"):
            TrustStudy.load(tmp_path / "x.trust.json.gz")
    (tmp_path / "x.trust.json.gz").write_bytes(gzip.compress(b'{"format": 99}'))
    with pytest.raises(RunError, match="newer"):
        TrustStudy.load(tmp_path / "x.trust.json.gz")
    with pytest.raises(RunError, match="no record"):
        TrustStudy.load(tmp_path / "y.trust.json.gz")


@pytest.mark.parametrize("name", shipped_trust())
def test_the_shipped_record_holds_what_was_tried_and_its_controls_score_as_chance(name):
    study = shipped_trust()[name]
    assert set(study.mosaics["map"]) <= {*METHODS, *analysis.CONTROLS}
    assert study.mosaics["share"].dropna().between(0, 1).all()
    assert study.randomised["correlation"].dropna().between(-1, 1).all()
    blind = study.mosaics[study.mosaics["map"].isin(analysis.CONTROLS)]
    assert (blind["share"] - 0.25).abs().max() < 0.02
