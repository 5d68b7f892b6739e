"""What the gradient methods share: the gradient of a score by the image's pixels."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Target
from resnet_viz.analysis.attribution.question import Question, ask

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.resnet import ResNet


def slopes(
    network: "ResNet", pixels: "Tensor", target: Target
) -> "tuple[Tensor, Tensor, Question]":
    """The gradient, shape (1, C, H, W), the logits (1, classes), and what was asked.

    Raises:
        AnalysisError: if a logit is not finite.
    """
    import torch

    image = pixels.detach().requires_grad_()
    logits = network(image)
    question = ask(network, pixels, logits, target)
    (found,) = torch.autograd.grad(question.score(logits)[0], image)
    return found, logits.detach(), question
