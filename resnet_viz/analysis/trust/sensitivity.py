"""Sensitivity: how much of a map changes under noise that leaves the prediction alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resnet_viz import checks
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.trust.check import Check

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.models.classifier import Classifier

SENSITIVITY = Check(
    name="sensitivity",
    title="Sensitivity",
    sentence="The largest change of the map, as a share of its size, under noise that is too weak "
    "to be seen and leaves the predicted class alone.",
    better="lower",
    paper="Yeh et al. 2019, arXiv:1901.09392",
    bias="A map that ignores the picture, such as the centred Gaussian, is not sensitive at all.",
)
RADIUS = 0.02
SAMPLES = 10


@dataclass(frozen=True)
class Sensitivity:
    """What noise did to a map.

    Attributes:
        largest: the largest ‖φ(x + δ) − φ(x)‖₂ / ‖φ(x)‖₂; NaN where all noise changed the
            prediction, or the map is blank.
        kept: how many samples of the noise left the predicted class alone.
        samples: of the noise.
    """

    largest: float
    kept: int
    samples: int


def sensitivity(
    classifier: "Classifier",
    image: "Image.Image | Tensor",
    method: str,
    target: "Target" = None,
    layer: "str | Sequence[str] | None" = None,
    *,
    radius: float = RADIUS,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Sensitivity:
    """Max-sensitivity of a method at a picture (the paper's definition 3, as a share).

    Args:
        image, method, target, layer, options: as `analysis.attribute` takes them.
        radius: of the noise, uniform in each channel of each pixel, whose range is 1.
        samples: of the noise.
        progress: told the samples that are done and of how many.

    Raises:
        AnalysisError: as `analysis.attribute`, or if a number makes no sense.
    """
    import torch

    from resnet_viz.analysis.attribution.explaining import attribute
    from resnet_viz.analysis.checked import batch_of_one

    checks.whole("The number of samples", samples, least=1, most=200, error=AnalysisError)
    checks.number("The radius", radius, most=1, above=True, error=AnalysisError)
    [pixels] = batch_of_one(classifier, image)
    whole = attribute(classifier, pixels, method, target, layer, **options)
    predicted, size = int(whole.probabilities.argmax()), whole.heatmap.norm().item()
    generator = torch.Generator().manual_seed(seed)
    std = torch.tensor(classifier.std)[:, None, None]
    changes = []
    for done in range(samples):
        noise = (2 * torch.rand(pixels.shape, generator=generator) - 1) * radius / std
        noisy = pixels + noise.to(pixels)
        found = attribute(classifier, noisy, method, whole.question, layer, **options)
        if int(found.probabilities.argmax()) == predicted and size:
            changes.append((found.heatmap - whole.heatmap).norm().item() / size)
        if progress:
            progress(done + 1, samples)
    return Sensitivity(max(changes, default=float("nan")), len(changes), samples)
