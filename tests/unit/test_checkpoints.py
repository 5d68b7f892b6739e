"""Checkpoints: what was saved comes back, what does not fit is refused in words, no pickle runs."""

import contextlib
import copy
import dataclasses
import io
import json
import os
import pickle
import tracemalloc
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch
import torchvision
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from resnet_viz import models
from resnet_viz.models import foreign, foreign_files


def classifier(name="resnet20", **options):
    network = models.build(name, seed=0, **options)
    a = network.architecture
    return models.Classifier(
        network=network,
        classes=tuple(f"c{i}" for i in range(a.classes)),
        input_size=32,
        mean=(0.5,) * a.channels,
        std=(0.25,) * a.channels,
        card={"recipe": "quick", "metrics": {"test_accuracy": 98.0}},
    )


def test_a_checkpoint_comes_back_with_equal_logits_and_card(tmp_path):
    before = classifier(activation="gelu", shortcut="B")
    before.save(tmp_path / "a.safetensors")
    after = models.load(tmp_path / "a.safetensors")
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(before.network(images), after.network(images))
    assert after.architecture == before.architecture
    assert (after.classes, after.card) == (before.classes, before.card)
    assert after.digest == before.digest
    assert not any(p.requires_grad for p in after.network.parameters())
    assert models.read_card(tmp_path / "a.safetensors")["card"]["recipe"] == "quick"


def test_half_precision_halves_the_file_and_keeps_normalisation_exact(tmp_path):
    whole = classifier()
    whole.save(tmp_path / "whole.safetensors")
    whole.save(tmp_path / "half.safetensors", half=True)
    size = {name: (tmp_path / f"{name}.safetensors").stat().st_size for name in ("whole", "half")}
    assert size["half"] < 0.56 * size["whole"]
    half = models.load(tmp_path / "half.safetensors").network
    assert torch.equal(half.bn1.running_var, whole.network.bn1.running_var)
    assert half.conv1.weight.dtype == torch.float32


def test_a_failing_write_leaves_the_last_good_file_and_no_rest(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    classifier().save(path)
    good = path.read_bytes()

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        classifier("plain20").save(path)
    assert path.read_bytes() == good
    assert os.listdir(tmp_path) == ["a.safetensors"]


def test_preprocessing_undoes_to_the_square_that_the_network_sees():
    c = classifier()
    image = Image.fromarray(np.random.default_rng(0).integers(0, 255, (32, 48, 3), np.uint8))
    tensor = c.preprocess(image)
    assert tensor.shape == (3, 32, 32)
    assert np.array_equal(np.array(c.picture(tensor)), np.array(image)[:, 8:40])
    grey = classifier(channels=1)
    assert grey.preprocess(image).shape == (1, 32, 32)


def cifar_state(name="resnet20", **options):
    return models.build(name, seed=5, **options).state_dict()


def akamaster(state):
    """The layout of the usual CIFAR ResNets: wrapped, data-parallel, ``linear`` for ``fc``."""
    renamed = {f"module.{k.replace('fc.', 'linear.')}": v for k, v in state.items()}
    return {"state_dict": renamed, "best_prec1": 91.7}


LAYOUTS = {
    "bare": lambda state: state,
    "akamaster": akamaster,
    "model": lambda state: {"model": {f"network.{k}": v for k, v in state.items()}, "epoch": 3},
    "lightning": lambda state: {
        "state_dict": {f"model.{k}": v for k, v in state.items()},
        "pytorch-lightning_version": "2.6.0",
    },
    "compiled": lambda state: {f"module._orig_mod.{k}": v for k, v in state.items()},
    "dropout head": lambda state: {k.replace("fc.", "fc.1."): v for k, v in state.items()},
    "weighted loss": lambda state: {
        "state_dict": {
            **{f"model.{k}": v for k, v in state.items()},
            "criterion.weight": torch.ones(10),
            "train_accuracy.confusion": torch.zeros(10, 10),
        }
    },
    "loss beside a bare network": lambda state: {**state, "loss_fn.weight": torch.ones(10)},
    "loss within a wrapper": lambda state: {
        **{f"module.net.{k}": v for k, v in state.items()},
        "module.class_weights": torch.ones(10),
    },
    "no counts": lambda state: {k: v for k, v in state.items() if "num_batches" not in k},
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_usual_layouts_are_imported_with_equal_logits(tmp_path, layout):
    state = cifar_state()
    torch.save(LAYOUTS[layout](state), tmp_path / "weights.th")
    imported = models.import_weights(tmp_path / "weights.th", architecture="resnet20")
    network = models.build("resnet20").eval()
    network.load_state_dict(state)
    images = torch.randn(2, 3, 32, 32)
    assert torch.equal(imported.network(images), network(images))
    assert imported.classes[0] == "airplane"


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
def test_classes_channels_and_shortcut_are_read_off_the_tensors(tmp_path, shortcut):
    state = cifar_state(classes=7, channels=1, shortcut=shortcut)
    renamed = {k.replace("downsample", "shortcut"): v for k, v in state.items()}
    torch.save(renamed, tmp_path / "weights.pth")
    a = models.import_weights(tmp_path / "weights.pth", architecture="resnet20").architecture
    assert (a.classes, a.channels, a.shortcut) == (7, 1, shortcut)


def test_torchvisions_state_dict_is_imported_with_imagenets_classes(tmp_path):
    torch.save(torchvision.models.resnet18().state_dict(), tmp_path / "resnet18.pth")
    imported = models.import_weights(tmp_path / "resnet18.pth", architecture="resnet18")
    assert imported.classes[:2] == ("tench", "goldfish")
    assert imported.mean == (0.485, 0.456, 0.406)
    assert imported.preprocess(Image.new("RGB", (300, 500))).shape == (3, 224, 224)


def test_an_imported_network_is_saved_as_a_checkpoint_of_our_own(tmp_path):
    safetensors.torch.save_file(cifar_state(), tmp_path / "foreign.safetensors")
    imported = models.import_weights(tmp_path / "foreign.safetensors", architecture="resnet20")
    imported.save(tmp_path / "own.safetensors")
    assert models.load(tmp_path / "own.safetensors").digest == imported.digest


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


@pytest.mark.parametrize(
    "other", [{"mean": (0.1,) * 3}, {"std": (0.3,) * 3}, {"input_size": 16}], ids=str
)
def test_the_same_weights_with_other_preprocessing_have_another_digest(other):
    one = classifier()
    assert dataclasses.replace(one).digest == one.digest
    assert dataclasses.replace(one, **other).digest != one.digest


@pytest.mark.parametrize("name", models.ARCHITECTURES)
def test_an_architecture_is_recognised_by_its_tensors(tmp_path, name):
    row = models.ARCHITECTURES[name]
    state = {
        layer: torch.empty(tensor.shape, dtype=tensor.dtype)
        for layer, tensor in models.build(name, classes=3).state_dict().items()
        if not layer.endswith("num_batches_tracked")
    }
    torch.save({"state_dict": state}, tmp_path / "mine.pth")
    fits = foreign.fitting(tmp_path / "mine.pth")
    # Without projections a plain network and a residual one have the same tensors.
    assert name in fits
    assert {models.ARCHITECTURES[fit].depth for fit in fits} == {row.depth}
    assert fits == sorted(fits, key=lambda fit: fit.startswith("plain"))
    state["conv1.bias"] = torch.zeros(3)
    torch.save(state, tmp_path / "strange.pth")
    assert foreign.fitting(tmp_path / "strange.pth") == []
