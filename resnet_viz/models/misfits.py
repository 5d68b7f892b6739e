"""What keeps tensors from being a network of this family, in a sentence."""

from collections.abc import Mapping

from torch import Tensor

from resnet_viz.models.architecture import Architecture
from resnet_viz.models.choices import STEMS
from resnet_viz.models.layouts import BESIDE, FIRST_LAYER, Shapes
from resnet_viz.models.layouts.by_order import MisfitError, place_by_order
from resnet_viz.models.layouts.head import LAST_LAYER, features
from resnet_viz.models.layouts.places import common_module, has_blocks, without_place
from resnet_viz.models.layouts.wrapping import is_of_copy

GREY_OR_COLOUR = (1, 3)  # channels of a picture
MATRICES = (2, 4)  # dimensions of the weights of a linear layer and of a convolution
MOST_FEATURES = 4096  # of a network without a last layer, for which there are as many squared


def strange(network: Mapping[str, Tensor], shapes: Shapes) -> str:
    """The first tensor or part that was seen and is not of such a network; empty without any.

    Args:
        network: the tensors as torchvision names them, as far as that is known.
        shapes: of all tensors by the names in the file.
    """
    if not has_blocks(network):
        try:
            place_by_order(shapes)
        except MisfitError as misfit:
            return f"{misfit}, so it is no residual network of this family."
    if others := [name for name in without_place(network) if not _is_last_layer(name)]:
        sizes = "×".join(map(str, network[others[0]].shape)) or "one number"
        return f"{others[0]} ({sizes}) is nothing that a residual network of this family has."
    first = tuple(network[FIRST_LAYER].shape) if FIRST_LAYER in network else ()
    if len(first) != 4 or first[2:] not in {(stem.kernel, stem.kernel) for stem in STEMS.values()}:
        said = "×".join(map(str, first)) or "missing"
        return f"{FIRST_LAYER}, its first convolution, is {said} and not of {_kernels()}."
    averages = any(name.endswith(".running_mean") for name in network)
    if "bn1.weight" in network and not averages:
        return (
            "bn1 keeps no running averages, so it is another normalisation than batch "
            "normalisation, and which one its tensors do not tell."
        )
    return ""


def unusable(network: Mapping[str, Tensor], row: Architecture) -> str:
    """What keeps a network that fits from being shown a picture; empty if nothing does."""
    if row.channels not in GREY_OR_COLOUR:
        return (
            f"its first layer takes {row.channels} channels, and a picture has 1 (grey) or 3 (red, "
            "green and blue)."
        )
    for name, tensor in network.items():
        if not (tensor.is_floating_point() or name.endswith("num_batches_tracked")):
            kind = str(tensor.dtype).removeprefix("torch.")
            return f"{name} holds {kind}, as quantised networks do: save it as it was before."
    if LAST_LAYER not in network and row.classes > MOST_FEATURES:
        return (
            f"it has no last layer, and its {row.classes:,} features are more than the "
            f"{MOST_FEATURES:,} that can be answers here."
        )
    return ""


def in_the_way(
    network: Mapping[str, Tensor], aside: Mapping[str, Tensor], row: Architecture, shapes: Shapes
) -> str:
    """What is not the network's, but would change what it answers; empty without any.

    A second head works on the classes' scores, a hidden layer or a neck on the features, an adapter
    puts out what the stem takes, and a layer of as many numbers as a picture has channels works on
    each of them. What may do so and what may not is told by shapes alone.

    Args:
        network: the tensors as torchvision names them.
        aside: the others, by the names in the file.
        shapes: of all tensors of the dictionary in which the network is, by these names.
    """
    taken = features({name: tuple(tensor.shape) for name, tensor in network.items()})
    headless = LAST_LAYER not in network
    heads = {name: tensor for name, tensor in network.items() if _is_last_layer(name)}
    for name, tensor in {**(heads if headless else {}), **aside}.items():
        if _is_beside(name):
            continue
        works_on = tensor.shape[1] if tensor.ndim in (2, 4) else 0
        neck = name.endswith(".running_mean") and tensor.shape == (taken,)
        if (headless and works_on and works_on == taken) or neck:
            return (
                f"{name.rpartition('.')[0]} works on the features of its blocks, and it is not "
                "the one linear layer that a network has there: save the tensors of the blocks "
                "alone, and these open without a last layer."
            )
        on_picture = tensor.ndim > 0 and tensor.numel() == row.channels
        if (
            (tensor.ndim == 2 and works_on == row.classes)
            or (tensor.ndim == 4 and tensor.shape[0] == row.channels)
            or (on_picture and not name.endswith("bias"))
        ):
            return (
                f"{name} is not the network's, but would work on what it takes or gives, so that "
                "without it the answers are others."
            )
    beside = {name: tensor for name, tensor in aside.items() if not _is_beside(name)}
    if name := _between(network, beside, row, common_module(shapes)):
        return (
            f"{name} is not the network's, but may work within it or on its answers, which would "
            "be others without it: if it does not, save the network's own tensors alone."
        )
    return ""


def _between(
    network: Mapping[str, Tensor], aside: Mapping[str, Tensor], row: Architecture, prefix: str
) -> str:
    """The first tensor that may stand between two layers, as it gives as much as it takes; or "".

    That is a module whose matrices begin and end with as many channels as come somewhere in the
    network, or a module of numbers alone: one (a temperature, the power of a pooling), or one a
    channel or a class. A projector to fewer features can only stand beside the last layer.
    """
    layers = [tensor for tensor in network.values() if tensor.ndim in MATRICES]
    passed = {row.classes, *(len(tensor) for tensor in layers)}
    modules: dict[str, list[str]] = {}
    for name in aside:
        modules.setdefault(name.removeprefix(prefix).split(".")[0], []).append(name)
    for names in modules.values():
        if matrices := [name for name in names if aside[name].ndim in MATRICES]:
            taken, given = aside[matrices[0]].shape[1], aside[matrices[-1]].shape[0]
            if taken == given and taken in passed:
                return matrices[0]
            continue
        for name in names:
            tensor = aside[name]
            if tensor.is_floating_point() and tensor.numel() in {1, *passed}:
                return name
    return ""


def _is_beside(name: str) -> bool:
    """Whether a tensor is of a slow copy, or of a loss or a metric."""
    return is_of_copy(name) or any(BESIDE.recognise({part: ()}) for part in name.split("."))


def _kernels() -> str:
    return " or ".join(f"{stem.kernel}×{stem.kernel}" for stem in STEMS.values())


def _is_last_layer(name: str) -> bool:
    return name.startswith("fc.")
