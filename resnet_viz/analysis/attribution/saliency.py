"""Saliency: which pixels would change a class's score most if they changed a little."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method, Target
from resnet_viz.analysis.attribution.slopes import slopes

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier


def saliency(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str | None
) -> Explanation:
    """i goes over the colour channels of each pixel (the paper's section 3).

    Captum's is the same gradient, behind a second pass for the predicted class.
    """
    found, logits, question = slopes(classifier.network, pixels, target)
    return Explanation(found.abs().amax(dim=1)[0], logits[0], question.target)


SALIENCY = Method(
    name="saliency",
    title="Saliency",
    sentence="Which pixels would change the class's score most if they changed a little.",
    paper="Simonyan et al. 2014, arXiv:1312.6034",
    equation="maxᵢ |∂yᶜ/∂xᵢ|",
    family="gradient",
    assumes="The score is nearly linear in the pixels around this image.",
    distrust="Where the score is flat: a pixel that matters much has no slope once the network is "
    "certain. It says where a change would count, not for or against what.",
    cost=3,
    signed=False,
    needs_layer=False,
    blank="The map is blank: no pixel changes the score of this class, because the gradient "
    "dies out on its way to the image; choose another class or network.",
    explain=saliency,
)
