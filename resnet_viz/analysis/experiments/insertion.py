"""Deeper networks from trained ones: blocks that change nothing, or random ones, put between."""

import dataclasses
import threading

import torch
from torch import Tensor, nn

from resnet_viz import checks
from resnet_viz.analysis.access import calls, inspecting
from resnet_viz.analysis.checked import check_scores, like_weights
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed, evaluation_batches
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.layers import Block
from resnet_viz.models.resnet import ResNet, build

IDENTITY, RANDOM = "identity", "random"
WAYS = (IDENTITY, RANDOM)
BATCH_SIZE = 256
MOST_BLOCKS = 50  # in each stage


def insert_blocks(
    classifier: Classifier, blocks: int, way: str, images: Tensor, seed: int = 0
) -> Classifier:
    """A deeper network: the trained one with new blocks at the end of each stage.

    ``identity`` blocks pass on what they get. In a residual net the last normalisation is zero, so
    that F(x) = 0, whatever the block's other weights are. In a plain net the identity is built by
    hand: Dirac kernels, and batch normalisations whose scale and shift undo what they subtract and
    divide by; the activation leaves alone what is already positive. ``random`` blocks are those
    that training would begin with, normalised by what arrives.

    Args:
        blocks: how many in each stage.
        images: normalised, shape (N, 3, H, W), for the statistics of the new normalisations.
        seed: of the random weights.

    Raises:
        AnalysisError: if the network is of another kind than the CIFAR nets of He et al. 2015, or
            the number or the way makes no sense.
    """
    a = classifier.architecture
    checks.choice("way to insert blocks", way, WAYS, error=AnalysisError)
    what = "The number of blocks to insert in each stage"
    checks.whole(what, blocks, least=1, most=MOST_BLOCKS, error=AnalysisError)
    if (a.block, a.transition, a.norm, a.activation) != ("basic", "stride", "batch", "relu"):
        raise AnalysisError(
            f"Blocks are inserted into basic blocks with batch normalisation and ReLU, which "
            f"{a.title} is not made of; choose plain-20 or ResNet-20."
        )
    options = a.options | {"blocks": tuple(count + blocks for count in a.blocks)}
    network = build(a.name, seed=seed, **options).to(classifier.network.conv1.weight)
    with classifier.lock:
        network.load_state_dict(classifier.network.state_dict(), strict=False)
    deeper = dataclasses.replace(classifier, network=network, lock=threading.RLock())
    images = like_weights(classifier, images)
    new = {
        name: module
        for name, module in network.blocks().items()
        if name not in classifier.network.blocks()
    }
    with torch.no_grad():
        if way == RANDOM:
            _settle(network, new, images)
        elif a.is_residual:
            for block in new.values():
                nn.init.zeros_(block.last_norm.weight)  # type: ignore[arg-type]
        else:
            _build_identities(classifier, new, images)
    return deeper


def logits(classifier: Classifier, split: Split) -> Tensor:
    """What a network says of each picture of a split: shape (N, classes), on the CPU.

    Raises:
        AnalysisError: if a score is not finite.
    """
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    found = []
    for inputs, _ in evaluation_batches(split, feed, BATCH_SIZE):
        with inspecting(classifier) as network, torch.no_grad():
            inputs = like_weights(classifier, inputs)
            scores = network(inputs)
            check_scores(network, inputs, scores)
        found.append(scores.cpu())
    return torch.cat(found)


def error(scores: Tensor, split: Split) -> float:
    """The share of a split's pictures that are taken for another class, in per cent."""
    return 100 * (scores.argmax(dim=1) != split.labels).double().mean().item()


def _build_identities(classifier: Classifier, new: dict[str, Block], images: Tensor) -> None:
    """Give each new block of a plain net the weights with which it passes on what it gets."""
    with inspecting(classifier) as network:
        stages = {name: network.get_submodule(name) for name in network.stages}
        with calls(stages) as seen:
            network(images)
    for name, block in new.items():
        arriving = seen[name.partition(".")[0]][1]  # (N, K, h, w)
        variance, mean = torch.var_mean(arriving, dim=(0, 2, 3), correction=0)  # (K,) each
        for convolution, norm in zip(block.convolutions, block.norms, strict=True):
            assert isinstance(norm, nn.BatchNorm2d)
            nn.init.dirac_(convolution.weight)
            assert norm.running_mean is not None
            assert norm.running_var is not None
            norm.running_mean.copy_(mean)
            norm.running_var.copy_(variance)
            norm.weight.copy_((variance + norm.eps).sqrt())
            norm.bias.copy_(mean)


def _settle(network: ResNet, new: dict[str, Block], images: Tensor) -> None:
    """Give the new normalisations the statistics of what arrives at them, and no others."""
    norms = [
        module
        for block in new.values()
        for module in block.modules()
        if isinstance(module, nn.BatchNorm2d)
    ]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.train()
        norm.momentum = None  # the plain mean of the batches so far
    network(images)
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.eval()
        norm.momentum = momentum
