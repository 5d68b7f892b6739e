"""Input × gradient: how much each pixel adds to a class's score if the network were linear."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method, Target
from resnet_viz.analysis.attribution.pixels import shade
from resnet_viz.analysis.attribution.slopes import slopes

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier


def input_x_gradient(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str | None
) -> Explanation:
    """x′ is the black image.

    Captum multiplies by the normalised pixel, in which the data's mean is zero and black is not:
    the map would then depend on the normalisation, which is no part of the question.
    """
    found, logits, question = slopes(classifier.network, pixels, target)
    heatmap = (found * (pixels - shade(classifier, pixels))).sum(dim=1)[0]
    return Explanation(heatmap, logits[0], question.target)


INPUT_X_GRADIENT = Method(
    name="input_x_gradient",
    title="Input × gradient",
    sentence="How much each pixel would add to the class's score (or take from it) if the network "
    "were linear from black to here.",
    paper="Shrikumar et al. 2016, arXiv:1605.01713",
    equation="(x − x′) · ∂yᶜ/∂x, summed over the channels",
    family="gradient",
    assumes="The score is linear all the way from the black image.",
    distrust="In any deep network its amounts: they do not add up to the score. Black pixels get "
    "nothing, however much they matter.",
    cost=3,
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no pixel changes the score of this class; "
    "choose another image or class.",
    explain=input_x_gradient,
)
