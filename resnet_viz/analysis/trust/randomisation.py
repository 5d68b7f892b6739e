"""The randomisation check: whether a map changes when the network forgets what it learned."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resnet_viz.analysis.trust.check import Check

if TYPE_CHECKING:
    from PIL import Image
    from torch import Tensor

    from resnet_viz.analysis.attribution.method import Target
    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import ResNet

RANDOMISATION = Check(
    name="randomisation",
    title="Randomisation",
    sentence="The weights become random, part after part from the classes down to the image: the "
    "rank correlation of the map with that of the trained network. A map of what was learned "
    "loses it.",
    better="lower",
    paper="Adebayo et al. 2018, arXiv:1810.03292",
    bias="A map of pure noise passes. And maps of one picture keep something in common, "
    "because its edges reach the map through random weights too.",
)
# A mean rank correlation, once all weights are random, above which a method does not notice.
NOTICES_BELOW = 0.5


@dataclass(frozen=True, eq=False)
class Forgotten:
    """A map of a network part of which is random.

    Attributes:
        parts: what is random, in the order in which it became so.
        heatmap: shape (H, W).
        correlation: of its ranks with those of the trained network's map; NaN where one of the two
            is constant.
    """

    parts: tuple[str, ...]
    heatmap: "Tensor"
    correlation: float


def randomisation(
    classifier: "Classifier",
    image: "Image.Image | Tensor",
    method: str,
    target: "Target" = None,
    layer: "str | Sequence[str] | None" = None,
    *,
    seed: int = 0,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> list[Forgotten]:
    """The maps of a network whose parts become random, one after the other from the top.

    The class is that of the trained network all the while. A random part has the weights of a new
    network, and normalises as one: by a mean of 0 and a variance of 1.

    Args:
        image, method, target, layer, options: as `analysis.attribute` takes them.
        seed: of the random weights.
        progress: told the maps that are done and of how many.

    Returns:
        The trained network's own map first.

    Raises:
        AnalysisError: as `analysis.attribute`.
    """
    from resnet_viz.analysis.access import copy_for_long_work
    from resnet_viz.analysis.attribution.explaining import attribute
    from resnet_viz.analysis.trust.agreement import rank_correlation

    trained = attribute(classifier, image, method, target, layer, **options)
    found = [Forgotten((), trained.heatmap, rank_correlation(trained.heatmap, trained.heatmap))]
    names = list(parts(classifier.network))
    twin = copy_for_long_work(classifier)
    for number in range(len(names)):
        random = tuple(names[: number + 1])
        _forget(twin.network, random, seed)
        heatmap = attribute(twin, image, method, trained.question, layer, **options).heatmap
        found.append(Forgotten(random, heatmap, rank_correlation(heatmap, trained.heatmap)))
        if progress:
            progress(number + 1, len(names))
    return found


def parts(network: "ResNet") -> Iterator[str]:
    """What becomes random, from the classes down: the last layer, the stages, the stem."""
    yield "fc"
    yield from reversed(network.stages)
    yield "stem"


def _forget(network: "ResNet", random: tuple[str, ...], seed: int) -> None:
    """Give parts of a network new tensors; the old ones may be another network's too."""
    from torch import nn

    from resnet_viz.models.resnet import ResNet
    from resnet_viz.models.seeding import seeded

    with seeded(seed):
        fresh = ResNet(network.architecture)
    fresh.to(next(network.parameters()).device).eval()
    known = {"fc", *network.stages}
    for name, module in fresh.named_modules():
        top = name.split(".")[0]
        if (top if top in known else "stem") not in random:
            continue
        twin = network.get_submodule(name)
        for key, parameter in module.named_parameters(recurse=False):
            twin.register_parameter(key, nn.Parameter(parameter.detach(), requires_grad=False))
        for key, buffer in module.named_buffers(recurse=False):
            twin.register_buffer(key, buffer)
