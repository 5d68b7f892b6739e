"""What the analyses share: a network lent and given back as found, hooks, and checked input."""

import copy
import dataclasses
import difflib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import torch
from PIL import Image
from torch import Tensor, nn

from resnet_viz.errors import UserError
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet


class AnalysisError(UserError):
    """An analysis that cannot be done as asked; the text says what to do instead."""


@contextmanager
def inspecting(classifier: Classifier) -> Iterator[ResNet]:
    """The network to oneself, evaluating and with frozen parameters; as found afterwards."""
    with classifier.lock, torch.enable_grad():
        network = classifier.network
        training = [module for module in network.modules() if module.training]
        trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
        try:
            for module in training:
                module.training = False
            for parameter in trained:
                parameter.requires_grad_(False)
            yield network
        finally:
            for module in training:
                module.training = True
            for parameter in trained:
                parameter.requires_grad_(True)


def apart(classifier: Classifier) -> Classifier:
    """The same weights in modules of their own, so that what takes long keeps nobody waiting."""
    with classifier.lock:
        network = classifier.network
        shared: dict[int, Any] = {id(buffer): buffer for buffer in network.buffers()}
        for parameter in network.parameters():
            shared[id(parameter)] = nn.Parameter(parameter.detach(), requires_grad=False)
        twin = copy.deepcopy(network, shared)
    return dataclasses.replace(classifier, network=twin, lock=threading.RLock())


@contextmanager
def hooked(modules: Iterable[nn.Module], hook: Callable[..., Any]) -> Iterator[None]:
    """A forward hook on each of the modules, gone afterwards."""
    with ExitStack() as handles:
        for module in modules:
            handles.enter_context(module.register_forward_hook(hook))
        yield


@contextmanager
def calls(modules: dict[str, nn.Module]) -> Iterator[dict[str, tuple[Tensor, Tensor]]]:
    """First input and output of each module by name, in the order of the calls."""
    names = {module: name for name, module in modules.items()}
    seen: dict[str, tuple[Tensor, Tensor]] = {}

    def remember(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        seen[names[module]] = (inputs[0], output)

    with hooked(modules.values(), remember):
        yield seen


def module_named(network: ResNet, layer: str) -> nn.Module:
    """The module of that name.

    Raises:
        AnalysisError: if there is none; the text names some that exist.
    """
    with suppress(AttributeError):
        if layer:
            return network.get_submodule(layer)
    names = [name for name, _ in network.named_modules() if name]
    near = difflib.get_close_matches(layer, names, n=3) or ["conv1", *network.stages]
    raise AnalysisError(
        f"{network.architecture.title} has no layer {layer!r}; choose one of its layers, "
        f"such as {', '.join(near)}."
    )


def batch_of_one(classifier: Classifier, image: Image.Image | Tensor) -> Tensor:
    """An image as the network takes it, of shape (1, C, H, W), on the network's device.

    Args:
        image: a picture, or a preprocessed tensor of shape (C, H, W).

    Raises:
        AnalysisError: if the tensor has another shape or no floating point.
    """
    pixels = image if isinstance(image, Tensor) else classifier.preprocess(image)
    channels = classifier.architecture.channels
    if pixels.dim() != 3 or pixels.shape[0] != channels or not pixels.numel():
        raise AnalysisError(
            f"{classifier.architecture.title} takes one image of shape ({channels}, H, W), "
            f"not {tuple(pixels.shape)}."
        )
    return like_weights(classifier, pixels)[None]


def like_weights(classifier: Classifier, pixels: Tensor) -> Tensor:
    """Normalised pixels with the device and precision of the network's weights, without history.

    Raises:
        AnalysisError: if they hold no floating point.
    """
    if not pixels.is_floating_point():
        raise AnalysisError(
            "Normalise the pixels first, as the classifier's preprocess does: "
            "the network takes floating-point numbers."
        )
    return pixels.detach().to(classifier.network.conv1.weight)


def check_maps(classifier: Classifier, layer: str, *maps: Tensor) -> None:
    """See that what goes through a layer can be drawn.

    Raises:
        AnalysisError: if a number in a map is not finite.
    """
    if not all(values.isfinite().all() for values in maps):
        raise AnalysisError(
            f"The numbers in {layer} of {classifier.architecture.title} are not finite: they grew "
            "too large on the way, so choose an earlier layer, or a network with normalisation."
        )


def check_scores(network: ResNet, pixels: Tensor, logits: Tensor) -> None:
    """See that something can be said about the classes.

    Raises:
        AnalysisError: if a logit is not finite; the text says whether the image or the network is
            to blame.
    """
    if logits.isfinite().all():
        return
    if not pixels.isfinite().all():
        raise AnalysisError("The image holds values that are not finite; choose another image.")
    raise AnalysisError(
        f"The scores of {network.architecture.title} are not finite numbers: its weights are "
        "broken or too large, so choose another checkpoint, or a network with normalisation."
    )
