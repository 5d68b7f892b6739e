"""Feature maps: what each layer puts out for an image, and which layers put out maps."""

from collections.abc import Iterable

import pandas as pd
import torch
from PIL import Image
from torch import Tensor

from resnet_viz.analysis.access import calls, inspecting, module_named
from resnet_viz.analysis.checked import batch_of_one, check_maps
from resnet_viz.analysis.structure.dry_run import dry_run
from resnet_viz.models.classifier import Classifier

SMALLEST_MAP = 4  # pixels a side below which a map can hardly say where something is


def feature_maps(
    classifier: Classifier, image: Image.Image | Tensor, layers: Iterable[str]
) -> dict[str, Tensor]:
    """The outputs of modules for one image, from one forward pass.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        layers: names of modules; `layers` lists those that put out maps.

    Returns:
        The layers in the order asked for, each with its output on the CPU: shape (K, h, w), or (K,)
        for ``fc``, whose outputs are the logits.

    Raises:
        AnalysisError: if there is no such layer, where the text names some that exist, or if what
            it puts out is not finite.
    """
    names = [layers] if isinstance(layers, str) else list(layers)
    pixels = batch_of_one(classifier, image)
    with inspecting(classifier) as network:
        modules = {name: module_named(network, name) for name in names}
        with torch.no_grad(), calls(modules) as seen:
            network(pixels)
    maps = {name: seen[name][1][0].cpu() for name in names}
    for name, values in maps.items():
        check_maps(classifier, name, values)
    return maps


def layers(classifier: Classifier) -> pd.DataFrame:
    """The layers that put out feature maps, with the maps' shape at the network's input size.

    Returns:
        One row a layer, in forward order: layer, kind (its class), channels, height, width.
    """
    rows = dry_run(classifier.architecture, classifier.input_size).maps
    return pd.DataFrame(rows, columns=["layer", "kind", "channels", "height", "width"])


def default_layer(classifier: Classifier) -> str:
    """The last stage whose maps are at least 4×4 at the network's input size.

    Deeper ones know more about the class, smaller ones less about the place. The first stage, which
    has the largest maps, where none is large enough.
    """
    walked = dry_run(classifier.architecture, classifier.input_size)
    sizes = {layer: min(height, width) for layer, _, _, height, width in walked.maps}
    stages = classifier.network.stages
    return next((name for name in reversed(stages) if sizes[name] >= SMALLEST_MAP), stages[0])
