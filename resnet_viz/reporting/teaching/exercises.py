"""All exercises, in the order of the pages that they follow from."""

from resnet_viz.reporting.teaching import counted, recorded
from resnet_viz.reporting.teaching.exercise import Exercise
from resnet_viz.reporting.teaching.facts import Facts

# Names of pages, as a course comes to them.
ORDER = (
    "convolution",
    "architecture",
    "vanishing",
    "gradients",
    "degradation",
    "shortcuts",
    "cardinality",
    "right_for_the_wrong_reason",
    "attribution",
)


def exercises(facts: Facts) -> list[Exercise]:
    """Those that the facts at hand answer."""
    found = [*counted.exercises(), *recorded.exercises(facts)]
    return sorted(found, key=lambda one: ORDER.index(one.page))
