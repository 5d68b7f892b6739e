"""A spurious cue: what networks answer, and look at, when a tag goes with a class and when not.

The tag lies on every training picture of one class (`data.shapes`). Whether a network has learnt
the class or the tag is told apart by taking the tag away, and by laying it on another class. What
the frames call their rows is known without torch.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resnet_viz.analysis.attribution.cams import GRAD_CAM
from resnet_viz.analysis.localisation import overlap, pointing_game
from resnet_viz.analysis.trust import controls as knowing_nothing
from resnet_viz.data.shapes import CLASSES, TAGGED, Drawn

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

OTHER = "square"  # the class that has the tag where it is on the wrong one
# Where the tag is -> the class whose pictures have it.
AS_TRAINED, NOWHERE, WRONG = f"on the {TAGGED}s", "nowhere", f"on the {OTHER}s"
PLACES: Mapping[str, str | None] = {AS_TRAINED: TAGGED, NOWHERE: None, WRONG: OTHER}
CARD = "tag answers"  # where a shipped network's card keeps the rows of `answers`
METHOD = GRAD_CAM
RANDOM, CENTRE, EDGES = "random map", "centred Gaussian", "edges of the picture"
CONTROLS = {"random": RANDOM, "centre": CENTRE, "edges": EDGES}  # by their names in `trust`


def answers(classifier: "Classifier", pictures: Drawn) -> pd.DataFrame:
    """What a network takes pictures for, with the tag in each of the three places.

    Returns:
        One row a place and class: tag (the place), class, images, right, as_tagged (how many are
        taken for the class that had the tag in training).

    Raises:
        AnalysisError: if the network does not know the shapes.
    """
    import torch

    from resnet_viz.analysis.confusions import confusion
    from resnet_viz.data import Split

    frames = []
    for place, name in PLACES.items():
        images = torch.from_numpy(pictures.tagged(name)).permute(0, 3, 1, 2)
        counts = confusion(classifier, Split(images, torch.from_numpy(pictures.labels))).counts
        values = counts.to_numpy()
        frames.append(
            pd.DataFrame(
                {
                    "tag": place,
                    "class": CLASSES,
                    "images": values.sum(axis=1),
                    "right": values.diagonal(),
                    "as_tagged": values[:, CLASSES.index(TAGGED)],
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def tagged_pictures(pictures: Drawn, number: int) -> Drawn:
    """The first pictures of the class that had the tag in training, with the tag on them."""
    chosen = np.flatnonzero(pictures.of(TAGGED))[:number]
    return Drawn(
        images=pictures.tagged(TAGGED)[chosen],
        labels=pictures.labels[chosen],
        masks=pictures.masks[chosen],
        tags=pictures.tags[chosen],
    )


def maps(
    classifier: "Classifier",
    pictures: Drawn,
    progress: Callable[[float], object] = lambda share: None,
) -> NDArray[np.float32]:
    """The map (Grad-CAM) of each picture for its true class, shape (N, H, W).

    Args:
        progress: told the share that is done, 0 … 1; what it raises ends the work.
    """
    from PIL import Image

    from resnet_viz.analysis.attribution.explaining import attribute

    found = []
    for pixels, label in zip(pictures.images, pictures.labels, strict=True):
        picture = Image.fromarray(pixels)
        shown = attribute(classifier, picture, METHOD.name, target=int(label))
        found.append(shown.heatmap.numpy())
        progress(len(found) / len(pictures.labels))
    return np.stack(found)


def controls(pictures: Drawn) -> dict[str, NDArray[np.floating]]:
    """Maps that ask no network, by what they are, shape (N, H, W)."""
    import torch

    found = [
        knowing_nothing.controls(torch.from_numpy(image).permute(2, 0, 1) / 255, seed=number)
        for number, image in enumerate(pictures.images)
    ]
    return {
        title: np.stack([maps[name].numpy() for maps in found]) for name, title in CONTROLS.items()
    }


def located(found: NDArray[np.floating], pictures: Drawn) -> pd.DataFrame:
    """How maps of pictures stand to what is in them.

    Returns:
        One row a picture: in_shape and in_tag (the pointing game for the shape and for the tag)
        and overlap (of the map with the shape).
    """
    return pd.DataFrame(
        {
            "in_shape": pointing_game(found, pictures.masks),
            "in_tag": pointing_game(found, pictures.tags),
            "overlap": overlap(found, pictures.masks),
        }
    )
