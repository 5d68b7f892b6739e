"""Gradient norms: how much of the loss reaches each layer."""

from collections.abc import Iterator
from contextlib import contextmanager

import pandas as pd
import torch
from torch import Tensor, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm

from resnet_viz.analysis.access import calls
from resnet_viz.analysis.checked import check_scores, like_weights
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.data.dataset import DataSet, Split
from resnet_viz.data.feed import Feed
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet


def gradient_norms(classifier: Classifier, images: Tensor, labels: Tensor) -> pd.DataFrame:
    """Norm of the loss gradient at each layer's weight, for one batch.

    The loss is the mean cross-entropy of the batch. Batch normalisation uses the batch's own
    statistics, as in training, because a fresh network's running ones normalise nothing; dropout
    is off, so that equal input gives equal numbers.

    Norms are summed in float64: the squares of a vanishing gradient are zero in float32.

    Args:
        images: normalised, shape (N, 3, H, W), on any device.
        labels: class indices, shape (N,), on any device.

    Returns:
        One row a layer with a weight (convolution or linear), in forward order: layer, parameters
        (numbers in the weight), weight_norm ‖W‖₂, gradient_norm ‖∂L/∂W‖₂ and their ratio
        gradient_norm / weight_norm. Not finite where the gradient itself overflows.

    Raises:
        AnalysisError: if a label is not one of the classifier's classes, the batch is empty or of
            another shape, or the scores overflow.
    """
    _check(classifier, images, labels)
    images = like_weights(classifier, images)
    labels = labels.to(images.device, torch.int64)
    network = classifier.network
    modules: dict[str, nn.Module] = {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear)
    }
    with classifier.lock, torch.enable_grad(), _batch_statistics(network), calls(modules) as seen:
        # Stand-ins for parameters and buffers, so that nothing of the network is written to.
        state = {name: tensor.detach() for name, tensor in network.named_parameters()}
        state |= {name: tensor.clone() for name, tensor in network.named_buffers()}
        for name in modules:
            state[f"{name}.weight"] = state[f"{name}.weight"].requires_grad_()
        logits = _forward(network, state, images)  # (N, classes)
        check_scores(network, images, logits)
        loss = nn.functional.cross_entropy(logits, labels)
        weights = [state[f"{name}.weight"] for name in seen]
        gradients = torch.autograd.grad(loss, weights)
    norms = _norms([weight.detach() for weight in weights] + list(gradients))
    frame = pd.DataFrame(
        {
            "layer": list(seen),
            "parameters": [weight.numel() for weight in weights],
            "weight_norm": norms[: len(weights)],
            "gradient_norm": norms[len(weights) :],
        }
    )
    frame["ratio"] = frame["gradient_norm"] / frame["weight_norm"]
    return frame


def batch_gradient_norms(
    classifier: Classifier, data: DataSet, count: int, seed: int
) -> pd.DataFrame:
    """`gradient_norms` on some training pictures of a data set, drawn by the seed.

    Raises:
        AnalysisError: if the network knows other classes than the data hold.
    """
    if data.classes != classifier.classes:
        raise AnalysisError(
            f"{classifier.architecture.title} knows other classes than {data.title} has; "
            "choose a network that was trained on data at hand."
        )
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    return gradient_norms(classifier, *draw_batch(data.train, feed, count, seed))


def draw_batch(split: Split, feed: Feed, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Some images of a split, drawn by the seed, as a network takes them: with their labels."""
    generator = torch.Generator().manual_seed(seed)
    chosen = torch.randperm(len(split), generator=generator)[:count]
    return feed(split.images[chosen]), split.labels[chosen]


@contextmanager
def _batch_statistics(network: ResNet) -> Iterator[None]:
    """Batch normalisation in training mode, all else evaluating; modes as found afterwards."""
    modes = [(module, module.training) for module in network.modules()]
    try:
        for module, _ in modes:
            module.training = isinstance(module, _BatchNorm)
        yield
    finally:
        for module, training in modes:
            module.training = training


def _forward(network: ResNet, state: dict[str, Tensor], images: Tensor) -> Tensor:
    try:
        return functional_call(network, state, (images,))
    except ValueError as error:
        # PyTorch's answer to one image whose maps have shrunk to one pixel.
        raise AnalysisError(
            "Batch normalisation needs more than one value a channel; choose at least two images."
        ) from error


def _norms(tensors: list[Tensor]) -> list[float]:
    precise = tensors[0].device.type != "mps"  # which has no float64
    norms = torch._foreach_norm(tensors, 2, dtype=torch.float64 if precise else None)
    return torch.stack(norms).tolist()


def _check(classifier: Classifier, images: Tensor, labels: Tensor) -> None:
    architecture = classifier.architecture
    if images.dim() != 4 or images.shape[1] != architecture.channels or not images.numel():
        raise AnalysisError(
            f"{architecture.title} takes at least one image, in a batch of shape "
            f"(N, {architecture.channels}, H, W), not {tuple(images.shape)}."
        )
    if labels.shape != images.shape[:1] or labels.is_floating_point():
        raise AnalysisError(
            f"Give one class index for each of the {len(images)} images, "
            f"not {labels.dtype} of shape {tuple(labels.shape)}."
        )
    wrong = labels[(labels < 0) | (labels >= architecture.classes)]
    if len(wrong):
        raise AnalysisError(
            f"Label {wrong[0].item()} is not one of the classes 0 to {architecture.classes - 1}; "
            "choose data with the classes that the network knows."
        )
