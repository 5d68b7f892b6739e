"""Class activation maps beside other libraries' on the same weights, where these are installed.

Definitions differ in two places. Grad-CAM++: equation 19 has the sum of a map times ∂³Y, as here
and in pytorch-grad-cam, whose 10⁻⁶ in the denominator counts once gradients are small; torch-cam
sums the products. Eigen-CAM: the paper decomposes the features as they are, pytorch-grad-cam after
taking off their mean, so ours is compared with its decomposition on features without a mean.
"""

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate

from resnet_viz import analysis
from resnet_viz.analysis.attribution.cams import eigen_cam
from tests.unit.analysis_support import SHALLOW, classifier, image

SIZE, LAYER = 32, "layer3"
TORCHCAM = {
    "grad_cam": "GradCAM",
    "xgrad_cam": "XGradCAM",
    "layer_cam": "LayerCAM",
    "score_cam": "ScoreCAM",
}
PYTORCH_GRAD_CAM = {
    "grad_cam": "GradCAM",
    "grad_cam_plus_plus": "GradCAMPlusPlus",
    "xgrad_cam": "XGradCAM",
    "hires_cam": "HiResCAM",
    "layer_cam": "LayerCAM",
}


def subject(name):
    """A network that sees black where normalised pixels are zero, as the peers hide in zero."""
    one = classifier(name, SIZE, **SHALLOW)
    one.mean, one.std = (0.0,) * 3, (1.0,) * 3
    with torch.no_grad():
        one.network.fc.weight *= 100  # gradients that no constant in a denominator hides
    return one


def alike(first, second):
    return np.corrcoef(np.ravel(first), np.ravel(second))[0, 1]


@pytest.mark.parametrize("name", ["resnet20", "plain20"])
@pytest.mark.parametrize("method", TORCHCAM)
def test_a_map_is_torchcams(method, name):
    peers = pytest.importorskip("torchcam.methods", reason="needs torchcam 0.5")
    one = subject(name)
    pixels = image(SIZE).abs()
    found = analysis.attribute(one, pixels, method, 3, LAYER)
    with getattr(peers, TORCHCAM[method])(one.network, LAYER) as peer:
        logits = one.network(pixels[None].clone().requires_grad_())
        [cam] = peer(3, logits, normalized=False)
    cam = interpolate(cam[None].float().relu(), (SIZE, SIZE), mode="bilinear")[0, 0]
    assert found.heatmap.any()
    assert alike(found.heatmap, cam.detach()) > 0.999


@pytest.mark.parametrize("name", ["resnet20", "plain20"])
@pytest.mark.parametrize("method", PYTORCH_GRAD_CAM)
def test_a_map_is_pytorch_grad_cams(method, name):
    peers = pytest.importorskip(
        "pytorch_grad_cam", reason="needs grad-cam 1.5", exc_type=ImportError
    )
    targets = pytest.importorskip("pytorch_grad_cam.utils.model_targets")
    one = subject(name)
    pixels = image(SIZE).abs()
    found = analysis.attribute(one, pixels, method, 3, LAYER)
    with getattr(peers, PYTORCH_GRAD_CAM[method])(
        one.network, [one.network.get_submodule(LAYER)]
    ) as peer:
        asked = [targets.ClassifierOutputTarget(3)]
        peer(pixels[None].clone().requires_grad_(), asked)
        kept = peer.activations_and_grads
        layers = (kept.activations[0].numpy(), kept.gradients[0].numpy())
        module = peer.target_layers[0]
        cam = peer.get_cam_image(pixels[None], module, asked, *layers, False)  # of the layer's size
    cam = interpolate(torch.tensor(cam)[None].relu(), (SIZE, SIZE), mode="bilinear")[0, 0]
    assert found.heatmap.any()
    assert alike(found.heatmap, cam) > 0.999


def test_a_first_component_is_pytorch_grad_cams():
    peers = pytest.importorskip(
        "pytorch_grad_cam.utils.svd_on_activations",
        reason="needs grad-cam 1.5",
        exc_type=ImportError,
    )
    for shape in ((1, 12, 4, 4), (1, 30, 4, 4)):
        features = torch.randn(shape, generator=torch.Generator().manual_seed(1))
        features -= features.mean(dim=(2, 3), keepdim=True)
        theirs = peers.get_2d_projection(features.numpy().copy())[0]
        ours = eigen_cam(features, torch.zeros_like(features)).numpy()
        assert abs(alike(ours, theirs)) > 0.999
