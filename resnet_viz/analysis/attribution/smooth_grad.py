"""SmoothGrad: the mean slope at many images that differ from this one by noise."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.batches import at_once, in_batches
from resnet_viz.analysis.attribution.method import (
    SEED,
    Explanation,
    Method,
    Parameter,
    Progress,
    Target,
)
from resnet_viz.analysis.attribution.question import ask

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

NOISE = 0.15
SAMPLES = 50


def smooth_grad(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    noise: float = NOISE,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Progress | None = None,
) -> Explanation:
    """ε is normal with a deviation of ``noise`` of the image's range (the paper's section 3).

    i goes over the colour channels, as for saliency. Captum's NoiseTunnel draws from PyTorch's own
    random state, which all visitors share, and cannot be cancelled.
    """
    import torch

    network = classifier.network
    with torch.no_grad():
        logits = network(pixels)
    question = ask(network, pixels, logits, target)
    deviation = noise * (pixels.amax() - pixels.amin())
    random = torch.Generator().manual_seed(seed)

    def work(begin: int, end: int) -> "Tensor":
        drawn = torch.randn((end - begin, *pixels.shape[1:]), generator=random).to(pixels)
        images = (pixels + deviation * drawn).requires_grad_()
        (found,) = torch.autograd.grad(question.score(network(images)).sum(), images)
        return found.sum(dim=0, keepdim=True)  # (1, C, H, W)

    sums, note = in_batches(work, samples, at_once(pixels, graph=True), progress)
    if not deviation:
        note = "The image has one value, so its noise is none and this is plain saliency. " + note
    heatmap = (sums.sum(dim=0) / samples).abs().amax(dim=0)
    return Explanation(heatmap, logits[0], question.target, note.strip())


SMOOTH_GRAD = Method(
    name="smooth_grad",
    title="SmoothGrad",
    sentence="Which pixels would change the class's score, on average over images with a little "
    "noise.",
    paper="Smilkov et al. 2017, arXiv:1706.03825",
    equation="maxᵢ |mean over ε of ∂yᶜ(x + ε)/∂xᵢ|",
    family="gradient",
    assumes="A little noise leaves the class as it is, and what its gradients have in common is "
    "what counts.",
    distrust="Where the noise changes the prediction: then it explains other answers. A smooth map "
    "is not a truer one.",
    cost=3 * SAMPLES,
    signed=False,
    needs_layer=False,
    blank="The map is blank: no pixel changes the score of this class, because the gradient "
    "dies out on its way to the image; choose another class or network.",
    explain=smooth_grad,
    parameters=(
        Parameter(
            name="noise",
            title="Noise",
            sentence="Its standard deviation, as a share of the range of the image's values.",
            default=NOISE,
            least=0.0,
            most=1.0,
        ),
        Parameter(
            name="samples",
            title="Samples",
            sentence="Over how many noisy images the gradient is averaged.",
            default=SAMPLES,
            least=1,
            most=512,
        ),
        SEED,
    ),
    slow=True,
)
