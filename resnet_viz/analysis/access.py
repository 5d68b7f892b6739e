"""What the analyses share of a network: lent and given back as found, and hooked."""

import copy
import dataclasses
import difflib
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import torch
from torch import Tensor, nn

from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet


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


def copy_for_long_work(classifier: Classifier) -> Classifier:
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
