"""Ablation-CAM: how much a class's score falls when a channel is switched off."""

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
from resnet_viz.analysis.attribution.pixels import changes

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier

CHANNELS = 512


def ablation_cam(
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str,
    *,
    channels: int = CHANNELS,
    progress: Progress | None = None,
) -> Explanation:
    """yᶜₖ is the score with channel k of the layer at zero (the paper's equations 1 and 2).

    The paper divides by yᶜ. That only scales the map, but turns it round where yᶜ is negative, so
    it is left out. Below the layer all copies of the image are the same and run as one; Captum has
    no Ablation-CAM.
    """
    import torch

    from resnet_viz.analysis.access import hooked, module_named

    network = classifier.network
    found = cam_pass(classifier, pixels, target, [layer])
    maps = found.activations[layer]  # (1, K, h, w)
    # What a straight line expects of each; the others would hardly change the map.
    expected = (maps * found.gradients[layer]).sum(dim=(2, 3))[0].abs()  # (K,)
    chosen = expected.topk(min(channels, len(expected))).indices.sort().values

    def work(begin: int, end: int) -> "Tensor":
        off = torch.arange(end - begin, device=maps.device)

        def ablate(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> "Tensor":
            copies = output.repeat(end - begin, 1, 1, 1)  # (n, K, h, w)
            copies[off, chosen[begin:end]] = 0
            return copies

        with torch.no_grad(), hooked([module_named(network, layer)], ablate):
            return found.question.score(network(pixels))

    scores, note = in_batches(work, len(chosen), at_once(pixels), progress)  # (k,)
    weights = -changes(scores, found.question.score(found.logits), found.logits)
    cam = (weights[:, None, None] * maps[0, chosen]).sum(dim=0)
    if len(chosen) < len(expected):
        said = (
            f"Of the {len(expected):,} channels, the {len(chosen):,} from which gradient × "
            "activation expects most."
        )
        note = " ".join(filter(None, (said, note)))
    return Explanation(drawn(cam, pixels), found.logits[0], found.question.target, note)


ABLATION_CAM = Method(
    name="ablation_cam",
    title="Ablation-CAM",
    sentence="Where the channels are active without which the class's score falls.",
    paper="Desai & Ramaswamy 2020, doi:10.1109/WACV45572.2020.9093360",
    equation="ReLU(Σₖ (yᶜ − yᶜₖ) Aᵏ)",
    family="cam",
    assumes="Channels matter one by one: that two can stand in for each other is not seen.",
    distrust="Where many channels say the same, so that without any single one the score stays.",
    cost=128,
    signed=False,
    needs_layer=True,
    blank="The map is blank: without any channel of {layer} the score of this class stays or "
    "rises; choose another layer or class.",
    explain=ablation_cam,
    parameters=(
        Parameter(
            name="channels",
            title="Channels",
            sentence="How many are switched off in turn, those first from which gradient × "
            "activation expects most.",
            default=CHANNELS,
            least=1,
            most=2048,
        ),
    ),
    slow=True,
)
