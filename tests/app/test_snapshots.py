"""A pair is seen as it was on the way, and a run under way shows each snapshot as it comes."""

import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch

from resnet_viz import analysis, data, models
from resnet_viz.analysis import METHODS
from resnet_viz.errors import UserError
from resnet_viz.runs.shipped_runs import shipped_checkpoint, shipped_snapshots
from resnet_viz.training import snapshots as files
from resnet_viz.ui.inputs.picture_form import sample_of
from resnet_viz.ui.networks import catalogue, snapshots
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, opened
from tests.app.runs import end, save, train
from tests.app.support import DIGITS, alternatives, charts, numbers, open_page, texts, values
from tests.unit.analysis_support import QUICK
from tests.unit.runs_support import config, launcher

NAMES = {"left": "plain20-digits-seed0", "right": "resnet20-digits-seed0"}
SHALLOW = {"left": "plain-20 on digits", "right": "ResNet-20 on digits", "image": "data set"}
MAPS = [f"layer{stage}.{block}" for stage in (1, 2, 3) for block in range(3)]


def keep(run, epoch: int, network: str) -> Path:
    """Put a shipped network where the run's worker keeps the snapshot of an epoch."""
    path = files.path_of(run.folder, epoch)
    path.parent.mkdir(exist_ok=True)
    shutil.copyfile(network, path)
    return path


def answers(name: str, sample: int = 0) -> dict[int, tuple[str, float]]:
    """What a shipped network took a test picture for at each snapshot, and how surely."""
    image = sample_of(data.load("digits"), sample).image
    found = {}
    for epoch, path in shipped_snapshots(name).items():
        if path is None:
            continue
        row = analysis.predict(models.load(path), image).iloc[0]
        found[epoch] = (str(row["class"]), float(row["probability"]))
    return found


def test_a_link_to_an_epoch_shows_both_networks_as_they_were():
    app = open_page("attribution", **SHALLOW, epoch="1")
    for side, name in NAMES.items():
        best, probability = answers(name)[1]
        drawn = charts(app)[f"predictions-0-{side}"][0]
        assert best in drawn["y"]
        assert max(numbers(drawn["x"])) == pytest.approx(100 * probability, abs=0.01)
    assert "ResNet-20 on digits, epoch 1" in texts(app)
    app.select_slider(key="epoch").set_value("last").run()
    assert "ResNet-20 on digits, epoch 1" not in texts(app)


def test_feature_maps_are_of_the_same_epoch():
    app = open_page("feature_maps", **SHALLOW, epoch="4", block="layer2.1")
    image = sample_of(data.load("digits"), 0).image
    drawn = {line["name"]: numbers(line["y"]) for line in charts(app)["responses"]}
    for side, name in NAMES.items():
        walk = analysis.block_maps(models.load(shipped_snapshots(name)[4]), image)
        expected = [walk[block].response for block in MAPS]
        assert drawn[f"{SHALLOW[side]}, epoch 4"] == pytest.approx(expected, rel=1e-4)


def test_the_random_weights_before_the_first_epoch_follow_from_the_seed():
    found = opened.at_initialisation(shipped_checkpoint(NAMES["right"]))
    drawn = models.build("resnet20", classes=10, seed=0).state_dict()
    trained = models.load(shipped_checkpoint(NAMES["right"]))
    for name, tensor in found.network.state_dict().items():
        assert torch.equal(tensor, drawn[name]), name
    assert (found.mean, found.classes) == (trained.mean, trained.classes)
    assert found.card["epochs"] == 0
    assert "metrics" not in found.card


@pytest.mark.parametrize(("wanted", "epoch"), [(0, 0), (3, 1), (8, 4), (14, 4), (15, None)])
def test_a_network_without_that_epoch_is_shown_after_the_last_one_before(wanted, epoch):
    path = shipped_checkpoint(NAMES["right"])  # after 15 epochs
    kept = dict.fromkeys((0, 1, 4), path)
    side = Side("right", catalogue.Source("it", path, snapshots=lambda: kept))
    found = snapshots._after(side, wanted)
    assert getattr(found, "epoch", None) == epoch
    bare = Side("right", catalogue.Source("it", path))
    assert snapshots._after(bare, wanted) is bare


def test_a_pair_without_snapshots_offers_no_epoch_and_a_link_to_one_is_answered():
    app = open_page("attribution", **DIGITS, epoch="2")
    assert not [slider for slider in app.select_slider if slider.key == "epoch"]
    [warning] = values(app.warning)
    assert warning.startswith("plain-56 on digits and ResNet-56 on digits: no snapshots")
    assert "Neither network kept snapshots" in texts(app)
    wrong = open_page("attribution", **SHALLOW, epoch="3")
    assert wrong.select_slider(key="epoch").value == "last"
    assert len(wrong.warning) == 1


