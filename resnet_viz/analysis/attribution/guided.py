"""Guided backpropagation, alone and within Grad-CAM's map."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.cam_pass import cam_pass, drawn
from resnet_viz.analysis.attribution.cams import grad_cam
from resnet_viz.analysis.attribution.method import Explanation, Method, Target
from resnet_viz.analysis.attribution.slopes import slopes

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier

ASSUMES = "Only what excites a neuron counts, and nothing of what holds it down."
DISTRUST = (
    "As an answer to why: the map hardly changes when the weights are drawn at random (Adebayo et "
    "al. 2018, Nie et al. 2018), so it shows edges of the image rather than reasons."
)


def guided_backpropagation(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str | None
) -> Explanation:
    """g is ∂yᶜ/∂x with what comes back to each activation cut off below zero (section 3.4).

    i goes over the colour channels. Captum's does the same for ReLU alone, by hooks that warn each
    time; other activations multiply by their own slope.
    """
    from resnet_viz.analysis.access import hooked
    from resnet_viz.models.choices import ACTIVATIONS

    network = classifier.network
    kind = type(network.act1)

    def guide(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> None:
        output.register_hook(_positive)

    with hooked([module for module in network.modules() if type(module) is kind], guide):
        found, logits, question = slopes(network, pixels, target)
    name = network.architecture.activation
    said = f"Its rule was made for ReLU; here it is applied to {ACTIVATIONS[name].title}."
    note = "" if name == "relu" else said
    return Explanation(found.abs().amax(dim=1)[0], logits[0], question.target, note)


def guided_grad_cam(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str
) -> Explanation:
    """|g| is the map of guided backpropagation (the paper's section 3.2)."""
    coarse = cam_pass(classifier, pixels, target, [layer])
    cam = drawn(grad_cam(coarse.activations[layer], coarse.gradients[layer]), pixels)
    fine = guided_backpropagation(classifier, pixels, target, None)
    return Explanation(fine.heatmap * cam, fine.logits, fine.target, fine.note)


def _positive(gradient: "Tensor") -> "Tensor":
    return gradient.clamp(min=0)


GUIDED_BACKPROPAGATION = Method(
    name="guided_backpropagation",
    title="Guided backpropagation",
    sentence="Which pixels excite the neurons on the way to the class; sharp, but nearly the same "
    "for random weights.",
    paper="Springenberg et al. 2015, arXiv:1412.6806",
    equation="maxᵢ |gᵢ|, g the gradient with ReLU at each activation on its way back",
    family="gradient",
    assumes=ASSUMES,
    distrust=DISTRUST,
    cost=3,
    signed=False,
    needs_layer=False,
    blank="The map is blank: nothing that excites a neuron comes back to the image for this class; "
    "choose another class or network.",
    explain=guided_backpropagation,
)
GUIDED_GRAD_CAM = Method(
    name="guided_grad_cam",
    title="Guided Grad-CAM",
    sentence="The edges that guided backpropagation draws, where Grad-CAM speaks for the class.",
    paper="Selvaraju et al. 2017, arXiv:1610.02391",
    equation="Grad-CAM, enlarged ⊙ maxᵢ |gᵢ|, g as in guided backpropagation",
    family="gradient",
    assumes=f"What Grad-CAM assumes, and: {ASSUMES[0].lower()}{ASSUMES[1:]}",
    distrust=f"Within the place that Grad-CAM marks: {DISTRUST[0].lower()}{DISTRUST[1:]}",
    cost=5,
    signed=False,
    needs_layer=True,
    blank="The map is blank: nowhere in {layer} do the features speak for this class, or nothing "
    "that excites a neuron comes back from there; choose another layer or class.",
    explain=guided_grad_cam,
)
