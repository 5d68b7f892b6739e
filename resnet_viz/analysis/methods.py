"""The attribution methods, one function each: which pixels speak for a class?"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from resnet_viz.analysis.inspection import AnalysisError, check_scores, hooked, module_named
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet

STEPS = 32  # of the integral, after Gauss and Legendre
PIXELS_AT_ONCE = 4 * 224 * 224  # bounds the memory of the integral's graph: 4 images of 224×224
WIDEST_GAP = 0.1  # of the score's change, before a map by integration is called inexact


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a method finds.

    Attributes:
        heatmap: shape (H, W), the input's size.
        logits: shape (classes,).
        target: index of the class that the map is about.
        note: a sentence on how far to trust the map; empty where there is nothing to say.
    """

    heatmap: Tensor
    logits: Tensor
    target: int
    note: str = ""


def grad_cam(
    classifier: Classifier, pixels: Tensor, target: int | None, layer: str | None
) -> Explanation:
    """Grad-CAM: ReLU(Σₖ αₖ Aᵏ), αₖ the spatial mean of ∂yᶜ/∂Aᵏ.

    Selvaraju et al. 2017 (arXiv:1610.02391), equations 1 and 2. Aᵏ are the layer's maps, yᶜ is the
    class's logit; the map is brought to the input's size bilinearly.

    The layer's output is cut from what came before and asks for its gradient there, so that all
    below runs without a graph and the backward pass ends at the layer.
    """
    assert layer is not None
    network = classifier.network
    maps: list[Tensor] = []

    def cut(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
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
    target = _target(network, pixels, logits, target)
    (gradients,) = torch.autograd.grad(logits[0, target], activations)
    with torch.no_grad():
        weights = gradients.mean(dim=(2, 3), keepdim=True)  # (1, K, 1, 1)
        heatmap = (weights * activations).sum(dim=1, keepdim=True).relu()  # (1, 1, h, w)
        heatmap = nn.functional.interpolate(heatmap, pixels.shape[2:], mode="bilinear")
    return Explanation(heatmap[0, 0], logits.detach()[0], target)


def saliency(
    classifier: Classifier, pixels: Tensor, target: int | None, layer: str | None
) -> Explanation:
    """Saliency: maxᵢ |∂yᶜ/∂xᵢ| over the colour channels i of each pixel.

    Simonyan et al. 2014 (arXiv:1312.6034), section 3. Computed with Captum.
    """
    from captum.attr import Saliency

    network = classifier.network
    scores: list[Tensor] = []

    def score(x: Tensor) -> Tensor:
        scores.append(network(x))
        return scores[0][:, _target(network, x, scores[0], target)]

    slopes = Saliency(score).attribute(pixels.requires_grad_())  # (1, C, H, W), absolute
    logits = scores[0].detach()
    return Explanation(slopes.amax(dim=1)[0], logits[0], _target(network, pixels, logits, target))


def integrated_gradients(
    classifier: Classifier,
    pixels: Tensor,
    target: int | None,
    layer: str | None,
    *,
    steps: int = STEPS,
) -> Explanation:
    """Integrated gradients: (x − x′) · ∫₀¹ ∂yᶜ(x′ + a(x − x′))/∂x da, summed over the channels.

    Sundararajan et al. 2017 (arXiv:1703.01365), equation 1; x′ is the black image. Signed: negative
    pixels speak against the class. All pixels together make yᶜ(x) − yᶜ(x′) (completeness, their
    proposition 1); the note says so where the sum of a finite number of steps misses it by a tenth.
    Computed with Captum.
    """
    from captum.attr import IntegratedGradients

    network = classifier.network
    black = -pixels.new_tensor(classifier.mean) / pixels.new_tensor(classifier.std)  # (C,)
    black = black[None, :, None, None].expand_as(pixels)  # (1, C, H, W)
    with torch.no_grad():
        logits = network(torch.cat([pixels, black]))  # (2, classes)
    chosen = _target(network, pixels, logits, target)
    attributions = IntegratedGradients(lambda x: network(x)[:, chosen]).attribute(
        pixels,
        baselines=black,
        n_steps=steps,
        internal_batch_size=min(steps, max(1, PIXELS_AT_ONCE // pixels[0, 0].numel())),
    )
    heatmap = attributions.detach().to(pixels.dtype).sum(dim=1)[0]  # (H, W)
    change = (logits[0, chosen] - logits[1, chosen]).item()
    gap = abs(heatmap.double().sum().item() - change) / max(abs(change), 1e-6)
    note = (
        f"Inexact: the pixels' sum is {100 * gap:.0f} % off the change of the score from the black "
        "image to this one, so compare places, not amounts."
    )
    return Explanation(heatmap, logits[0], chosen, note if gap > WIDEST_GAP else "")


def _target(network: ResNet, pixels: Tensor, logits: Tensor, target: int | None) -> int:
    """The class asked for, or the most probable one of the first image."""
    check_scores(network, pixels, logits)
    return int(logits[0].argmax()) if target is None else target
