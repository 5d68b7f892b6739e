"""Saliency: which pixels would change a class's score most if they changed a little."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier


def saliency(
    classifier: "Classifier", pixels: "Tensor", target: int | None, layer: str | None
) -> Explanation:
    """i goes over the colour channels of each pixel (the paper's section 3); with Captum."""
    from captum.attr import Saliency

    from resnet_viz.analysis.checked import chosen_class

    network = classifier.network
    scores: list[Tensor] = []

    def score(x: "Tensor") -> "Tensor":
        scores.append(network(x))
        return scores[0][:, chosen_class(network, x, scores[0], target)]

    slopes = Saliency(score).attribute(pixels.requires_grad_())  # (1, C, H, W), absolute
    logits = scores[0].detach()
    chosen = chosen_class(network, pixels, logits, target)
    return Explanation(slopes.amax(dim=1)[0], logits[0], chosen)


SALIENCY = Method(
    name="saliency",
    title="Saliency",
    sentence="Which pixels would change the class's score most if they changed a little.",
    paper="Simonyan et al. 2014, arXiv:1312.6034",
    equation="maxᵢ |∂yᶜ/∂xᵢ|",
    signed=False,
    needs_layer=False,
    blank="The map is blank: no pixel changes the score of this class, because the gradient "
    "dies out on its way to the image; choose another class or network.",
    explain=saliency,
)
