"""Grad-CAM: where the features of a layer speak for a class."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method
from resnet_viz.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier


def grad_cam(
    classifier: "Classifier", pixels: "Tensor", target: int | None, layer: str | None
) -> Explanation:
    """Aᵏ are the layer's maps, yᶜ is the class's logit (the paper's equations 1 and 2).

    The map is brought to the input's size bilinearly. The layer's output is cut from what came
    before and asks for its gradient there, so that all below runs without a graph and the backward
    pass ends at the layer.

    Raises:
        AnalysisError: if the layer puts out no maps.
    """
    import torch

    from resnet_viz.analysis.access import hooked, module_named
    from resnet_viz.analysis.checked import chosen_class

    assert layer is not None
    network = classifier.network
    maps: list[Tensor] = []

    def cut(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> "Tensor":
        maps.append(output.detach().requires_grad_())
        return maps[0]

    with hooked([module_named(network, layer)], cut):
        logits = network(pixels)
    activations = maps[0]
    if activations.dim() != 4:
        raise AnalysisError(
            f"Grad-CAM needs a layer that puts out maps, which {layer} does not; "
            f"choose one such as {network.stages[-1]}."
        )
    chosen = chosen_class(network, pixels, logits, target)
    (gradients,) = torch.autograd.grad(logits[0, chosen], activations)
    with torch.no_grad():
        weights = gradients.mean(dim=(2, 3), keepdim=True)  # (1, K, 1, 1)
        heatmap = (weights * activations).sum(dim=1, keepdim=True).relu()  # (1, 1, h, w)
        heatmap = torch.nn.functional.interpolate(heatmap, pixels.shape[2:], mode="bilinear")
    return Explanation(heatmap[0, 0], logits.detach()[0], chosen)


GRAD_CAM = Method(
    name="grad_cam",
    title="Grad-CAM",
    sentence="Where the features of a layer speak for the class.",
    paper="Selvaraju et al. 2017, arXiv:1610.02391",
    equation="ReLU(Σₖ αₖ Aᵏ), αₖ the spatial mean of ∂yᶜ/∂Aᵏ",
    signed=False,
    needs_layer=True,
    blank="The map is blank: nowhere in {layer} do the features speak for this class; "
    "choose another layer or class.",
    explain=grad_cam,
)
