"""Files of other programs are read for their tensors, whatever stands beside them."""

import argparse
import collections
import datetime
import io
import pathlib
import pickle
import types
import zipfile

import numpy as np
import pytest
import safetensors.torch
import torch
from torch import nn

from resnet_viz import models
from resnet_viz.models.tensor_files import parts, read_tensors
from tests.unit.checkpoints_support import cifar_state
from tests.unit.tensor_files_support import SAVED, Malicious, older, pickled


class OwnClass(dict):
    """A training program's own, with things in it and attributes."""

    def __init__(self, **attributes):
        super().__init__(a=1)
        self.__dict__ |= attributes


BESIDE = {
    "numpy scalar": np.float64(91.7),
    "numpy array of objects": np.array([{}, "text"], dtype=object),
    "numpy texts": np.array(["airplane", "bird"]),
    "date": np.datetime64("2020-01-01"),
    "namespace": argparse.Namespace(lr=0.1, device=torch.device("cpu")),
    "simple namespace": types.SimpleNamespace(lr=0.1),
    "path": pathlib.PurePosixPath("runs") / "one",
    "time": datetime.datetime(2020, 1, 1),
    "counter": collections.Counter("abca"),
    "default": collections.defaultdict(list, a=[1]),
    "deque": collections.deque([1, 2]),
    "own class": OwnClass(rate=0.1, path=pathlib.PurePosixPath("a")),
    "set": {1, 2},
    "frozen set": frozenset({"a"}),
    "complex": 3 + 4j,
    "slice": slice(1, 2),
    "bytes": b"\xff\0",
    "large": 10**40,
    "tuple as a name": {(1, ("a", 2)): "b"},
    "type": torch.float16,
    "function": torch.relu,
    "generator": torch.Generator().get_state(),
    "empty": torch.empty(0, 3),
    "optimiser": torch.optim.Adam([nn.Parameter(torch.ones(2))]).state_dict(),
}


def written(folder, raw, name="weights.pth"):
    (folder / name).write_bytes(raw)
    return folder / name


@pytest.mark.parametrize("save", [pickled, older])
@pytest.mark.parametrize("beside", BESIDE)
def test_tensors_are_read_whatever_stands_beside_them(tmp_path, save, beside):
    state = {"w": torch.randn(3, 4), "n": torch.tensor(7)}
    path = written(tmp_path, save({"state_dict": state, "beside": BESIDE[beside]}))
    found = read_tensors(path).own
    assert found.keys() == state.keys()
    assert all(torch.equal(found[name], tensor) for name, tensor in state.items())


TENSORS = {
    **{
        str(dtype): torch.arange(6).reshape(2, 3).to(dtype)
        for dtype in (torch.float64, torch.float32, torch.float16, torch.int64, torch.int32)
    },
    "small": torch.arange(6).to(torch.int16),
    "bytes": torch.arange(6).to(torch.uint8),
    "signed": torch.arange(-3, 3).to(torch.int8),
    "bool": torch.tensor([True, False]),
    "number": torch.tensor(2.5),
    "turned": torch.arange(6.0).reshape(2, 3).T,
    "part": torch.arange(10.0)[3:7],
    "every other": torch.arange(10.0)[1::2],
    "channels last": torch.rand(2, 3, 4, 5).contiguous(memory_format=torch.channels_last),
    "nothing": torch.empty(0, 3),
    "one": torch.ones(1, 1, 1),
}
OF_PYTORCH = {
    "bfloat16": torch.arange(6).to(torch.bfloat16),
    "complex": torch.tensor([1 + 2j]),
    "unsigned": torch.arange(6).to(torch.uint16),
    "eighths": torch.arange(6.0).to(torch.float8_e4m3fn),
    "parameter": nn.Parameter(torch.ones(2)),
    "buffer": nn.Buffer(torch.ones(2)),
}


@pytest.mark.parametrize("look", [False, True])
@pytest.mark.parametrize("save", SAVED)
def test_every_kind_of_tensor_comes_back(tmp_path, save, look):
    tensors = TENSORS | (OF_PYTORCH if save in ("archive", "older") else {})
    found = read_tensors(written(tmp_path, SAVED[save](tensors)), look=look).own
    assert found.keys() == tensors.keys()
    for name, tensor in tensors.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor), name


@pytest.mark.parametrize("save", SAVED)
def test_a_large_array_of_all_bytes_comes_back_in_every_protocol(tmp_path, save):
    state = {"w": torch.arange(2**21).to(torch.uint8)}
    found = read_tensors(written(tmp_path, SAVED[save](state))).own
    assert torch.equal(found["w"], state["w"])


@pytest.mark.parametrize("name", ["a.safetensors", "a.pth", "a.bin", "a"])
def test_the_format_is_told_by_the_content_and_not_by_the_name(tmp_path, name):
    state = {key: tensor.contiguous() for key, tensor in TENSORS.items()}
    for raw in (safetensors.torch.save(state), pickled(state), older(state)):
        found = read_tensors(written(tmp_path, raw, name)).own
        assert all(torch.equal(found[key], tensor) for key, tensor in state.items())


def test_what_is_read_is_not_the_files_and_a_look_writes_to_nothing(tmp_path):
    path = written(tmp_path, pickled({"w": torch.ones(1000)}))
    raw = path.read_bytes()
    for look in (False, True):
        tensor = read_tensors(path, look=look).own["w"]
        tensor.mul_(2)
        assert path.read_bytes() == raw
    kept = read_tensors(path).own["w"]
    path.write_bytes(b"")
    assert kept.sum() == 1000


