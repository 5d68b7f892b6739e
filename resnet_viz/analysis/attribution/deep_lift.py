"""DeepLift: how much each pixel's difference from black adds to the difference of the score."""

from typing import TYPE_CHECKING

from resnet_viz.analysis.attribution.method import Explanation, Method, Target
from resnet_viz.analysis.attribution.pixels import completeness, gap_between, shade
from resnet_viz.analysis.attribution.question import ask

if TYPE_CHECKING:
    from torch import Tensor, nn

    from resnet_viz.models.classifier import Classifier

NEAR = 1e-6  # differences below which a quotient would be rounding noise


def deep_lift(
    classifier: "Classifier", pixels: "Tensor", target: Target, layer: str | None
) -> Explanation:
    """m is the gradient in which each activation's slope is Δy/Δx between image and black image x′.

    That is the paper's rescale rule (section 3.5.1). Image and black image run as one batch; each
    activation and each max-pool is replaced by the straight line through its two values.

    Captum's DeepLift gives the same behind a stem without pooling. In max-pools whose windows
    overlap, as those of the ImageNet stem do, it puts back what two windows share only once, so its
    sums are wrong; and it knows neither GELU nor SiLU.
    """
    import torch
    from torch import nn

    from resnet_viz.analysis.access import hooked

    network = classifier.network
    kind = type(network.act1)
    black = shade(classifier, pixels)

    def straighten(module: "nn.Module", inputs: tuple["Tensor", ...], output: "Tensor") -> "Tensor":
        if isinstance(module, nn.MaxPool2d):
            return _pooled(module, inputs[0])
        return _line(inputs[0], output.detach(), _slope(module, inputs[0]))

    modules = [one for one in network.modules() if isinstance(one, nn.MaxPool2d | kind)]
    image = pixels.detach().requires_grad_()
    with hooked(modules, straighten):
        logits = network(torch.cat([image, black]))  # (2, classes)
    question = ask(network, pixels, logits, target)
    scores = question.score(logits)  # (2,)
    (multipliers,) = torch.autograd.grad(scores[0], image)
    heatmap = (multipliers * (pixels - black)).sum(dim=1)[0]
    gap = gap_between(heatmap.sum().item(), (scores[0] - scores[1]).item())
    note = completeness(gap, "the change of the score from the black image")
    return Explanation(heatmap, logits.detach()[0], question.target, note, gap)


def _line(x: "Tensor", y: "Tensor", slope: "Tensor") -> "Tensor":
    """y with the multiplier Δy/Δx of the pair as its slope; its own slope where Δx is nothing."""
    import torch

    near, far = x.detach().split(1)
    step = near - far
    rise = y[:1] - y[1:]
    is_apart = step.abs() > NEAR
    multiplier = torch.where(is_apart, rise / torch.where(is_apart, step, 1), slope[:1])
    return y + multiplier * (x - x.detach())


def _slope(module: "nn.Module", x: "Tensor") -> "Tensor":
    """An activation's derivative at x."""
    import torch

    apart = x.detach().requires_grad_()
    (slope,) = torch.autograd.grad(module.forward(apart).sum(), apart)
    return slope


def _pooled(pool: "nn.MaxPool2d", x: "Tensor") -> "Tensor":
    """The largest of each window, as a line of the one place that makes the difference.

    That is the image's largest value where it exceeds the black image's, else the place of the
    latter; so a multiplier is never above 1.
    """
    import torch

    values, places = torch.nn.functional.max_pool2d(
        x.detach(), pool.kernel_size, pool.stride, pool.padding, return_indices=True
    )  # both (2, C, h, w)
    chosen = torch.where(values[:1] >= values[1:], places[:1], places[1:]).flatten(2)
    near, far = x.detach().flatten(2).gather(2, chosen.expand(2, -1, -1)).split(1)
    rise = (values[:1] - values[1:]).flatten(2)
    is_apart = (near - far).abs() > NEAR
    multiplier = torch.where(is_apart, rise / torch.where(is_apart, near - far, 1), 1)
    picked = x[:1].flatten(2).gather(2, chosen)
    line = values[:1].flatten(2) + multiplier * (picked - picked.detach())
    return torch.cat([line.reshape(values[:1].shape), values[1:]])


DEEP_LIFT = Method(
    name="deep_lift",
    title="DeepLift",
    sentence="How much each pixel adds to the class's score (or takes from it) by differing from "
    "black.",
    paper="Shrikumar et al. 2017, arXiv:1704.02685",
    equation="(x − x′) · m, summed over the channels; m = ∂yᶜ/∂x with Δy/Δx as the slope of each "
    "activation",
    family="propagation",
    assumes="The black image is what this one is to be compared with.",
    distrust="With normalisation over groups, and its amounts where the sum is far off. Networks "
    "that give the same answers may get different maps.",
    cost=4,
    signed=True,
    needs_layer=False,
    blank="The map is blank: the image is black, or no pixel changes the score of this class; "
    "choose another image or class.",
    explain=deep_lift,
)
