"""What a network knows, and which data at hand shows it."""

from collections.abc import Container, Iterable, Mapping
from typing import TYPE_CHECKING

from resnet_viz.data import DATA_SETS, DataError, local_sets
from resnet_viz.home import data_sets
from resnet_viz.models.choices import STEMS
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.markdown import literal

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

# Whose names `models.foreign` lends to the outputs of a file that names none, by their number.
LENDERS = {stem.outputs: stem.pictures for stem in STEMS.values()}


def knows_photographs(classifier: "Classifier") -> bool:
    """Whether it was made for photographs, as all are but those of digits and the like."""
    others = [row.classes for row in DATA_SETS.values() if not row.photographs]
    return classifier.classes not in others


def data_of(classifier: "Classifier") -> str | None:
    """The data set at hand whose classes the network knows: its own, or one with the same."""
    own = (_path(classifier), classifier.card.get("data"))
    candidates = (*(str(name) for name in own if name), *local_sets.available())
    return next((name for name in candidates if _fits(name, classifier)), None)


def data_title(classifier: "Classifier") -> str:
    """What people call the data that the network was trained on, for Markdown."""
    name = classifier.card.get("data")
    if classifier.card.get("epochs") == 0:
        return "nothing yet: random weights"
    if name is not None:
        return literal(run_labels.data_title(str(name)))
    return "data that it does not name"


def schooling(classifier: "Classifier") -> str:
    """Where a network knows its classes from, as a clause for Markdown.

    A file of tensors does not say what they were trained on: names that were lent to its outputs
    are no evidence of it.
    """
    card = classifier.card
    if card.get("data") is not None or card.get("epochs") == 0:
        return f"trained on {data_title(classifier)}"
    outputs = f"{len(classifier.classes):,} outputs"
    lent = LENDERS.get(len(classifier.classes)) if "class names" in _assumed(card) else None
    if lent is None or classifier.classes[0].startswith("class "):
        return f"{outputs}, its file does not say of what data"
    return f"{outputs}, labelled with {lent}'s names"


def schooled(classifier: "Classifier") -> tuple[object, object]:
    """The epochs that a network was trained for and its accuracy on test pictures, or None."""
    metrics = classifier.card.get("metrics")
    accuracy = metrics.get("test_accuracy") if isinstance(metrics, dict) else None
    return classifier.card.get("epochs"), accuracy


def class_in(name: str, classes: Iterable[str]) -> str | None:
    """The one class whose name stands in a file's; a number or a letter there means nothing."""
    words = "".join(c if c.isalpha() else " " for c in name.lower()).split()
    found = [known for known in classes if known.isalpha() and known.lower() in words]
    return found[0] if len(found) == 1 and len(found[0]) > 1 else None


def how_to_have_data(classifier: "Classifier") -> str:
    """That the pictures that a network knows are not at hand, and who can have them and how."""
    name = classifier.card.get("data")
    if (row := DATA_SETS.get(str(name))) and row.download:
        return (
            f"Test pictures of {row.title} can be chosen here once a run has downloaded {row.name}."
        )
    # A visitor cannot mend it, so it is said first what this means, and then who can.
    folder = f" named {literal(str(name))}" if name else " of that kind"
    return (
        f"Test pictures of {data_title(classifier)} are not on this server. Whoever runs it can "
        f"add a folder{folder} with train/‹class›/* and test/‹class›/* to `{data_sets().name}`, in "
        "the folder where it keeps its runs."
    )


def _assumed(card: Mapping[str, object]) -> Container[object]:
    """What was assumed of an imported network; a foreign card may hold anything."""
    assumed = card.get("assumed")
    return assumed if isinstance(assumed, list) else ()


def _path(classifier: "Classifier") -> object:
    """Where the run that made the network found its data, in case they still lie there."""
    config = classifier.card.get("config")
    return config.get("data") if isinstance(config, dict) else None


def _fits(name: str, classifier: "Classifier") -> bool:
    try:
        return local_sets.at_hand(name) and local_sets.classes(name) == classifier.classes
    except DataError:
        return False
