"""Weights that do not fit, are damaged or mean harm are refused in words; no pickle runs."""

import contextlib
import copy
import io
import json
import os
import pickle
import tracemalloc
import zipfile

import pytest
import safetensors.torch
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from resnet_viz import models
from resnet_viz.models import foreign_files
from tests.unit.checkpoints_support import cifar_state, classifier


def test_weights_of_another_network_are_refused_with_the_first_three_differences(tmp_path):
    torch.save(cifar_state("resnet32"), tmp_path / "weights.pt")
    with pytest.raises(models.CheckpointError) as refused:
        models.import_weights(tmp_path / "weights.pt", architecture="resnet20")
    text = str(refused.value)
    assert text.count(" is unknown to this network") == 3
    assert "; and 69 more." in text  # three stages, two blocks more, 12 tensors each, 3 named
    assert "layer1.3.conv1.weight" in text


class Malicious:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (os.mkdir, (str(self.path),))


@pytest.mark.parametrize("suffix", ["pth", "pt", "th", "ckpt", "safetensors", "bin"])
@pytest.mark.parametrize("how", ["torch", "pickle"])
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_malicious_pickle_executes_nothing(tmp_path, suffix, how):
    path, trap = tmp_path / f"weights.{suffix}", tmp_path / "executed"
    content = {"state_dict": cifar_state(), "callback": Malicious(trap)}
    if how == "torch":
        torch.save(content, path)
    else:
        path.write_bytes(pickle.dumps(content))
    with pytest.raises(models.CheckpointError):
        models.import_weights(path, architecture="resnet20")
    with pytest.raises(models.CheckpointError):
        models.load(path)
    assert not trap.exists()


def pickled(content, **options):
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        *(pickle.dumps({"a": Malicious("executed")}, protocol=protocol) for protocol in range(6)),
        pickled({"a": Malicious("executed")}),
        pickled({"a": Malicious("executed")}, _use_new_zipfile_serialization=False),
        pickled(torch.nn.Linear(1, 1)),
        b"cos\nmkdir\n(S'executed'\ntR.",
    ],
    ids=[*(f"protocol {number}" for number in range(6)), "zip", "legacy", "object", "by hand"],
)
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_that_wants_to_run_code_is_refused_saying_so(tmp_path, monkeypatch, raw):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "weights.pth").write_bytes(raw)
    with pytest.raises(models.CheckpointError, match="would run code, and none of it was run"):
        models.import_weights(tmp_path / "weights.pth", architecture="resnet20")
    assert os.listdir(tmp_path) == ["weights.pth"]


def misspelt(raw):
    """One letter of a name in a pickle is another; the checksum beside it is not."""
    return raw.replace(b"torch._utils", b"torch._utilz")


@pytest.mark.parametrize(
    "raw",
    [
        misspelt(pickled({"a": torch.zeros(3)})),
        pickled({"a": torch.zeros(300)})[:700],
        pickle.dumps({"a": Malicious("executed")})[:-5],
        b"<html><body>Not found</body></html>",
        b"conv1.weight\nbn1.weight\nbn1.bias\n",
        b"cannot open\nthe file\n",
        bytes(1000),
        b"",
    ],
    ids=["misspelt", "cut", "cut pickle", "page", "list", "text", "zeros", "empty"],
)
@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_file_that_is_damaged_or_no_weights_is_said_to_be_so(tmp_path, raw):
    (tmp_path / "weights.pth").write_bytes(raw)
    with pytest.raises(models.CheckpointError, match="is not a file of weights, or it is damaged"):
        models.import_weights(tmp_path / "weights.pth", architecture="resnet20")


def archive(write, compression=zipfile.ZIP_STORED):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as file:
        write(file)
    return buffer.getvalue()


def deflated(file):
    """Nothing at all, much of it."""
    file.writestr("archive/data.pkl", bytes(16 * 2**20))


def endless(file):
    """A pickle of nothing but operations, which takes its time."""
    file.writestr("archive/data.pkl", b"N" * (foreign_files.MOST_PICKLE + 1))


def lying_on_each_other(file):
    """Many tensors that are the same bytes."""
    file.writestr("archive/data.pkl", b"N.")
    file.writestr("archive/data/0", bytes(2**16))
    for number in range(1, 9):
        twin = copy.copy(file.filelist[-1])
        twin.filename = f"archive/data/{number}"
        file.filelist.append(twin)


@pytest.mark.parametrize(
    "raw",
    [
        archive(deflated, zipfile.ZIP_DEFLATED),
        b"\xff" + archive(deflated, zipfile.ZIP_DEFLATED),
        archive(endless),
        b"\xff" + archive(endless),
        archive(lying_on_each_other),
    ],
    ids=["compressed", "compressed, behind a byte", "endless", "endless, behind a byte", "twins"],
)
def test_an_archive_that_swells_is_refused_before_it_is_read(tmp_path, monkeypatch, raw):
    path, asked = tmp_path / "weights.pth", []
    path.write_bytes(raw)
    monkeypatch.setattr(torch, "load", lambda *_, **__: asked.append(1))
    tracemalloc.start()
    try:
        with pytest.raises(models.CheckpointError, match="is not a file of weights"):
            models.import_weights(path, architecture="resnet20")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2**20
    assert not asked


def test_two_networks_in_one_file_are_refused_rather_than_mixed(tmp_path):
    both = {f"{name}.{k}": v for name in ("model", "net") for k, v in cifar_state().items()}
    torch.save(both, tmp_path / "weights.pth")
    with pytest.raises(models.CheckpointError, match=r"conv1.weight is missing"):
        models.import_weights(tmp_path / "weights.pth", architecture="resnet20")


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
