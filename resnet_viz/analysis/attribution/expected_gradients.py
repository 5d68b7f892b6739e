"""Expected gradients: integrated gradients from many images instead of from black."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.batches import at_once, in_batches
from resnet_viz.analysis.attribution.method import (
    SEED,
    Explanation,
    Images,
    Method,
    Parameter,
    Progress,
    Target,
)
from resnet_viz.analysis.attribution.pixels import completeness, gap_between
from resnet_viz.analysis.attribution.question import ask
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.wording import several

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

SAMPLES = 128
STEPS = 8  # of the way from each image


def expected_gradients(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    background: "Tensor | None" = None,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Progress | None = None,
) -> Explanation:
    """x′ is drawn from the background, a from 0 … 1 (the paper's equation 4).

    The way from each image is cut into eight equal parts with a point drawn in each, which errs
    less than points drawn anywhere. Captum's GradientShap adds noise to the image and draws from
    PyTorch's own random state. All pixels together make yᶜ(x) less its mean over the background.

    Raises:
        AnalysisError: if the background's images have another shape.
    """
    import torch

    network = classifier.network
    with torch.no_grad():
        logits = network(pixels)
    question = ask(network, pixels, logits, target)
    random = torch.Generator().manual_seed(seed)
    starts = -(-samples // STEPS)
    if background is None:
        images = torch.randn((starts, *pixels.shape[1:]), generator=random)
    elif background.shape[1:] != pixels.shape[1:]:
        raise AnalysisError(
            f"The background's images have shape {tuple(background.shape[1:])}, this one has "
            f"{tuple(pixels.shape[1:])}: preprocess both alike."
        )
    else:
        places = torch.randperm(len(background), generator=random)
        images = background.cpu()[places.repeat(-(-starts // len(places)))[:starts]]
    images = images.to(pixels)
    shares = (torch.arange(STEPS) + torch.rand(starts, STEPS, generator=random)) / STEPS
    shares = shares.flatten().to(pixels)[:, None, None, None]  # (starts · STEPS, 1, 1, 1)
    samples = starts * STEPS

    def work(begin: int, end: int) -> "Tensor":
        start = images[torch.arange(begin, end, device=images.device) // STEPS]
        points = (start + shares[begin:end] * (pixels - start)).requires_grad_()
        (slopes,) = torch.autograd.grad(question.score(network(points)).sum(), points)
        return (slopes * (pixels - start)).sum(dim=(0, 1))[None]  # (1, H, W)

    sums, short = in_batches(work, samples, at_once(pixels, graph=True), progress)
    heatmap = sums.sum(dim=0) / samples

    def judge(begin: int, end: int) -> "Tensor":
        with torch.no_grad():
            return question.score(network(images[begin:end]))

    known, _ = in_batches(judge, starts, at_once(pixels))
    change = (question.score(logits)[0] - known.mean()).item()
    gap = gap_between(heatmap.sum().item(), change)
    note = completeness(
        gap, f"the change of the score from the mean of {several(len(images), 'image')}"
    )
    if background is None:
        note += (
            " No pictures of a data set were given, so these are noise with the mean and deviation "
            "of the network's data."
        )
    return Explanation(heatmap, logits[0], question.target, f"{note} {short}".strip(), gap)


EXPECTED_GRADIENTS = Method(
    name="expected_gradients",
    title="Expected gradients",
    sentence="How much each pixel adds to the class's score (or takes from it) on the way from "
    "other pictures to this one.",
    paper="Erion et al. 2021, arXiv:1906.10670",
    equation="mean over x′ and a of (x − x′) · ∂yᶜ(x′ + a(x − x′))/∂x, summed over the channels",
    family="gradient",
    assumes="The background holds the pictures that this one is compared with.",
    distrust="With a background of another kind than the network's data, and its amounts where the "
    "sum is far off: then take more samples.",
    cost=3 * SAMPLES,
    signed=True,
    needs_layer=False,
    blank="The map is blank: no pixel changes the score of this class; choose another image or "
    "class.",
    explain=expected_gradients,
    parameters=(
        Images(
            name="background",
            title="Background",
            sentence="The pictures to compare with; noise with the mean and deviation of the "
            "network's data without them.",
        ),
        Parameter(
            name="samples",
            title="Samples",
            sentence="Points at which the gradient is taken, eight on the way from each picture.",
            default=SAMPLES,
            least=STEPS,
            most=4096,
        ),
        SEED,
    ),
    slow=True,
)
