"""Responses: how strongly each layer answers (He et al. 2015, section 4.2 and figure 7)."""

import pandas as pd
import torch
from torch import Tensor, nn

from resnet_viz.analysis.access import calls, inspecting
from resnet_viz.analysis.checked import like_weights
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.classifier import Classifier


def layer_responses(classifier: Classifier, images: Tensor) -> pd.DataFrame:
    """Standard deviation of each layer's output, after its normalisation and before anything else.

    The stem's and those of the branches, over all pictures, channels and places; a projection on
    a shortcut is left out.

    Args:
        images: normalised, shape (N, 3, H, W).

    Returns:
        One row a layer, in forward order: layer (its convolution), position (0 …), response.

    Raises:
        AnalysisError: if the network has no normalisations, or a response is not finite.
    """
    images = like_weights(classifier, images)
    with inspecting(classifier) as network:
        norms: dict[str, nn.Module] = {
            name: module
            for name, module in network.named_modules()
            if name.rpartition(".")[2].startswith("bn")
        }
        if classifier.architecture.norm == "none":
            raise AnalysisError(
                f"Responses are measured after normalisations, and {classifier.architecture.title} "
                "has none here; choose a network with normalisation."
            )
        with torch.no_grad(), calls(norms) as seen:
            network(images)
    responses = [output.double().std(correction=0).item() for _, output in seen.values()]
    frame = pd.DataFrame(
        {
            "layer": [name.replace("bn", "conv") for name in seen],
            "position": range(len(seen)),
            "response": responses,
        }
    )
    if not torch.tensor(responses).isfinite().all():
        raise AnalysisError(
            f"The responses of {classifier.architecture.title} are not finite: its weights are "
            "broken or too large, so choose another checkpoint."
        )
    return frame
