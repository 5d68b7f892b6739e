"""What is taken away of an architecture is that very network: its code, its layout, its ONNX."""

import subprocess
import sys

import pytest
import streamlit as st
import torch

from resnet_viz import analysis, models
from resnet_viz.analysis import exporting as listing
from resnet_viz.models import exporting
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.ui.topics import architecture_exports
from tests.app.support import ROOT, open_page, seen, texts

TAKEN_AWAY = (
    ARCHITECTURES["resnet56"],
    ARCHITECTURES["resnet18"].with_options(
        blocks=(1, 1), widths=(16, 32), norm="group", shortcut="C"
    ),
    ARCHITECTURES["resnext50_32x4d"].with_options(groups=16, width_per_group=8, classes=10),
)


def test_the_snippet_builds_the_very_network():
    snippets = [architecture_exports.snippet(architecture) for architecture in TAKEN_AWAY]
    # Each with names of its own, all in one process: torch takes longer than the networks.
    code = f"""for snippet in {snippets!r}:
        names = {{}}
        exec(snippet, names)
        print(names["network"].architecture)"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == [
        line
        for architecture in TAKEN_AWAY
        for line in (str(analysis.totals(architecture)[0]), str(architecture))
    ]


def test_the_layout_is_that_of_the_state_dict():
    network = models.build("resnet20", shortcut="B")
    layout = listing.state_layout(network.architecture)
    state = network.state_dict()
    assert dict(zip(layout["name"], layout["shape"], strict=True)) == {
        key: tuple(value.shape) for key, value in state.items()
    }
    trained = layout[layout["kind"] == "parameter"]
    assert list(trained["name"]) == [key for key, _ in network.named_parameters()]
    assert trained["values"].sum() == sum(p.numel() for p in network.parameters())


def test_onnx_is_offered_where_its_package_is_and_said_where_not(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: False)
    assert "package onnx is not installed" in texts(open_page("architecture", export="true"))
    with pytest.raises(models.ExportError, match="pip install onnx"):
        exporting.to_onnx(models.build("resnet20"), 32)
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    app = open_page("architecture", export="true")
    assert "is not installed" not in texts(app)
    assert "ONNX, random weights" in [button.label for button in app.get("download_button")]


def test_onnx_is_not_offered_of_a_network_too_large_for_the_server(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    wide = {"base": "resnet50", "width_per_group_resnet50": "256"}
    app = open_page("architecture", show="your own", export="true", **wide)
    assert "ONNX: not here, because the network has more than 120,000,000 weights" in texts(app)
    assert "ONNX, random weights" not in [button.label for button in app.get("download_button")]


def test_onnx_is_not_offered_for_an_image_too_large_for_the_server(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    link = {"show": "any network", "net": "resnet50", "beside": "none: alone", "export": "true"}
    app = open_page("architecture", **link, size_224="4096")
    assert "ONNX: not here for images of 4096 × 4096 pixels" in texts(app)
    assert not [button for button in app.get("download_button") if "ONNX" in button.label]
    app.number_input(key="size_224").set_value(224)
    app = seen(app.run(), "architecture")
    assert [button for button in app.get("download_button") if "ONNX" in button.label]


def test_what_is_taken_away_is_called_after_the_network_and_listed_once(monkeypatch):
    names, listed = [], []
    offer, read = st.download_button, listing.state_layout

    def note(label, data, file_name=None, *args, **more):
        names.append(file_name)
        return offer(label, data, file_name, *args, **more)

    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    monkeypatch.setattr(st, "download_button", note)
    monkeypatch.setattr(listing, "state_layout", lambda a: listed.append(a) or read(a))
    architecture_exports.layout.clear()
    custom = {"show": "your own", "base": "resnet20", "norm_resnet20": "group", "export": "true"}
    app = open_page("architecture", **custom)
    assert "resnet-20-normalisation-group.onnx" in names
    app.segmented_control(key="layers").set_value("ResNet-20")
    app = seen(app.run(), "architecture")
    assert "resnet-20.onnx" in names
    seen(app.run(), "architecture")
    assert len(listed) == 2  # a list a network, however often the page is drawn


def test_an_onnx_file_gives_the_networks_logits():
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    network = models.build("resnet20", seed=0)
    graph = onnx.load_from_string(exporting.to_onnx(network, 8))
    onnx.checker.check_model(graph)
    images = torch.randn(2, 3, 8, 8)
    [logits] = ReferenceEvaluator(graph).run(None, {"images": images.numpy()})
    with torch.no_grad():
        torch.testing.assert_close(torch.from_numpy(logits), network(images), rtol=1e-4, atol=1e-4)
