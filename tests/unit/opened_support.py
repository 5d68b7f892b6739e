"""Tensors looked at as if they came from a file of another program."""

import pytest
import torch

from resnet_viz import models
from resnet_viz.models import foreign
from resnet_viz.models.tensor_files import Tensors


def hollow(network):
    """A state dict of the same names and shapes that holds a number a tensor."""
    return {
        name: torch.zeros((), dtype=tensor.dtype).expand(tensor.shape)
        for name, tensor in network.state_dict().items()
    }


@pytest.fixture
def opened(monkeypatch):
    """Looks at tensors as if they came from a file, which holds all of their numbers."""

    def look(state, **options):
        tensors = Tensors(state, {}, "", ())
        monkeypatch.setattr(foreign, "read_tensors", lambda *_, **__: tensors)
        return models.import_weights("mine.pth", **options)

    return look
