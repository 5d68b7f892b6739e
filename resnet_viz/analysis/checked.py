"""What the analyses share of what goes in and out: pictures that fit, numbers that are finite."""

from PIL import Image
from torch import Tensor

from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.resnet import ResNet


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


def check_pixels(pixels: Tensor) -> None:
    """See that an image holds numbers.

    Raises:
        AnalysisError: if a value is not finite.
    """
    if not pixels.isfinite().all():
        raise AnalysisError("The image holds values that are not finite; choose another image.")


def check_scores(network: ResNet, pixels: Tensor, logits: Tensor) -> None:
    """See that something can be said about the classes.

    Raises:
        AnalysisError: if a logit is not finite; the text says whether the image or the network is
            to blame.
    """
    if logits.isfinite().all():
        return
    check_pixels(pixels)
    raise AnalysisError(
        f"The scores of {network.architecture.title} are not finite numbers: its weights are "
        "broken or too large, so choose another checkpoint, or a network with normalisation."
    )


def chosen_class(network: ResNet, pixels: Tensor, logits: Tensor, target: int | None) -> int:
    """The class asked for, or the most probable one of the first image.

    Raises:
        AnalysisError: as `check_scores`.
    """
    check_scores(network, pixels, logits)
    return int(logits[0].argmax()) if target is None else target
