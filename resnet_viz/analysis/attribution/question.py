"""What is asked of a network: the score of a class, or of one class rather than another."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Target

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.resnet import ResNet


@dataclass(frozen=True)
class Question:
    """The score yᶜ of a class c, or yᵃ − yᵇ: why a rather than b."""

    target: int
    rather_than: int | None = None

    def score(self, logits: "Tensor") -> "Tensor":
        """Of each image: (N, classes) to (N,)."""
        score = logits[:, self.target]
        return score if self.rather_than is None else score - logits[:, self.rather_than]


def ask(network: "ResNet", pixels: "Tensor", logits: "Tensor", target: Target) -> Question:
    """The question about an image, whose logits say which class is the predicted one.

    Raises:
        AnalysisError: if a logit is not finite.
    """
    from resnet_viz.analysis.checked import chosen_class

    target, rather_than = target if isinstance(target, tuple) else (target, None)
    return Question(chosen_class(network, pixels, logits, target), rather_than)
