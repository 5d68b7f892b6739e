"""Files for other programs: written by several at once, and refused where they take too much."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from resnet_viz import analysis, models
from resnet_viz.analysis import exporting


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
    with pytest.raises(analysis.AnalysisError, match="4096 × 4096 pixels is too large"):
        exporting.to_onnx(network, 4096)


def test_every_network_of_the_table_can_be_taken_at_its_own_size():
    for row in models.ARCHITECTURES.values():
        assert exporting.fits_onnx(row, row.input_size), row.title
    assert not exporting.fits_onnx(models.ARCHITECTURES["resnet50"], 1024)