def test_who_turns_to_a_pair_without_that_epoch_sees_its_last():
    app = open_page("feature_maps", **SHALLOW, epoch="8")
    app.selectbox(key="left").select(DIGITS["left"])
    app.selectbox(key="right").select(DIGITS["right"])
    app.run()
    assert not app.exception
    assert not app.error
    assert ", epoch " not in texts(app)


def test_the_strip_shows_what_each_network_took_the_picture_for_while_it_learned():
    app = open_page("attribution", **SHALLOW)
    said = [text for text in values(app.caption) if text.startswith("**epoch ")]
    assert len(said) == 12
    for side, name in enumerate(NAMES.values()):
        for place, (best, probability) in enumerate(answers(name).values(), start=1):
            assert said[6 * side + place].endswith(f": {best}, {100 * probability:.0f} %")
    maps = [text for text in alternatives(app) if ", epoch " in text and "Grad-CAM" in text]
    assert len(maps) == 12
    assert len(set(maps)) == 12
    lines = charts(app)["while-it-learned"]
    assert [line["x"] for line in lines] == [["0", "1", "2", "4", "8", "15"]] * 2
    target = data.load("digits").test.labels[0]
    kept = models.load(shipped_snapshots(NAMES["right"])[1])
    image = sample_of(data.load("digits"), 0).image
    sure = float(analysis.attribute(kept, image).probabilities[target])
    assert numbers(lines[1]["y"])[1] == pytest.approx(100 * sure, abs=0.01)


def test_a_slow_method_gives_way_to_a_quick_one_in_the_strip(monkeypatch):
    name, slow = next((name, row) for name, row in METHODS.items() if row.slow)
    row = replace(slow, explain=partial(slow.explain, **QUICK[name]))
    monkeypatch.setitem(METHODS, name, row)
    analyses.forget_attributions()
    app = open_page("attribution", **SHALLOW, method=row.title)
    analyses.forget_attributions()
    maps = [text for text in alternatives(app) if ", epoch " in text]
    assert len(maps) == 12
    assert not [text for text in maps if row.title in text]
    assert f"{row.title} would take long at every snapshot" in texts(app)


def test_a_run_under_way_shows_a_new_snapshot_by_itself(store, sleepers, monkeypatch):
    [run] = sleepers.submit(config())
    train(store, run, 12)
    save(run, "resnet20-digits-seed0")
    at = shipped_snapshots(NAMES["right"])
    keep(run, 0, at[1])
    app = open_page("attribution", right=run.name, image="data set")
    assert app.select_slider(key="epoch").options == ["0", "last"]
    asked = []
    monkeypatch.setattr(snapshots.st, "rerun", lambda: asked.append(1))
    seen = snapshots._states([run.name])
    snapshots._look([run.name], seen)
    assert not asked
    keep(run, 1, at[2])
    snapshots._look([run.name], seen)
    assert asked == [1]
    assert app.run().select_slider(key="epoch").options == ["0", "1", "last"]
    before = snapshots._states([run.name])
    end(store, run, "finished")
    snapshots._look([run.name], before)
    assert asked == [1, 1]


def test_a_run_that_is_deleted_takes_its_snapshots_along(store, sleepers):
    [run] = sleepers.submit(config())
    save(end(store, train(store, run), "finished"))
    path = keep(run, 0, shipped_checkpoint(NAMES["right"]))
    side = snapshots._after(Side("right", catalogue.every()[run.name]), 0)
    assert side.classifier.classes == tuple(map(str, range(10)))
    launcher(store).delete(run.name)
    assert not path.exists()
    with pytest.raises(UserError, match="has just been removed"):
        _ = side.classifier


def test_shipped_snapshots_are_of_a_run_that_ended_as_well_as_the_shipped_network():
    for name in NAMES.values():
        shipped = models.load(shipped_checkpoint(name)).card["metrics"]["test_accuracy"]
        kept = shipped_snapshots(name)
        assert list(kept) == [0, 1, 2, 4, 8]
        assert kept.pop(0) is None
        for epoch, path in kept.items():
            card = models.load(path).card
            assert card["epochs"] == epoch
            again = card.get("made_again", {"test_accuracy": shipped})
            assert again["test_accuracy"] == pytest.approx(shipped, abs=0.5)
    assert shipped_snapshots("plain56-digits-seed0") == {}
    assert shipped_snapshots("nothing") == {}
