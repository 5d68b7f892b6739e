"""What is multiplied out, filled in or taken over so that tensors become a network's: all exact.

Each step gives the tensors that a `ResNet` of the same answers has, and says what it did.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from resnet_viz.models.choices import NORMS, SHORTCUTS
from resnet_viz.models.layouts import Shapes
from resnet_viz.models.layouts.head import LAST_LAYER
from resnet_viz.models.resnet import ResNet

LAST_BIAS = LAST_LAYER.replace("weight", "bias")
HEADLESS = "no last layer: its answers are the features"
EPSILON = torch.nn.BatchNorm2d(1).eps
_BIAS = re.compile(r"(?:^|\.)(?:conv\d+|downsample\.0)\.bias$")


@dataclass(frozen=True, kw_only=True)
class Parametrisation:
    """A way to keep one tensor as several; in order, the first that a file has is taken.

    Attributes:
        title: its name in words.
        parts: ends of the names of these, around the parameter's own as ``{}``.
        multiply: the tensor that they stand for.
    """

    title: str
    parts: tuple[str, ...]
    multiply: Callable[..., Tensor]


def _weight_norm(scale: Tensor, direction: Tensor) -> Tensor:
    """Salimans & Kingma 2016 (arXiv:1602.07868), equation 2: v / ‖v‖ for each of the scale's g."""
    sizes = scale.shape or (1,) * direction.ndim
    dims = [dim for dim, size in enumerate(sizes) if size == 1]
    norm = torch.linalg.vector_norm(direction, dim=dims, keepdim=True) if dims else direction.abs()
    return direction * (scale / norm)


