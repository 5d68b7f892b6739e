"""Scores of attribution maps that are put to the test, as the command line writes them."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

    from resnet_viz.analysis import Attribution
    from resnet_viz.models import Classifier

MAP = "map"


def _removed(
    classifier: "Classifier",
    picture: "Image.Image",
    found: "Attribution",
    again: Mapping[str, Any],
) -> dict[str, Any]:
    from resnet_viz import analysis

    maps = {MAP: found.heatmap, **analysis.controls(classifier.preprocess(picture))}
    areas = analysis.removal(classifier, picture, maps, found.target).areas.set_index("map")
    return {str(way): values.to_dict() for way, values in areas.items()}


def _randomised(
    classifier: "Classifier",
    picture: "Image.Image",
    found: "Attribution",
    again: Mapping[str, Any],
) -> dict[str, float]:
    from resnet_viz import analysis

    steps = analysis.randomisation(classifier, picture, found.method, found.question, **again)
    return {step.parts[-1]: step.correlation for step in steps[1:]}


def _sensitive(
    classifier: "Classifier",
    picture: "Image.Image",
    found: "Attribution",
    again: Mapping[str, Any],
) -> dict[str, float]:
    from resnet_viz import analysis

    result = analysis.sensitivity(classifier, picture, found.method, found.question, **again)
    return {"largest": result.largest, "kept": result.kept, "samples": result.samples}


# Check of one map -> what measures it.
SCORES: dict[str, Callable[..., dict[str, Any]]] = {
    "removal": _removed,
    "randomisation": _randomised,
    "sensitivity": _sensitive,
}


def scores(
    classifier: "Classifier",
    picture: "Image.Image",
    found: "Attribution",
    checks: Iterable[str],
    again: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    """The scores of a map by check.

    Removal: areas of insertion and deletion, of the map and of the controls. Randomisation: the
    rank correlation by the last part that is random. Sensitivity: as `Sensitivity` has it.

    Args:
        again: the layer and the options that the map was made with.
    """
    return {check: SCORES[check](classifier, picture, found, again) for check in checks}
