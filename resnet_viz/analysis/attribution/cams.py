"""Class activation maps that need one forward and one backward pass, and differ in their weights.

Aᵏ are the maps of a layer, yᶜ is the score of the class, and (i, j) a place in a map.
"""

from functools import partial
from typing import TYPE_CHECKING, Any

from resnet_viz.analysis.attribution.cam_pass import cam_pass, drawn
from resnet_viz.analysis.attribution.method import Explanation, Method, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from resnet_viz.models.classifier import Classifier


def grad_cam(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equations 1 and 2."""
    weights = gradients.mean(dim=(2, 3), keepdim=True)  # (1, K, 1, 1)
    return (weights * activations).sum(dim=1)[0]  # (h, w)


def grad_cam_plus_plus(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equations 10 and 19 with Y = exp(yᶜ).

    Then ∂²Y and ∂³Y are exp(yᶜ) g² and exp(yᶜ) g³, g the gradient of yᶜ: the exponential scales
    the whole map and is left out, and α = 1 / (2 + g Σ A) where g > 0.
    """
    import torch

    sums = activations.sum(dim=(2, 3), keepdim=True)  # (1, K, 1, 1)
    below = 2 + gradients * sums
    speaks = (gradients > 0) & (below != 0)
    shares = torch.where(speaks, gradients / torch.where(speaks, below, 1), 0)
    weights = shares.sum(dim=(2, 3), keepdim=True)
    return (weights * activations).sum(dim=1)[0]


def xgrad_cam(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equation 9; a channel that is off everywhere has no weight."""
    import torch

    sums = activations.sum(dim=(2, 3), keepdim=True)
    products = (activations * gradients).sum(dim=(2, 3), keepdim=True)
    weights = torch.where(sums != 0, products / torch.where(sums != 0, sums, 1), 0)
    return (weights * activations).sum(dim=1)[0]


def hires_cam(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equation 4, of which the positive part is drawn, as of the others."""
    return (activations * gradients).sum(dim=1)[0]


def layer_cam(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equations 6 and 7."""
    return (gradients.relu() * activations).sum(dim=1)[0]


def eigen_cam(activations: "Tensor", gradients: "Tensor") -> "Tensor":
    """The paper's equation for L: the places' coordinates along the first right singular vector v₁.

    From the smaller of the two Gram matrices, in a fraction of a decomposition's time. A singular
    vector has no sign of its own; it is the one with which the map is positive on the whole.
    """
    import torch

    places = activations[0].flatten(1)  # (K, h·w)
    if places.shape[0] <= places.shape[1]:
        _, vectors = torch.linalg.eigh(places @ places.T)
        map_ = vectors[:, -1] @ places
    else:
        values, vectors = torch.linalg.eigh(places.T @ places)
        map_ = values[-1].clamp(min=0).sqrt() * vectors[:, -1]
    sign = -1.0 if map_.sum() < 0 else 1.0
    return (sign * map_).reshape(activations.shape[2:])


def _explain(
    weigh: "Callable[[Tensor, Tensor], Tensor]",
    asks_class: bool,
    classifier: "Classifier",
    pixels: "Tensor",
    target: Target,
    layer: str,
) -> Explanation:
    found = cam_pass(classifier, pixels, target, [layer], backward=asks_class)
    cam = weigh(found.activations[layer], found.gradients[layer])
    return Explanation(drawn(cam, pixels), found.logits[0], found.question.target)


def _row(weigh: "Callable[[Tensor, Tensor], Tensor]", **facts: Any) -> Method:
    """A row with what all of them have in common, where it says nothing else."""
    common: dict[str, Any] = {
        "family": "cam",
        "cost": 2,
        "signed": False,
        "needs_layer": True,
        "blank": "The map is blank: nowhere in {layer} do the features speak for this class; "
        "choose another layer or class.",
        "explain": partial(_explain, weigh, facts.get("asks_class", True)),
        "weigh": weigh,
    }
    return Method(**common | facts)


GRAD_CAM = _row(
    grad_cam,
    name="grad_cam",
    title="Grad-CAM",
    sentence="Where the features of a layer speak for the class.",
    paper="Selvaraju et al. 2017, arXiv:1610.02391",
    equation="ReLU(Σₖ αₖ Aᵏ), αₖ the spatial mean of ∂yᶜ/∂Aᵏ",
    assumes="A channel means the same everywhere in its map, so one weight a channel is enough.",
    distrust="In early layers, where gradients of both signs cancel in the mean: it may mark "
    "places that the score does not depend on.",
)
GRAD_CAM_PLUS_PLUS = _row(
    grad_cam_plus_plus,
    name="grad_cam_plus_plus",
    title="Grad-CAM++",
    sentence="Where the features of a layer speak for the class, several objects of it alike.",
    paper="Chattopadhay et al. 2018, arXiv:1710.11063",
    equation="ReLU(Σₖ wₖ Aᵏ), wₖ = Σᵢⱼ ReLU(∂yᶜ/∂Aᵏᵢⱼ) / (2 + ∂yᶜ/∂Aᵏᵢⱼ ΣAᵏ)",
    assumes="The score is the exponential of the logit, and only slopes that raise it count.",
    distrust="For telling two classes apart: slopes against the class are left out, so maps of "
    "different classes look alike.",
)
XGRAD_CAM = _row(
    xgrad_cam,
    name="xgrad_cam",
    title="XGrad-CAM",
    sentence="Where the features of a layer speak for the class, gradients weighted by features.",
    paper="Fu et al. 2020, arXiv:2008.02312",
    equation="ReLU(Σₖ wₖ Aᵏ), wₖ = Σᵢⱼ Aᵏᵢⱼ ∂yᶜ/∂Aᵏᵢⱼ / ΣAᵏ",
    assumes="The layer's features are not negative, as behind a ReLU.",
    distrust="In layers with negative features, where the sum that it divides by may be near zero.",
)
HIRES_CAM = _row(
    hires_cam,
    name="hires_cam",
    title="HiResCAM",
    sentence="Which places of a layer raise the class's score, each by its own gradient.",
    paper="Draelos & Carin 2020, arXiv:2011.08891",
    equation="ReLU(Σₖ Aᵏ ⊙ ∂yᶜ/∂Aᵏ)",
    assumes="From the layer on the network is nearly linear: exactly so in the last stage.",
    distrust="In early layers, where gradients change fast from place to place and maps get noisy.",
)
LAYER_CAM = _row(
    layer_cam,
    name="layer_cam",
    title="LayerCAM",
    sentence="Which places of a layer raise the class's score; made for early layers too.",
    paper="Jiang et al. 2021, doi:10.1109/TIP.2021.3089943",
    equation="ReLU(Σₖ ReLU(∂yᶜ/∂Aᵏ) ⊙ Aᵏ)",
    assumes="What raises the score is enough to say where the class is.",
    distrust="For telling two classes apart: whatever speaks against the class is left out.",
)
EIGEN_CAM = _row(
    eigen_cam,
    asks_class=False,
    name="eigen_cam",
    title="Eigen-CAM",
    sentence="Where a layer's features are strongest together, whatever the class.",
    paper="Muhammad & Yeasin 2020, arXiv:2008.00299",
    equation="(Aᵏᵢⱼ)ₖ · v₁, v₁ the first right singular vector of the layer's features",
    assumes="What the layer's features have most in common is what the network decides by.",
    distrust="As an answer to why: it never asks for the class, and is the same for all of them.",
    cost=1,
    blank="The map is blank: the features of {layer} are zero everywhere; choose another layer.",
)
