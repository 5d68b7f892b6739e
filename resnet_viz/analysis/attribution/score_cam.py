"""Score-CAM: what each channel alone lets the network see of the image."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.batches import at_once, in_batches
from resnet_viz.analysis.attribution.cam_pass import cam_pass, drawn
from resnet_viz.analysis.attribution.method import (
    Explanation,
    Method,
    Parameter,
    Progress,
    Target,
)
from resnet_viz.analysis.attribution.pixels import changes, shade

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models.classifier import Classifier

CHANNELS = 256


def score_cam(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str,
    *,
    channels: int = CHANNELS,
    progress: Progress | None = None,
) -> Explanation:
    """Hᵏ is the map of a channel, enlarged and scaled to 0 … 1, through which the image is seen.

    What it hides is black (the paper's equations 3 to 6 and algorithm 1). Where all scores are the
    same, no channel says anything of the class and the map is zero. Captum has no Score-CAM.
    """
    import torch

    network = classifier.network
    found = cam_pass(classifier, pixels, target, [layer], backward=False)
    maps = found.activations[layer]  # (1, K, h, w)
    # As in faster versions of the paper's own: a map that is nearly even hides nothing.
    chosen = maps.flatten(2).var(dim=2)[0].topk(min(channels, maps.shape[1])).indices.sort().values
    maps = maps[:, chosen]
    low, high = maps.amin(dim=(2, 3), keepdim=True), maps.amax(dim=(2, 3), keepdim=True)
    scaled = (maps - low) / torch.where(high > low, high - low, 1)  # (1, k, h, w)
    black = shade(classifier, pixels)

    def work(begin: int, end: int) -> "Tensor":
        with torch.no_grad():
            veils = scaled[:, begin:end].transpose(0, 1)  # (n, 1, h, w)
            veils = torch.nn.functional.interpolate(veils, pixels.shape[2:], mode="bilinear")
            return found.question.score(network(black + veils * (pixels - black)))

    scores, note = in_batches(work, len(chosen), at_once(pixels), progress)
    differ = changes(scores, scores[0], found.logits).any()
    weights = scores.softmax(dim=0) if differ else torch.zeros_like(scores)
    cam = (weights[:, None, None] * maps[0]).sum(dim=0)
    if len(chosen) < found.activations[layer].shape[1]:
        of = found.activations[layer].shape[1]
        note = " ".join(
            filter(None, (f"Of the {of:,} channels, the {len(chosen):,} that vary most.", note))
        )
    return Explanation(drawn(cam, pixels), found.logits[0], found.question.target, note)


SCORE_CAM = Method(
    name="score_cam",
    title="Score-CAM",
    sentence="Which channels of a layer let the network see the class through them, without any "
    "gradient.",
    paper="Wang et al. 2020, arXiv:1910.01279",
    equation="ReLU(Σₖ αₖ Aᵏ), α the softmax over k of yᶜ(x ⊙ Hᵏ)",
    family="cam",
    assumes="An image half hidden in black is one that the network can still judge.",
    distrust="Where one channel takes the softmax for itself, and where hidden parts make an image "
    "that the network never saw the like of.",
    cost=CHANNELS,
    signed=False,
    needs_layer=True,
    blank="The map is blank: no channel of {layer} changes the score of this class; choose another "
    "layer or class.",
    explain=score_cam,
    parameters=(
        Parameter(
            name="channels",
            title="Channels",
            sentence="How many are tried, those first whose maps vary most.",
            default=CHANNELS,
            least=1,
            most=2048,
        ),
    ),
    slow=True,
)
