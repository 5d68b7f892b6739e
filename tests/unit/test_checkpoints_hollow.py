"""Networks without numbers, which a checkpoint's tensors fill."""

import pytest
import torch

from resnet_viz import models
from resnet_viz.models.architecture import named
from resnet_viz.models.checkpoint import hollow
from resnet_viz.models.resnet import ResNet

OTHERS = {
    "of group normalisation, with dropout in its shortcuts": {
        "name": "resnet20",
        "norm": "group",
        "shortcut_dropout": 0.1,
        "blocks": (1, 4, 3),
    },
    "scaled and gelu": {"name": "resnet32", "branch_scale": 0.5, "activation": "gelu"},
    "without normalisation": {"name": "plain56", "norm": "none"},
}
EVERY = [{"name": name} for name in models.ARCHITECTURES] + list(OTHERS.values())


@pytest.mark.parametrize("options", EVERY)
def test_a_hollow_network_is_the_one_that_is_built(options):
    architecture = named(options["name"], {k: v for k, v in options.items() if k != "name"})
    with torch.device("meta"):
        built = ResNet(architecture)

    found = hollow(architecture)

    assert repr(found) == repr(built)
    assert found.architecture == architecture
    shapes = [
        {name: (tensor.shape, tensor.dtype) for name, tensor in network.state_dict().items()}
        for network in (found, built)
    ]
    assert list(shapes[0].items()) == list(shapes[1].items())
    assert all(tensor.is_meta for tensor in found.state_dict().values())


def test_no_two_blocks_of_a_hollow_network_share_anything():
    network = hollow(models.ARCHITECTURES["resnet56"])

    tensors = [*network.parameters(), *network.buffers()]
    assert len(tensors) == len(network.state_dict())
    modules = list(network.modules())
    assert len({id(module) for module in modules}) == len(
        list(ResNet(network.architecture).modules())
    )
    kept = [
        value for one in modules for value in vars(one).values() if isinstance(value, dict | set)
    ]
    assert len({id(value) for value in kept}) == len(kept)
