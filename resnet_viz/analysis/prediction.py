"""Predictions: how sure a network is of each class."""

import pandas as pd
import torch
from PIL import Image
from torch import Tensor

from resnet_viz.analysis.access import inspecting
from resnet_viz.analysis.checked import batch_of_one, check_scores
from resnet_viz.models.classifier import Classifier


def predict(classifier: Classifier, image: Image.Image | Tensor) -> pd.DataFrame:
    """The probability of each class for one image, most probable first.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).

    Returns:
        One row a class: index, class (its name), probability (softmax of the logits, in 0 … 1).

    Raises:
        AnalysisError: if the image has another shape or the network's scores are not finite.
    """
    pixels = batch_of_one(classifier, image)
    with inspecting(classifier) as network, torch.no_grad():
        logits = network(pixels)  # (1, classes)
        check_scores(network, pixels, logits)
    frame = pd.DataFrame(
        {
            "index": range(len(classifier.classes)),
            "class": classifier.classes,
            "probability": logits[0].double().softmax(dim=0).tolist(),
        }
    )
    return frame.sort_values("probability", ascending=False, kind="stable", ignore_index=True)
