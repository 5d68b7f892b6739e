"""What an import assumed is checked on labelled pictures, and the right assumptions are found."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import torch

from resnet_viz import analysis, data, models
from resnet_viz.analysis import assumptions
from resnet_viz.data import Split
from resnet_viz.runs.shipped_runs import shipped_checkpoint

PICTURES = 150


@cache
def digits():
    return data.load("digits")


def original(name="resnet20-digits-seed0"):
    return models.load(shipped_checkpoint(name))


def imported(tmp_path, state, **told):
    torch.save(state, tmp_path / "mine.pth")
    return models.import_weights(tmp_path / "mine.pth", **told)


def known():
    """All that digits say of a network."""
    one = original()
    return {
        "classes": one.classes,
        "mean": one.mean,
        "std": one.std,
        "input_size": one.input_size,
        "channel_order": "rgb",
    }


def without(*told):
    return {what: value for what, value in known().items() if what not in told}


def padded_behind(state):
    """The tensors of the same function with the channels of zero padding behind the others."""
    order, orders = np.arange(16), []
    for width in (32, 64):
        zeros = (width - len(order)) // 2
        front, back = np.arange(zeros), np.arange(width - zeros, width)
        orders.append(order := np.concatenate([zeros + order, front, back]))
    changed = {}
    for name, tensor in state.items():
        stage, number = name[5:6], name[7:8]
        out = {"2": orders[0], "3": orders[1]}.get(stage if name.startswith("layer") else "")
        if out is not None and name.endswith("num_batches_tracked"):
            out = None
        taken = out
        if number == "0" and ".conv1." in name:
            taken = {"2": np.arange(16), "3": orders[0]}.get(stage)
        if out is not None:
            # A block's first layers work on what only it sees, and any order does for that.
            tensor = tensor[out]
            tensor = tensor[:, taken] if tensor.ndim == 4 else tensor
        if name == "fc.weight":
            tensor = tensor[:, orders[1]]
        changed[name] = tensor
    return changed


def check(classifier, dataset=None, **options):
    options = {"pictures": PICTURES} | options
    return analysis.check_assumptions(classifier, dataset or digits(), **options)


def same_answers(one, other):
    images = torch.randn(8, 3, 8, 8)
    with torch.no_grad():
        torch.testing.assert_close(one.network(images), other.network(images))
    return True


def test_wrong_zeros_look_like_guessing_and_the_right_ones_are_found(tmp_path):
    state = padded_behind(original().network.state_dict())
    told = imported(tmp_path, state, zero_padding="behind", **known())
    assert same_answers(told, original())
    wrong = imported(tmp_path, state, **known())
    found = check(wrong)
    assert found.images == PICTURES
    assert found.guessing == 10
    assert found.is_near_guessing(found.imported)
    assert found.best.differs == ("zeros behind the channels only",)
    assert found.best.accuracy > 90
    taken = found.take(wrong, found.best)
    assert taken.architecture.zero_padding == "behind"
    assert same_answers(taken, original())
    assert taken.card["assumed"] == []
    assert taken.card["checked"] == {
        "data": digits().title,
        "images": PICTURES,
        "accuracy": found.best.accuracy,
        "differs": ["zeros behind the channels only"],
    }
    taken.save(tmp_path / "taken.safetensors")
    assert models.load(tmp_path / "taken.safetensors").digest == taken.digest
    # What was imported is as it was.
    assert wrong.architecture.zero_padding == "both"
    assert "checked" not in wrong.card


def test_a_plain_network_that_was_taken_for_a_residual_one_is_found(tmp_path):
    plain = original("plain20-digits-seed0")
    residual = imported(tmp_path, plain.network.state_dict(), **known())
    found = check(residual)
    assert found.best.differs == ("no shortcuts",)
    taken = found.take(residual, found.best)
    assert taken.architecture == plain.architecture
    assert same_answers(taken, plain)


def test_another_normalisation_and_size_are_found_together(tmp_path):
    state = original().network.state_dict()
    untold = imported(tmp_path, state, zero_padding="both", **without("mean", "std", "input_size"))
    found = check(untold, pictures=60)
    size, normalised = found.best.differs[0], found.best.differs[1:]
    assert size == "pictures of 8 pixels"
    taken = found.take(untold, found.best)
    assert taken.input_size == 8
    assert len(normalised) <= 1
    assert found.best.accuracy > found.imported.accuracy + 20


def test_the_order_of_the_classes_is_matched_and_counted_on_other_pictures(tmp_path):
    order = [3, 1, 4, 0, 5, 9, 2, 6, 8, 7]
    state = original().network.state_dict()
    state = {k: v[order] if k.startswith("fc.") else v for k, v in state.items()}
    untold = imported(tmp_path, state, zero_padding="both", **without("classes"))
    found = check(untold)
    assert found.imported.accuracy < 40
    assert found.best.differs == ("the classes in another order, matched to the pictures",)
    taken = found.take(untold, found.best)
    assert taken.classes == tuple(digits().classes[index] for index in order)
    assert found.best.accuracy > 90


def test_noise_matches_no_classes(tmp_path):
    random = models.build("resnet20", seed=3).state_dict()
    found = check(imported(tmp_path, random, zero_padding="both", input_size=8))
    assert found.best is found.imported
    assert found.is_near_guessing(found.best)
    assert max(one.accuracy for one in found.alternatives) < 40


def test_blue_first_is_tried(tmp_path):
    coloured = [
        Split(split.images.clone(), split.labels) for split in (digits().train, digits().test)
    ]
    for split in coloured:
        split.images[:, 1:] = 0  # red digits
    red = replace(digits(), train=coloured[0], test=coloured[1])
    state = original().network.state_dict()
    first = torch.zeros_like(state["conv1.weight"])
    first[:, 2] = state["conv1.weight"].sum(dim=1)
    told = without("channel_order") | {"mean": (known()["mean"][0], 0.0, 0.0)}
    blue = imported(tmp_path, {**state, "conv1.weight": first}, zero_padding="both", **told)
    found = check(blue, red)
    assert found.best.differs == ("blue as the first channel",)
    taken = found.take(blue, found.best)
    torch.testing.assert_close(taken.network.conv1.weight[:, 0], first[:, 2])


def test_what_holds_is_said_to_hold(tmp_path):
    told = imported(tmp_path, original().network.state_dict(), zero_padding="both", **known())
    found = check(told)
    assert [one.differs for one in found.alternatives] == [(), ("no shortcuts",)]
    assert found.best is found.imported
    assert found.imported.accuracy == pytest.approx(98, abs=3)
    assert not found.is_near_guessing(found.imported)


def test_progress_goes_to_the_end_and_may_end_it(tmp_path):
    untold = imported(tmp_path, original().network.state_dict(), **without("channel_order"))
    shares = []
    check(untold, progress=shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1)

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(untold, progress=stop)


def test_a_network_that_takes_long_looks_at_fewer_pictures(tmp_path, monkeypatch):
    told = imported(tmp_path, original().network.state_dict(), zero_padding="both", **known())
    monkeypatch.setattr(assumptions, "MOST_MULTIPLY_ADDS", 1)
    monkeypatch.setattr(assumptions, "LEAST_PICTURES", 30)
    assert check(told).images == 30


def test_other_classes_and_channels_are_refused_with_a_sentence(tmp_path):
    seven = imported(tmp_path, models.build("resnet20", seed=0, classes=7).state_dict())
    with pytest.raises(analysis.AnalysisError, match=r"7 classes apart, but .* has 10"):
        check(seven)
    named = imported(
        tmp_path, models.build("resnet20", seed=0).state_dict(), classes=tuple("abcdefghij")
    )
    with pytest.raises(analysis.AnalysisError, match="knows other classes"):
        check(named)
    grey = imported(tmp_path, models.build("resnet20", seed=0, channels=1).state_dict())
    with pytest.raises(analysis.AnalysisError, match="1 channels, but these have 3"):
        check(grey)
