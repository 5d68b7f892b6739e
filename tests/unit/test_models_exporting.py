"""Files for other programs: they give the same logits there, or are refused with a sentence."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import safetensors.torch
import torch
import torchvision

from resnet_viz import models
from resnet_viz.models import exporting


def test_two_who_take_a_network_at_once_get_it_both():
    onnx = pytest.importorskip("onnx")
    first, second = (models.build(name, seed=0) for name in ("resnet20", "plain20"))
    inside, done = threading.Event(), threading.Event()

    def wait(*_):
        inside.set()
        done.wait(1)  # the second either fails meanwhile, or waits for its turn

    def late() -> bytes:
        inside.wait(60)
        try:
            return exporting.to_onnx(second, 32)
        finally:
            done.set()

    first.register_forward_pre_hook(wait)
    with ThreadPoolExecutor(2) as threads:
        files = [threads.submit(exporting.to_onnx, first, 32), threads.submit(late)]
        graphs = [onnx.load_from_string(file.result(120)).graph for file in files]
    adds = [sum(node.op_type == "Add" for node in graph.node) for graph in graphs]
    assert adds == [9, 0]  # a shortcut a block, and none


def test_an_image_that_would_take_all_memory_is_refused_with_a_sentence(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    network = models.build("resnet50", seed=0)
    with pytest.raises(models.ExportError, match="4096 × 4096 pixels is too large"):
        exporting.to_onnx(network, 4096)


def test_every_network_of_the_table_can_be_taken_at_its_own_size():
    for row in models.ARCHITECTURES.values():
        assert exporting.fits_onnx(row, row.input_size), row.title
    assert not exporting.fits_onnx(models.ARCHITECTURES["resnet50"], 1024)


def of_torchvision():
    network = models.build("resnet18", seed=0, classes=7)
    return models.Classifier(
        network=network,
        classes=tuple("abcdefg"),
        input_size=64,
        mean=(0.5,) * 3,
        std=(0.25,) * 3,
    )


@pytest.mark.parametrize(
    ("file", "layout"), [("a.pth", None), ("a.safetensors", "torchvision"), ("a", "torchvision")]
)
def test_torchvision_loads_what_is_written_in_its_layout(tmp_path, file, layout):
    ours, theirs = of_torchvision(), torchvision.models.resnet18(num_classes=7).eval()
    ours.save(tmp_path / file, layout=layout)
    if file.endswith("safetensors"):
        state = safetensors.torch.load_file(tmp_path / file)
    else:
        state = torch.load(tmp_path / file, weights_only=True)
    theirs.load_state_dict(state)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        torch.testing.assert_close(ours.network(images), theirs(images))
    assert torch.equal(
        models.import_weights(tmp_path / file).network.fc.weight, ours.network.fc.weight
    )


def test_a_name_suggests_a_layout_and_a_word_decides(tmp_path):
    ours = of_torchvision()
    for file in ("own.safetensors", "own", "own.network"):
        ours.save(tmp_path / file)
        assert models.load(tmp_path / file).digest == ours.digest
    ours.save(tmp_path / "own.pth", layout="resnet_viz")
    assert models.load(tmp_path / "own.pth").digest == ours.digest
    ours.save(tmp_path / "half.pth", half=True)
    state = torch.load(tmp_path / "half.pth", weights_only=True)
    assert (state["conv1.weight"].dtype, state["bn1.weight"].dtype) == (
        torch.float16,
        torch.float32,
    )


def test_onnx_is_written_where_a_file_is_called_so(tmp_path):
    onnx = pytest.importorskip("onnx")
    of_torchvision().save(tmp_path / "a.onnx")
    [given] = onnx.load(tmp_path / "a.onnx").graph.input
    assert [size.dim_value for size in given.type.tensor_type.shape.dim][1:] == [3, 64, 64]


def test_what_cannot_be_written_is_said_and_leaves_no_file(tmp_path):
    with pytest.raises(models.ExportError, match="layout"):
        of_torchvision().save(tmp_path / "a.pth", layout="caffe")
    with pytest.raises(models.ExportError, match="leave half out"):
        of_torchvision().save(tmp_path / "a.onnx", half=True)
    assert list(tmp_path.iterdir()) == []
