"""Channels: what excites each one most, and which ones matter for a class."""

from collections.abc import Callable

import pandas as pd
import torch
from PIL import Image
from torch import Tensor

from resnet_viz import checks
from resnet_viz.analysis.access import hooked, inspecting, module_named
from resnet_viz.analysis.checked import batch_of_one, check_maps, chosen_class
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.structure.dry_run import dry_run
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed, evaluation_batches, on_device
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.classifier import Classifier

BATCH_SIZE = 128
MOST = 9


def exciting_pictures(
    classifier: Classifier,
    split: Split,
    layer: str,
    *,
    most: int = MOST,
    progress: Callable[[float], object] | None = None,
) -> pd.DataFrame:
    """The pictures of a split that excite each channel of a layer most, and where in them.

    A picture excites a channel as much as its largest value says. The network is locked for a
    batch at a time.

    Args:
        layer: name of a module that puts out maps; `layers` lists them.
        most: pictures a channel.
        progress: told the share that is done, 0 … 1, after each batch; what it raises ends the
            pass.

    Returns:
        One row a channel and picture, the most exciting first: channel, picture (its place in the
        split), value, and left, top, right, bottom: the part of the network's input that the value
        depends on, in pixels, cut at the border.

    Raises:
        AnalysisError: if there is no such layer, it puts out no maps or numbers that are not
            finite, or there are no pictures.
    """
    checks.whole("The number of pictures", most, least=1, most=100, error=AnalysisError)
    if not len(split):
        raise AnalysisError("There is no picture to look at; choose data with a test split.")
    size = classifier.input_size
    feed = Feed(classifier.mean, classifier.std, size)
    there = on_device(split, classifier.network.conv1.weight.device)
    values, places, done = [], [], 0
    for inputs, _ in evaluation_batches(there, feed, BATCH_SIZE):
        with torch.no_grad():
            maps = _maps(classifier, layer, inputs)
            check_maps(classifier, layer, maps)
            peaks, where = maps.flatten(2).max(dim=2)  # (N, K)
        values.append(peaks.cpu())
        places.append(where.cpu())
        done += len(inputs)
        if progress is not None:
            progress(done / len(split))
    peaks, pictures = torch.cat(values).topk(min(most, done), dim=0)  # (most, K)
    where = torch.cat(places).gather(0, pictures)
    rows, columns = where // maps.shape[3], where % maps.shape[3]
    number = peaks.shape[1]
    frame = pd.DataFrame(
        {
            "channel": torch.arange(number).repeat_interleave(len(peaks)).numpy(),
            "picture": pictures.T.flatten().numpy(),
            "value": peaks.T.flatten().float().numpy(),
        }
    )
    field, distance = receptive_field(classifier.architecture, layer, size)
    before = (field - 1) // 2
    for near, far, along in (("left", "right", columns), ("top", "bottom", rows)):
        start = along.T.flatten().numpy() * distance - before
        frame[near] = start.clip(0, size - 1)
        frame[far] = (start + field).clip(1, size)
    return frame


def receptive_field(
    architecture: Architecture, layer: str, size: int | None = None
) -> tuple[int, int]:
    """Side of the part of the image that a value of a layer depends on, and the way to the next.

    Args:
        layer: a module; a stage or block has what the last layer in it has.
        size: side of the image in pixels; the architecture's own without it.

    Raises:
        AnalysisError: if no layer of that name computes anything.
    """
    last = None
    for row in dry_run(architecture, size).layers:
        if row.layer == layer or row.layer.startswith(f"{layer}."):
            last = row if last is None or row.receptive_field >= last.receptive_field else last
    if last is None:
        raise AnalysisError(f"{layer} of {architecture.title} computes nothing; choose another.")
    return last.receptive_field, last.distance


def important_channels(
    classifier: Classifier, image: Image.Image | Tensor, layer: str, target: int | None = None
) -> pd.DataFrame:
    """How much each channel of a layer speaks for a class in one picture.

    Gradient times activation, summed over a channel's map: Σᵢⱼ Aᵏᵢⱼ · ∂yᶜ/∂Aᵏᵢⱼ. To first order
    that is what the class's score would lose without the channel.

    Args:
        image: a picture, or a preprocessed tensor of shape (C, H, W).
        layer: name of a module that puts out maps.
        target: class index; the predicted class without it.

    Returns:
        One row a channel, what speaks for the class most first: channel, score, target.

    Raises:
        AnalysisError: if there is no such layer or class, or the numbers are not finite.
    """
    classes = classifier.architecture.classes
    if target is not None and not 0 <= target < classes:
        raise AnalysisError(f"There is no class {target}; choose one from 0 to {classes - 1}.")
    pixels = batch_of_one(classifier, image)
    maps: list[Tensor] = []

    def cut(module: object, inputs: object, output: Tensor) -> Tensor:
        maps.append(output.detach().requires_grad_())
        return maps[0]

    with inspecting(classifier) as network, hooked([module_named(network, layer)], cut):
        logits = network(pixels)
        _check_layer(maps[0], layer)
        chosen = chosen_class(network, pixels, logits, target)
        (slopes,) = torch.autograd.grad(logits[0, chosen], maps[0])
    scores = (slopes * maps[0].detach()).sum(dim=(2, 3))[0].cpu()  # (K,)
    check_maps(classifier, layer, scores)
    frame = pd.DataFrame({"channel": range(len(scores)), "score": scores.tolist()})
    ordered = frame.sort_values("score", ascending=False, kind="stable", ignore_index=True)
    return ordered.assign(target=chosen)


def _maps(classifier: Classifier, layer: str, inputs: Tensor) -> Tensor:
    """What a layer puts out, shape (N, K, h, w); what comes after it is not computed."""
    found: list[Tensor] = []

    class ReachedError(Exception):
        pass

    def take(module: object, inputs: object, output: Tensor) -> None:
        found.append(output)
        raise ReachedError

    with inspecting(classifier) as network, torch.no_grad():
        try:
            with hooked([module_named(network, layer)], take):
                network(inputs)
        except ReachedError:
            pass
    _check_layer(found[0], layer)
    return found[0]


def _check_layer(maps: Tensor, layer: str) -> None:
    if maps.dim() != 4:
        raise AnalysisError(f"{layer} puts out no maps; choose a layer that does.")
