"""What is said of a map and of the class that a network takes a picture for."""

from collections.abc import Container, Iterable

import pandas as pd

from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.numbers import size

# Names of ImageNet that are right, too, of what a shipped photograph shows.
KINDS = {
    "cat": ("tabby", "tiger cat", "Persian cat", "Siamese cat", "Egyptian cat"),
    "espresso": ("cup", "coffee mug"),
}


def question(families: Iterable[bool]) -> str:
    """What to look at.

    Args:
        families: of each network whether it is residual.
    """
    apart = len(set(families)) > 1
    return "Look at whether the two maps agree: the same picture and the same class" + (
        ", one network with shortcuts and one without." if apart else ", two networks."
    )


def verdict(said: str, true: str, known: Container[str]) -> str:
    """Whether a network is right about a picture whose class is known, in words and with a sign."""
    kinds = (true, *KINDS.get(true, ()))
    if not any(kind in known for kind in kinds):
        return f":material/question_mark: this network has no class called **{literal(true)}**"
    if said in kinds:
        kind = f" ({literal(true)})" if said != true else ""
        return f":material/check: **right**: {literal(said)}{kind}"
    return f":material/close: **wrong**: says {literal(said)}, it is {literal(true)}"


def seen(title: str, given: int, part: tuple[int, int]) -> str:
    """A picture as a network gets it, and which part of it that is, for Markdown.

    Args:
        given: pixels a side of the network's input.
        part: width and height of what that is made of, in the picture's own pixels.
    """
    cut = "" if part == (given, given) else f", made of the {size(*part)} in the middle"
    return f"{literal(title)}, as the network sees it: {size(given, given)}{cut}"


def seen_described(title: str, label: str, given: int) -> str:
    """The same for whoever does not see it."""
    return f"{title}, as {label} sees it, {size(given, given)} pixels."


def original(title: str, sides: tuple[int, int]) -> str:
    """A picture as it came, for Markdown."""
    return f"{literal(title)}. The original: {size(*sides)} pixels."


def explained(name: str, layer: str | None, *, inexact: bool) -> str:
    """Which class a map is for and of which layer, under the map, for Markdown."""
    where = f", {layer}" if layer else ""
    return f"for {literal(name)}{where}{', drawn pale' if inexact else ''}"


def map_described(what: str, place: str, *, inexact: bool) -> str:
    """A map for whoever does not see it: where it is strongest."""
    return f"{what}{', inexact' if inexact else ''}; strongest at {place} of the picture."


def answered(label: str, picture: str, probabilities: pd.DataFrame) -> str:
    """What a network takes a picture for, and how sure it is.

    Args:
        probabilities: a row a class: ``class`` and ``probability``.
    """
    best = best_answer(probabilities)
    share = 100 * probabilities["probability"].max()
    return f"{label} takes {picture} for {best} with {share:.0f} %."


def best_answer(probabilities: pd.DataFrame) -> str:
    """The most likely class."""
    return str(probabilities["class"].iloc[int(probabilities["probability"].argmax())])


def two_questions(left: str, right: str, *, shared: bool) -> str:
    """That maps for two classes cannot be compared, and what to do, for Markdown.

    Args:
        shared: whether the networks have a class in common.
    """
    remedy = "choose one class above" if shared else "these networks have no class in common"
    return (
        f"The left map is for {literal(left)}, the right one for {literal(right)}: two questions, "
        f"so the maps are not comparable; {remedy}."
    )


def noticed(known: Iterable[str]) -> str:
    """What a map is not.

    Args:
        known: where each network knows its classes from, as `knowledge.schooling` says it.
    """
    return (
        f"Each network only knows its own classes ({'; '.join(dict.fromkeys(known))}): on anything "
        "else it names the nearest class it has. A map says where a network finds reasons, not "
        "whether they are good ones; each map has its own scale."
    )
