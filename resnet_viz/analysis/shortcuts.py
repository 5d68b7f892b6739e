"""What a block's shortcut puts out under each option, when the shapes of x and F(x) differ."""

from PIL import Image
from torch import Tensor, nn, no_grad

from resnet_viz.analysis.anatomy import totals
from resnet_viz.analysis.maps import block_maps
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import build

PROJECTIONS = ("A", "B", "C")


def shortcut_outputs(
    classifier: Classifier, image: Image.Image | Tensor, block: str, seed: int = 0
) -> tuple[Tensor, dict[str, Tensor]]:
    """A block's real input, and what the shortcut of each option makes of it.

    Option A has no weights. The projections of B and C are fresh ones, as training begins with
    them: no trained network has all three.

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
    a = classifier.architecture
    outputs = {}
    for option in PROJECTIONS:
        network = build(a.name, seed=seed, **(a.options | {"shortcut": option})).eval()
        shortcut = network.blocks()[block].downsample
        assert isinstance(shortcut, nn.Module)
        with no_grad():
            outputs[option] = shortcut(x[None])[0]
    return x, outputs


def shortcut_costs(architecture: Architecture, size: int | None = None) -> dict[str, tuple]:
    """Parameters and multiply-adds of the network with each option, by option."""
    return {
        option: totals(architecture.with_options(shortcut=option), size) for option in PROJECTIONS
    }
