"""Trained networks can be taken away from where they are shown, and give the same logits."""

import pytest
import torch

from resnet_viz import models
from resnet_viz.errors import UserError
from resnet_viz.models import exporting
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.networks import take_away
from tests.app.runs import end, save, train
from tests.app.support import open_page
from tests.unit.runs_support import config

PATH = shipped_checkpoint("resnet20-digits-seed0")


def offered(app) -> list[str]:
    return [button.proto.label for button in app.get("download_button")]


def images(classifier) -> torch.Tensor:
    size = classifier.input_size
    return torch.randn(2, classifier.architecture.channels, size, size)


def test_the_checkpoint_loads_again_with_the_same_logits_and_torchvisions_names(tmp_path):
    (tmp_path / "taken.safetensors").write_bytes(take_away.checkpoint(PATH))
    taken, known = models.load(tmp_path / "taken.safetensors"), models.load(PATH)
    shown = images(known)
    with torch.no_grad():
        assert torch.equal(taken.network(shown), known.network(shown))
    assert {"conv1.weight", "layer1.0.bn1.running_mean", "fc.bias"} <= {*taken.network.state_dict()}


def test_the_state_dict_loads_into_the_same_network_of_another_program(tmp_path):
    (tmp_path / "taken.pth").write_bytes(take_away.pytorch(PATH))
    state = torch.load(tmp_path / "taken.pth", weights_only=True)
    known = models.load(PATH)
    network = models.build("resnet20").eval()
    network.load_state_dict(state)
    shown = images(known)
    with torch.no_grad():
        assert torch.equal(network(shown), known.network(shown))


def test_the_onnx_file_gives_the_trained_networks_logits():
    onnx = pytest.importorskip("onnx")
    from onnx.reference import ReferenceEvaluator

    known = models.load(PATH)
    shown = images(known)
    graph = onnx.load_from_string(take_away.onnx(PATH))
    [logits] = ReferenceEvaluator(graph).run(None, {"images": shown.numpy()})
    with torch.no_grad():
        expected = known.network.eval()(shown)
    torch.testing.assert_close(torch.from_numpy(logits), expected, rtol=1e-4, atol=1e-4)


def test_the_networks_of_the_pair_are_offered_and_those_of_random_weights_are_not(monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: True)
    labels = offered(open_page("gradients"))
    for name in ("plain-56 on digits", "ResNet-56 on digits"):
        for kind in ("safetensors", "PyTorch", "ONNX"):
            assert f"{name}: network ({kind})" in labels
    fresh = open_page("gradients", right="a fresh network", gradients="on a batch")
    assert len([label for label in offered(fresh) if "network (" in label]) == 3


def test_the_network_of_a_run_is_offered_with_its_curves(store, sleepers, monkeypatch):
    monkeypatch.setattr(exporting, "has_onnx", lambda: False)
    [run] = sleepers.submit(config("resnet20"))
    end(store, train(store, run), "finished")
    app = open_page("curves", runs=run.name)
    assert not [label for label in offered(app) if "network" in label]
    save(run)
    assert f"{run.name}: network (safetensors)" in offered(app.run())
    assert "pip install onnx" in " ".join(caption.value for caption in app.caption)


def test_a_network_that_has_just_been_removed_is_said_so(tmp_path):
    made = take_away._made(take_away.checkpoint, tmp_path / "gone.safetensors", "mine")
    with pytest.raises(UserError, match="mine has just been removed"):
        made()