def _spectral_norm(weight: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """Miyato et al. 2018 (arXiv:1802.05957): divided by uᵀ W v, as PyTorch does in evaluation."""
    return weight / torch.dot(left, weight.flatten(1) @ right)


PARAMETRISATIONS = (
    Parametrisation(title="weight normalisation", parts=("{}_g", "{}_v"), multiply=_weight_norm),
    Parametrisation(
        title="weight normalisation",
        parts=("parametrizations.{}.original0", "parametrizations.{}.original1"),
        multiply=_weight_norm,
    ),
    Parametrisation(title="pruning masks", parts=("{}_orig", "{}_mask"), multiply=torch.mul),
    Parametrisation(
        title="spectral normalisation", parts=("{}_orig", "{}_u", "{}_v"), multiply=_spectral_norm
    ),
    Parametrisation(
        title="spectral normalisation",
        parts=(
            "parametrizations.{}.original",
            "parametrizations.{}.0._u",
            "parametrizations.{}.0._v",
        ),
        multiply=_spectral_norm,
    ),
)


def multiplied_out(state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """A state dict in which each parameter is one tensor, in the place of its first part; and how.

    Parts whose shapes do not go together stay as they are.
    """
    whole: dict[str, tuple[str, Tensor]] = {}  # by the name of the first part
    used, done = set(), []
    for one in PARAMETRISATIONS:
        for parameter in ("weight", "bias"):
            ends = [part.format(parameter) for part in one.parts]
            for name in [name for name in state if name.endswith(ends[0])]:
                module = name.removesuffix(ends[0])
                names = [f"{module}{end}" for end in ends]
                parts = [state[part] for part in names if part in state]
                if len(parts) < len(ends) or not _agree(one, parts):
                    continue
                whole[name] = (
                    f"{module}{parameter}",
                    one.multiply(*(part.float() for part in parts)),
                )
                used |= set(names)
                done.append(f"{one.title} multiplied out")
    left = {name: whole.get(name, (name, tensor)) for name, tensor in state.items()}
    named = dict(left[name] for name in state if name in whole or name not in used)
    return named, list(dict.fromkeys(done))


def _agree(one: Parametrisation, parts: list[Tensor]) -> bool:
    """Whether the parts give a tensor of the largest one's shape; tried without numbers."""
    if not all(map(_is_whole, parts)):
        return False
    try:
        whole = one.multiply(*(part.to("meta", torch.float32) for part in parts))
    except (RuntimeError, IndexError):
        return False
    return whole.shape == max(parts, key=Tensor.numel).shape


def _is_whole(tensor: Tensor) -> bool:
    """Whether a tensor has a number of its own for each place, so that no small file swells."""
    room = tensor.untyped_storage().nbytes()
    return tensor.is_meta or room >= tensor.numel() * tensor.element_size()


def folded(network: ResNet, state: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], list[str]]:
    """A state dict as a network has it, with the same answers; and what was done.

    Args:
        network: which may lie on the meta device, as may the tensors.
        state: tensors as torchvision names them.
    """
    architecture, wanted = network.architecture, network.state_dict()
    missing = {name: tensor.shape for name, tensor in wanted.items() if name not in state}
    steps = [_last_layer(state, architecture.classes)]
    if SHORTCUTS[architecture.shortcut].projects(changes=False):
        steps.append(_identities(missing))
    if NORMS[architecture.norm].formula:
        steps.append(_unnormalised(missing))
        steps.append(_unscaled(missing, state))
    else:
        steps.append(_unbiased(missing))
    device = next((tensor.device for tensor in state.values()), torch.device("cpu"))
    new = {name: tensor.to(device) for tensors, _ in steps for name, tensor in tensors.items()}
    whole, said = _without_biases({**state, **new}, wanted)
    return whole, [text for text in [*(text for _, text in steps), said] if text]


Step = tuple[dict[str, Tensor], str]  # new tensors by name, and what they are


def _last_layer(state: Mapping[str, Tensor], classes: int) -> Step:
    """None as the identity, 1×1 convolutions as linear, no bias as zeros, one number as two."""
    if LAST_LAYER not in state:
        new = {LAST_LAYER: torch.eye(classes), LAST_BIAS: torch.zeros(classes)}
        return new, HEADLESS
    weight, said = state[LAST_LAYER], []
    if weight.ndim == 4 and weight.shape[2:] == (1, 1):
        weight = weight.flatten(1)
        said.append("a last layer of 1×1 convolutions as a linear one")
    if weight.ndim != 2:
        return {}, ""
    bias = state.get(LAST_BIAS)
    if bias is None:
        bias = weight.new_zeros(len(weight))
        said.append("zeros as the last layer's bias")
    if len(weight) == 1 and bias.shape == (1,):
        weight, bias = (torch.cat([torch.zeros_like(it), it]) for it in (weight, bias))
        said.append("its one number z as the two of (0, z)")
    return {LAST_LAYER: weight, LAST_BIAS: bias}, ", ".join(said)


def _identities(missing: Shapes) -> Step:
    """Projections that change nothing, where an option has some everywhere and a file has not."""
    new = {
        name: torch.eye(shape[0])[:, :, None, None]
        for name, shape in missing.items()
        if name.endswith("downsample.0.weight") and shape[0] == shape[1]
    }
    return new, "identities as projections where others project" if new else ""


def _unnormalised(missing: Shapes) -> Step:
    """Normalisations that change nothing behind projections that have none."""
    sizes = {
        name.removesuffix("running_mean"): shape
        for name, shape in missing.items()
        if name.endswith("downsample.1.running_mean")
    }
    new = {}
    for norm, shape in sizes.items():
        new[f"{norm}running_mean"] = torch.zeros(shape)
        new[f"{norm}running_var"] = torch.full(shape, 1 - EPSILON)
        new |= _scale_and_shift(norm, shape)
    return new, "normalisations that change nothing behind the projections" if sizes else ""


def _unscaled(missing: Shapes, state: Mapping[str, Tensor]) -> Step:
    """Scales of one and shifts of zero, where a normalisation has averages alone."""
    averages = [name for name in state if name.endswith(".running_mean")]
    norms = [name.removesuffix("running_mean") for name in averages]
    alone = [norm for norm in norms if {f"{norm}weight", f"{norm}bias"} <= missing.keys()]
    new: dict[str, Tensor] = {}
    for norm in alone:
        new |= _scale_and_shift(norm, missing[f"{norm}weight"])
    return new, "scales of 1 and shifts of 0 of the normalisations" if alone else ""


def _scale_and_shift(norm: str, shape: tuple[int, ...]) -> dict[str, Tensor]:
    return {f"{norm}weight": torch.ones(shape), f"{norm}bias": torch.zeros(shape)}


def _unbiased(missing: Shapes) -> Step:
    new = {name: torch.zeros(shape) for name, shape in missing.items() if _BIAS.search(name)}
    return new, "zeros as the convolutions' biases" if new else ""


def _without_biases(state: dict[str, Tensor], wanted: Mapping[str, Tensor]) -> Step:
    """Biases that a normalisation cancels, taken off its running mean."""
    biases = [name for name in state if name not in wanted and _BIAS.search(name)]
    whole, said = dict(state), ""
    for name in biases:
        mean = f"{_norm_behind(name.removesuffix('.bias'))}.running_mean"
        if mean in state and state[mean].shape == state[name].shape:
            whole[mean] = state[mean].float() - whole.pop(name).float()
            said = "biases of convolutions taken off the running means behind them"
    return whole, said


def _norm_behind(convolution: str) -> str:
    if convolution.endswith("downsample.0"):
        return f"{convolution[:-1]}1"
    return convolution.replace("conv", "bn")
