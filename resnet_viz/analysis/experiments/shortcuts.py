"""What a block's shortcut puts out under each option, when the shapes of x and F(x) differ."""

from math import prod

import torch
from PIL import Image
from torch import Tensor, nn

from resnet_viz.analysis.maps_of_blocks import block_maps
from resnet_viz.analysis.structure.layers import totals
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.layers import Block, shortcut
from resnet_viz.models.resnet import initialise
from resnet_viz.models.seeding import seeded

PROJECTIONS = ("A", "B", "C")


def shortcut_outputs(
    classifier: Classifier, image: Image.Image | Tensor, block: str, seed: int = 0
) -> tuple[Tensor, dict[str, Tensor]]:
    """A block's real input, and what the shortcut of each option makes of it.

    Option A has no weights, and cannot take channels away: it is left out where F(x) has fewer than
    x. The projections of B and C are fresh ones, as training begins with them: no trained network
    has all three.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        block: the name of a block of a residual network, such as ``layer2.0``.
        seed: of the projections' weights.

    Returns:
        x of shape (K, h, w), and by option the shortcut's output, of the shape of F(x).

    Raises:
        AnalysisError: if there is no such block.
    """
    x = block_maps(classifier, image, block)[block].x  # (K, h, w)
    at = classifier.network.blocks()[block]
    with torch.no_grad():
        return x, {
            option: module(x[None])[0]
            for option, module in _fresh(classifier.architecture, at, seed).items()
        }


def _fresh(a: Architecture, block: Block, seed: int) -> dict[str, nn.Module]:
    """The shortcut of each option that a block can have, with random weights."""
    convolutions = [child for child in block.children() if isinstance(child, nn.Conv2d)]
    channels_in, channels_out = convolutions[0].in_channels, convolutions[-1].out_channels
    stride = prod(convolution.stride[0] for convolution in convolutions)
    found = {}
    for option in PROJECTIONS:
        if option == "A" and channels_out < channels_in:
            continue
        with seeded(seed):
            module = shortcut(a, option, channels_in, channels_out, stride)
            initialise(module, a.activation)
        found[option] = module.eval()
    return found


def shortcut_costs(architecture: Architecture, size: int | None = None) -> dict[str, tuple]:
    """Parameters and multiply-adds of the network with each option, by option."""
    return {option: totals(architecture.with_shortcut(option), size) for option in PROJECTIONS}
