"""Layer-wise relevance propagation: the score, handed back layer by layer without losing any."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method, Target
from resnet_viz.analysis.attribution.pixels import completeness, gap_between, shade
from resnet_viz.analysis.attribution.question import ask

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier
    from resnet_viz.models.resnet import ResNet


def lrp(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str | None
) -> Explanation:
    """R of a layer is x ⊙ ∂yᶜ/∂x when each layer below the score is replaced by its rule.

    Convolutions have the z⁺ rule (Bach et al. 2015 with α = 1, β = 0), the first one the rule for
    bounded pixels, zᴮ (Montavon et al. 2017, arXiv:1512.02479); a normalisation's sign counts as
    the convolution's, and its shift is shared like the rest. The last layer hands out its products,
    an addition shares by what it adds, and an activation passes on what it gets.

    Captum's LRP has no rule for an addition or a normalisation.
    """
    import torch
    from torch import nn

    from resnet_viz.analysis.access import hooked
    from resnet_viz.models.layers import Add

    network = classifier.network
    ends = [shade(classifier, pixels, brightness) for brightness in (0.0, 1.0)]
    image, low, high = (one.detach().clone().requires_grad_() for one in (pixels, *ends))
    signs = _signs(network)
    kinds = (nn.Conv2d, nn.Linear, nn.BatchNorm2d, nn.GroupNorm, Add, type(network.act1))

    def replace(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> "Tensor":
        if module is network.conv1:
            return _shared(_bounded(network.conv1, signs[module], image, low, high), output)
        if isinstance(module, nn.Conv2d):
            return _shared(_positive(module, signs[module], inputs[0]), output)
        if isinstance(module, nn.Linear):
            return _shared(nn.functional.linear(inputs[0], module.weight), output)
        if isinstance(module, Add):
            return _added(inputs[0], inputs[1], output)
        return _shared(inputs[0], output)

    with hooked([one for one in network.modules() if isinstance(one, kinds)], replace):
        logits = network(image)
    question = ask(network, pixels, logits, target)
    score = question.score(logits)[0]
    slopes = torch.autograd.grad(score, (image, low, high))
    parts = zip((image, low, high), slopes, strict=True)
    heatmap = torch.stack([x.detach() * slope for x, slope in parts]).sum(dim=(0, 2))[0]  # (H, W)
    gap = gap_between(heatmap.sum().item(), score.item())
    note = completeness(gap, "the score")
    return Explanation(heatmap, logits.detach()[0], question.target, note, gap)


def _signs(network: "ResNet") -> "dict[nn.Module, Tensor]":
    """Of each convolution, what the normalisation behind it makes of its sign: (channels,)."""
    from torch import nn

    signs: dict[nn.Module, Tensor] = {}
    last: nn.Conv2d | None = None
    for module in network.modules():  # in forward order, a normalisation behind its convolution
        if isinstance(module, nn.Conv2d):
            last = module
            signs[module] = module.weight.new_ones(module.out_channels)
        elif isinstance(module, nn.BatchNorm2d | nn.GroupNorm) and last is not None:
            signs[last] = module.weight.sign()
            last = None
    return signs


def _shared(products: "Tensor", output: "Tensor") -> "Tensor":
    """A layer's output, with the shares of these products in it as its slopes."""
    import torch

    whole = products.detach()
    has_any = whole != 0
    ratio = torch.where(has_any, output.detach() / torch.where(has_any, whole, 1), 0)
    return products * ratio


def _positive(conv: "nn.Conv2d", sign: "Tensor", x: "Tensor") -> "Tensor":
    """The sum of all products above zero, (xw)⁺."""
    weight = conv.weight * sign[:, None, None, None]
    found = _convolved(conv, x.clamp(min=0), weight.clamp(min=0))
    if (x < 0).any():
        found = found + _convolved(conv, x.clamp(max=0), weight.clamp(max=0))
    return found


def _bounded(
    conv: "nn.Conv2d", sign: "Tensor", image: "Tensor", low: "Tensor", high: "Tensor"
) -> "Tensor":
    """What pixels between black and white give beyond the least that they could."""
    weight = conv.weight * sign[:, None, None, None]
    least = _convolved(conv, low, weight.clamp(min=0)) + _convolved(conv, high, weight.clamp(max=0))
    return _convolved(conv, image, weight) - least


def _convolved(conv: "nn.Conv2d", x: "Tensor", weight: "Tensor") -> "Tensor":
    import torch

    return torch.nn.functional.conv2d(
        x, weight, None, conv.stride, conv.padding, conv.dilation, conv.groups
    )


def _added(branch: "Tensor", shortcut: "Tensor", output: "Tensor") -> "Tensor":
    """A sum whose relevance goes to what has its sign."""
    import torch

    parts = (torch.where(part * output > 0, part, 0) for part in (branch, shortcut))
    return _shared(sum(parts, start=torch.zeros_like(output)), output)


LRP = Method(
    name="lrp",
    title="LRP",
    sentence="How the class's score is shared out among the pixels, handed back layer by layer.",
    paper="Bach et al. 2015, doi:10.1371/journal.pone.0130140",
    equation="Rᵢ = Σⱼ (xᵢwᵢⱼ)⁺ / Σᵢ (xᵢwᵢⱼ)⁺ · Rⱼ, summed over the channels",
    family="propagation",
    assumes="What excites a neuron is what caused it; what holds it down is not asked.",
    distrust="For telling two classes apart: with this rule the maps of all classes come to look "
    "alike the deeper the network is (Sixt et al. 2020, arXiv:1912.09818).",
    cost=5,
    signed=True,
    needs_layer=False,
    blank="The map is blank: nothing of the score of this class comes back to the image; choose "
    "another class or network.",
    explain=lrp,
)
