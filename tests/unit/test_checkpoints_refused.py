"""Weights that do not fit, are damaged or mean harm are refused in words."""

import contextlib
import json

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet_viz import models
from tests.unit.checkpoints_support import cifar_state, classifier


def test_weights_of_another_network_are_refused_with_the_first_three_differences(tmp_path):
    torch.save(cifar_state("resnet32"), tmp_path / "weights.pt")
    with pytest.raises(models.CheckpointError) as refused:
        models.import_weights(tmp_path / "weights.pt", architecture="resnet20")
    text = str(refused.value)
    assert text.count(" is unknown to this network") == 3
    assert "; and 69 more." in text  # three stages, two blocks more, 12 tensors each, 3 named
    assert "layer1.3.conv1.weight" in text


@pytest.mark.parametrize(
    "change",
    [
        {"version": 99},
        {"version": "x"},
        {"architecture": {"name": "resnet20"}},
        {"architecture": None},
        {"classes": ["only one"]},
        {"classes": 3},
        {"mean": [0.5]},
        {"mean": "abc"},
        {"input_size": None},
        {"card": 5},
    ],
)
def test_a_damaged_header_is_refused_with_a_sentence(tmp_path, change):
    path = tmp_path / "a.safetensors"
    c = classifier()
    c.save(path)
    header = models.read_card(path) | change
    safetensors.torch.save_file(c.network.state_dict(), path, {"resnet_viz": json.dumps(header)})
    with pytest.raises(models.CheckpointError) as refused:
        models.load(path)
    assert str(refused.value).endswith(".")


def test_a_header_that_asks_for_a_monstrous_network_is_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    c = classifier()
    c.save(path)
    header = models.read_card(path)
    header["architecture"]["blocks"] = [10**9, 3, 3]
    safetensors.torch.save_file(c.network.state_dict(), path, {"resnet_viz": json.dumps(header)})
    with pytest.raises(models.CheckpointError, match="blocks"):
        models.load(path)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(cut=st.floats(0, 1), flips=st.lists(st.integers(0, 10**9), max_size=8), suffix=st.booleans())
def test_damaged_files_are_refused_or_read_but_never_break(tmp_path_factory, cut, flips, suffix):
    folder = tmp_path_factory.mktemp("fuzz")
    path = folder / ("a.safetensors" if suffix else "a.pth")
    if suffix:
        classifier().save(path)
    else:
        torch.save({"w": torch.zeros(50)}, path)
    raw = bytearray(path.read_bytes())[: int(cut * path.stat().st_size)]
    for flip in flips:
        if raw:
            raw[flip % min(len(raw), 2000)] ^= 0x55
    path.write_bytes(raw)
    for read in (models.load, lambda p: models.import_weights(p, architecture="resnet20")):
        with contextlib.suppress(models.CheckpointError):
            assert isinstance(read(path), models.Classifier)


@pytest.mark.parametrize(
    "fields",
    [
        {"input_size": 100_000},
        {"std": [0, 0, 0]},
        {"mean": [float("nan"), 0, 0]},
        {"crop_fraction": -3},
        {"architecture": {"name": "resnet20000"}},
        {"architecture": {"blocks": [300] * 10, "widths": [16] * 10}},
        {"architecture": {"blocks": [900, 900], "widths": [16, 16]}},
    ],
    ids=str,
)
def test_a_header_that_asks_for_the_impossible_is_refused_at_once(tmp_path, fields):
    path = tmp_path / "odd.safetensors"
    classifier().save(path)
    with safetensors.safe_open(path, framework="pt") as file:
        header = json.loads(file.metadata()["resnet_viz"])
    architecture = header["architecture"] | fields.get("architecture", {})
    header |= fields | {"architecture": architecture}
    state = safetensors.torch.load_file(path)
    safetensors.torch.save_file(state, path, {"resnet_viz": json.dumps(header)})
    with pytest.raises(models.CheckpointError, match="damaged"):
        models.load(path)
