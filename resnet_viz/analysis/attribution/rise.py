"""RISE: how probable a class is, on average, while a pixel is seen through random masks."""

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

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

MASKS = 512
CELLS = 7
SEEN = 0.5  # share of the cells that are open


def random_masks(
    count: int, size: tuple[int, int], cells: int, seed: int, begin: int = 0, end: int | None = None
) -> "Tensor":
    """Masks of 0 … 1: random grids, enlarged bilinearly and cut out at random (section 3.2).

    Args:
        count: how many there are in all; ``begin`` to ``end`` of them are made.
        size: height and width.

    Returns:
        Shape (end − begin, H, W), on the CPU.
    """
    import torch

    random = torch.Generator().manual_seed(seed)
    grids = (torch.rand(count, cells + 1, cells + 1, generator=random) < SEEN).float()
    shifts = torch.rand(count, 2, generator=random)
    cell = [-(-side // cells) for side in size]
    large = torch.nn.functional.interpolate(
        grids[begin:end, None],
        [(cells + 1) * side for side in cell],
        mode="bilinear",
    )[:, 0]
    corners = (shifts[begin:end] * torch.tensor(cell)).long().tolist()
    return torch.stack(
        [
            mask[top : top + size[0], left : left + size[1]]
            for mask, (top, left) in zip(large, corners, strict=True)
        ]
    )


def rise(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str | None,
    *,
    masks: int = MASKS,
    cells: int = CELLS,
    seed: int = 0,
    progress: Progress | None = None,
) -> Explanation:
    """pᶜ is the class's probability, M a mask that hides in black (the paper's equation 6).

    Of one class rather than another it is what pᵃ − pᵇ leaves above zero. Captum has no RISE.
    """
    import torch

    network = classifier.network
    with torch.no_grad():
        logits = network(pixels)
    question = ask(network, pixels, logits, target)
    black = shade(classifier, pixels)
    height, width = pixels.shape[2:]
    ends: list[Tensor] = []  # the least and the most probable of each batch

    def work(begin: int, end: int) -> "Tensor":
        some = random_masks(masks, (height, width), cells, seed, begin, end).to(pixels)
        with torch.no_grad():
            seen = network(black + some[:, None] * (pixels - black))
            probabilities = question.score(seen.softmax(dim=1))  # (n,)
            ends.append(torch.stack([probabilities.amin(), probabilities.amax()]))
            return (probabilities[:, None, None] * some).sum(dim=0, keepdim=True)  # (1, H, W)

    sums, note = in_batches(work, masks, at_once(pixels), progress)
    heatmap = sums.sum(dim=0) / (SEEN * masks)
    if masks > 1 and not changes(torch.cat(ends), ends[0][0], logits.softmax(dim=1)).any():
        heatmap = torch.zeros_like(heatmap)  # no mask makes a difference, so no place does
    return Explanation(heatmap.clamp(min=0), logits[0], question.target, note)


RISE = Method(
    name="rise",
    title="RISE",
    sentence="How probable the class is while a pixel is seen and random other parts are hidden.",
    paper="Petsiuk et al. 2018, arXiv:1806.07421",
    equation="mean over masks M of pᶜ(x ⊙ M) · M, divided by the share that is seen",
    family="perturbation",
    assumes="Enough masks were drawn for chance to even out.",
    distrust="With few masks, where the map is spotted by chance, and where hidden parts take "
    "every class away: then all pixels get nearly the same.",
    cost=MASKS,
    signed=False,
    needs_layer=False,
    blank="The map is blank: no mask changes the probability of this class, or it is never above "
    "the other one's; choose another class.",
    explain=rise,
    parameters=(
        Parameter(
            name="masks",
            title="Masks",
            sentence="How many are drawn.",
            default=MASKS,
            least=1,
            most=8192,
        ),
        Parameter(
            name="cells",
            title="Cells",
            sentence="Of a mask, in a row.",
            default=CELLS,
            least=2,
            most=32,
        ),
        SEED,
    ),
    slow=True,
)