class Perceptron(nn.Module):
    """A training program's own network, with what other programs' classes have."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU())
        self.head = nn.Linear(4, 2)
        self.twin = self.head
        self.lr, self.path = 0.1, pathlib.PurePosixPath("runs")
        self.register_buffer("scale", torch.ones(3))
        self.register_parameter("absent", None)


@pytest.mark.parametrize("save", [pickled, older])
@pytest.mark.parametrize(
    "wrapped", [lambda m: m, nn.DataParallel, lambda m: {"model": m, "epoch": 3}]
)
def test_a_whole_module_is_read_for_its_parameters_and_buffers(tmp_path, save, wrapped):
    network = Perceptron()
    found = read_tensors(written(tmp_path, save(wrapped(network)))).own
    bare = {name.removeprefix("module."): tensor for name, tensor in found.items()}
    assert list(bare) == list(network.state_dict())
    assert all(torch.equal(bare[name], one) for name, one in network.state_dict().items())


def test_a_whole_network_of_torchvision_is_imported_with_its_logits(tmp_path):
    import torchvision

    network = torchvision.models.resnet18(num_classes=7).eval()
    found = models.import_weights(written(tmp_path, pickled(network)))
    images = torch.randn(1, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), network(images))


@pytest.mark.parametrize("save", SAVED)
def test_what_would_act_when_opened_does_not_and_the_network_is_imported(tmp_path, save):
    trap = tmp_path / "executed"
    content = {"state_dict": cifar_state(), "callback": Malicious(trap)}
    path = written(tmp_path, SAVED[save](content))
    imported = models.import_weights(path, "resnet20")
    assert torch.equal(imported.network.conv1.weight, cifar_state()["conv1.weight"])
    with pytest.raises(models.CheckpointError):
        models.load(path)
    assert not trap.exists()


def zipped(**files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        for name, raw in files.items():
            file.writestr(name.replace("__", "/").replace("_dot_", "."), raw)
    return buffer.getvalue()


def torchscript():
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.trace(nn.Linear(2, 1), torch.zeros(1, 2)), buffer)
    return buffer.getvalue()


def exported():
    buffer = io.BytesIO()
    torch.export.save(torch.export.export(nn.Linear(2, 1), (torch.zeros(1, 2),)), buffer)
    return buffer.getvalue()


def onnx():
    from onnx import helper

    graph = helper.make_graph([], "g", [], [])
    return helper.make_model(graph, producer_name="pytorch").SerializeToString()


def fitted():
    from sklearn.linear_model import LogisticRegression

    return pickle.dumps(LogisticRegression().fit([[0.0], [1.0]], [0, 1]))


def saved_array(save, **content):
    buffer = io.BytesIO()
    save(buffer, **content)
    return buffer.getvalue()


NAMED = {
    "empty": (bytes, "it is empty"),
    "pointer": (
        lambda: b"version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n",
        "a pointer of Git LFS",
    ),
    "page": (lambda: b"\n <!DOCTYPE html><html><body>Not found</body></html>", "a web page"),
    "bare page": (lambda: b"<html><body>Not found</body></html>", "a web page"),
    "answer": (lambda: b'<?xml version="1.0"?><Error>AccessDenied</Error>', "a message of a"),
    "index": (lambda: b'{"metadata": {}, "weight_map": {}}', "a text of JSON"),
    "gzip": (lambda: b"\x1f\x8b\x08\0\0", "compressed with gzip"),
    "tar": (lambda: b"weights" + bytes(250) + b"ustar\x0000" + bytes(800), "a tar archive"),
    "very old": (
        lambda: b"storages" + bytes(249) + b"ustar\x0000" + bytes(800),
        "PyTorch before 0.1.10",
    ),
    "torchscript": (torchscript, "a TorchScript archive"),
    "exported": (exported, "a program that torch.export wrote"),
    "onnx": (onnx, "a network in ONNX"),
    "keras": (lambda: b"\x89HDF\r\n\x1a\n\0\0", "an HDF5 file"),
    "new keras": (lambda: zipped(model_dot_weights_dot_h5=b"", config_dot_json=b""), "Keras"),
    "saved model": (lambda: b"\x08\x01\x12\xff\xff", "a SavedModel of TensorFlow"),
    "lite": (lambda: b"\x1c\0\0\0TFL3", "TensorFlow Lite"),
    "scikit-learn": (fitted, "a pickled sklearn.linear_model._logistic.LogisticRegression"),
    "array": (lambda: saved_array(np.save, arr=np.ones(3)), "a single NumPy array"),
    "arrays": (lambda: saved_array(np.savez, a=np.ones(3)), "an archive of NumPy arrays"),
    "zip": (lambda: zipped(folder__weights_dot_pth=b"N."), "a ZIP archive without PyTorch"),
    "numbers": (lambda: pickled([1, 2, 3]), "holds no named tensors"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n", "a picture"),
}


@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
@pytest.mark.parametrize("kind", NAMED)
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_what_is_no_file_of_tensors_is_named_for_what_it_is(tmp_path, kind, suffix):
    make, title = NAMED[kind]
    path = written(tmp_path, make(), f"weights.{suffix}")
    with pytest.raises(models.CheckpointError) as refused:
        read_tensors(path)
    text = str(refused.value)
    assert text.startswith(f"weights.{suffix} was refused: it ")
    assert title in text
    assert "damaged" not in text
    with pytest.raises(models.CheckpointError):
        parts(path)
