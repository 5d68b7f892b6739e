"""What class activation maps share: the layers' maps and their gradients, from one pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Target
from resnet_viz.analysis.attribution.question import Question, ask
from resnet_viz.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import ResNet


@dataclass(frozen=True, eq=False)
class CamPass:
    """One forward and one backward pass of an image.

    Attributes:
        activations: of each layer by name, shape (1, K, h, w).
        gradients: of the score with respect to them; zeros where none was asked for.
        logits: shape (1, classes).
    """

    activations: "dict[str, Tensor]"
    gradients: "dict[str, Tensor]"
    logits: "Tensor"
    question: Question


def cam_pass(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layers: Sequence[str],
    *,
    backward: bool = True,
) -> CamPass:
    """Run an image once; the backward pass ends at the first of the layers.

    A layer's output is cut from what came before and asks for its gradient there, so that all below
    runs without a graph.

    Raises:
        AnalysisError: if a layer puts out no maps, or maps of one pixel.
    """
    import torch

    from resnet_viz.analysis.access import hooked, module_named

    network = classifier.network
    names = {module_named(network, layer): layer for layer in layers}
    maps: dict[str, Tensor] = {}

    def cut(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> "Tensor":
        # A view is a place of its own in the graph, also where the output is the input (Identity).
        apart = output.view_as(output) if output.requires_grad else output.detach().requires_grad_()
        return maps.setdefault(names[module], apart)

    with hooked(names, cut):
        logits = network(pixels)
    for layer in layers:
        check_layer(network, layer, maps[layer])
    question = ask(network, pixels, logits, target)
    asked = list(maps.values())
    slopes = (
        torch.autograd.grad(question.score(logits)[0], asked)
        if backward
        else tuple(map(torch.zeros_like, asked))
    )
    return CamPass(
        {layer: values.detach() for layer, values in maps.items()},
        dict(zip(maps, slopes, strict=True)),
        logits.detach(),
        question,
    )


def check_layer(network: "ResNet", layer: str, output: "Tensor") -> None:
    """See that a layer's output can say where something is.

    Raises:
        AnalysisError: if it is no map, or one of a single pixel.
    """
    if output.dim() != 4:
        raise AnalysisError(
            f"A class activation map needs a layer that puts out maps, which {layer} does not; "
            f"choose one such as {network.stages[-1]}."
        )
    if output.shape[2:].numel() == 1:
        raise AnalysisError(
            f"The maps of {layer} are of one pixel, which says nothing of where: choose an earlier "
            f"layer, such as {network.stages[0]}."
        )


def drawn(cam: "Tensor", pixels: "Tensor") -> "Tensor":
    """What of a map (h, w) speaks for the class, brought to an image's size bilinearly: (H, W)."""
    import torch

    large = torch.nn.functional.interpolate(
        cam.relu()[None, None], pixels.shape[2:], mode="bilinear"
    )
    return large[0, 0]
