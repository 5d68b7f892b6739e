"""KernelSHAP: the Shapley values of an image's superpixels."""

from math import comb
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
from resnet_viz.analysis.attribution.pixels import changes, shade
from resnet_viz.analysis.attribution.question import ask
from resnet_viz.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

SEGMENTS = 50
SAMPLES = 512
# How square superpixels are: scikit-image's own, and more where noise would join all into one.
COMPACTNESS = (10.0, 100.0, 1000.0)


def superpixels(classifier: "Classifier", pixels: "Tensor", segments: int) -> "Tensor":
    """SLIC superpixels of an image (Achanta et al. 2012), as the numbers 0 … n − 1: (H, W)."""
    import numpy as np
    import torch
    from skimage.segmentation import slic

    picture = np.asarray(classifier.picture(pixels[0]).convert("RGB"))
    for compactness in COMPACTNESS:
        found = slic(picture, segments, compactness, start_label=0)
        if found.max() >= segments // 2:
            break
    return torch.from_numpy(np.unique(found, return_inverse=True)[1].reshape(found.shape))


def kernel_shap(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    segments: int = SEGMENTS,
    samples: int = SAMPLES,
    seed: int = 0,
    progress: Progress | None = None,
) -> Explanation:
    """S goes over sets of superpixels that are seen, the others black; φ is the best line's slope.

    The weights are those of the paper's theorem 2, and the φ add up to yᶜ(x) − yᶜ(x′) by
    construction. Where there are no more sets than samples all are taken, and φ is exact; else each
    set is drawn with its complement. Each pixel has the value of its superpixel.

    Captum's KernelShap draws from PyTorch's own random state, which all visitors share.

    Raises:
        AnalysisError: if there are fewer samples than superpixels.
    """
    import torch

    network = classifier.network
    black = shade(classifier, pixels)
    with torch.no_grad():
        logits = network(torch.cat([pixels, black]))
    question = ask(network, pixels, logits, target)
    scores = question.score(logits)
    total = changes(scores[:1], scores[1:], logits).item()
    labels = superpixels(classifier, pixels, segments)
    parts = int(labels.max()) + 1
    if samples < parts:
        raise AnalysisError(
            f"{parts} superpixels need at least {parts} samples, not {samples}: take more samples "
            "or fewer superpixels."
        )
    seen, weights = coalitions(parts, samples, seed)  # (n, parts), (n,)
    places = labels.to(pixels.device)

    def work(begin: int, end: int) -> "Tensor":
        masks = seen[begin:end].to(pixels)[:, places]  # (n, H, W)
        with torch.no_grad():
            return question.score(network(black + masks[:, None] * (pixels - black)))

    found, short = in_batches(work, len(seen), at_once(pixels), progress)
    gained = changes(found, scores[1:], logits).double().cpu()
    values = shapley_values(seen, weights, gained, total)
    note = f"{parts} superpixels, judged by {len(seen):,} sets of them. {short}".strip()
    return Explanation(values[labels].to(pixels), logits[0], question.target, note)


def coalitions(parts: int, samples: int, seed: int) -> "tuple[Tensor, Tensor]":
    """Sets of parts with their weights: all but none and everything, or as many as samples.

    Returns:
        Which parts are in each, shape (n, parts), and weights, shape (n,).
    """
    import torch

    if parts == 1:
        return torch.ones(1, 1), torch.ones(1)
    if 2**parts - 2 <= samples:
        numbers = torch.arange(1, 2**parts - 1)
        seen = (numbers[:, None] >> torch.arange(parts)) & 1
        weights = [
            (parts - 1) / (comb(parts, size) * size * (parts - size))
            for size in seen.sum(dim=1).tolist()
        ]
        return seen.float(), torch.tensor(weights)
    random = torch.Generator().manual_seed(seed)
    sizes = torch.arange(1, parts)
    drawn = torch.multinomial(
        1 / (sizes * (parts - sizes)), (samples + 1) // 2, replacement=True, generator=random
    )
    ranks = torch.rand(len(drawn), parts, generator=random).argsort(dim=1).argsort(dim=1)
    seen = ranks < sizes[drawn][:, None]
    seen = torch.stack([seen, ~seen], dim=1).flatten(0, 1)[:samples]
    return seen.float(), torch.ones(len(seen))


def shapley_values(seen: "Tensor", weights: "Tensor", gained: "Tensor", total: float) -> "Tensor":
    """The weighted least squares with a sum that is given, which stands for the last part.

    Args:
        gained: by the score over that of the black image, for each set.
        total: for everything together.

    Returns:
        One a part, float64.
    """
    import torch

    seen, root = seen.double(), weights.double().sqrt()
    if seen.shape[1] == 1:
        return torch.tensor([total], dtype=torch.float64)
    last = seen[:, -1]
    rows = (seen[:, :-1] - last[:, None]) * root[:, None]
    wanted = (gained - last * total) * root
    first = torch.linalg.lstsq(rows, wanted[:, None], driver="gelsd").solution[:, 0]
    return torch.cat([first, total - first.sum(dim=0, keepdim=True)])


KERNEL_SHAP = Method(
    name="kernel_shap",
    title="KernelSHAP",
    sentence="How much each superpixel adds to the class's score (or takes from it), fairly shared "
    "among all sets of them.",
    paper="Lundberg & Lee 2017, arXiv:1705.07874",
    equation="min over φ of Σ over S of w(S) (yᶜ(x of S) − yᶜ(x′) − Σ over i in S of φᵢ)²",
    family="perturbation",
    assumes="Superpixels are the parts that the network sees, and black stands for a missing one.",
    distrust="With few samples for many superpixels, and where a superpixel joins object and "
    "background.",
    cost=SAMPLES,
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no superpixel changes the score of this class; "
    "choose another image or class.",
    explain=kernel_shap,
    parameters=(
        Parameter(
            name="segments",
            title="Superpixels",
            sentence="About how many.",
            default=SEGMENTS,
            least=2,
            most=200,
        ),
        Parameter(
            name="samples",
            title="Samples",
            sentence="How many sets of superpixels are judged.",
            default=SAMPLES,
            least=16,
            most=8192,
        ),
        SEED,
    ),
    slow=True,
)
