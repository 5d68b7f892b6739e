"""What is said of a map and of the class that a network takes a picture for."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from resnet_viz.data.cuts import BY_HAND, CENTRE, WHOLE
from resnet_viz.numbers import size
from resnet_viz.reporting.markdown import literal, noted
from resnet_viz.wording import several

if TYPE_CHECKING:
    from resnet_viz.analysis import Method

SURE = 0.5  # from which on a class has more than all others together
# How a picture was cut -> what its pixels are made of.
WAYS = {
    CENTRE: "the {} in the middle",
    WHOLE: "all of it and black bars, {}",
    BY_HAND: "{} of it",
}
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


def seen(
    title: str,
    given: int,
    part: tuple[int, int],
    *,
    cut: str = CENTRE,
    who: str = "",
    note: str = "",
) -> str:
    """A picture as a network gets it, and which part of it that is, for Markdown.

    Args:
        given: pixels a side of the network's input.
        part: width and height of what that is made of, in the picture's own pixels.
        cut: how the square was cut.
        who: the network, where the other one gets something else.
        note: what has to be said of how the picture was read.
    """
    made = "" if part == (given, given) else f", made of {WAYS[cut].format(size(*part))}"
    by = literal(who) if who else "the network"
    return noted(f"{literal(title)}, as {by} sees it: {size(given, given)}{made}", note)


def seen_described(title: str, label: str, given: int) -> str:
    """The same for whoever does not see it."""
    return f"{title}, as {label} sees it, {size(given, given)} pixels."


def original(title: str, sides: tuple[int, int]) -> str:
    """A picture as it came, for Markdown."""
    return f"{literal(title)}. The original: {size(*sides)} pixels."


def explained(name: str, layer: str | None, *, inexact: bool) -> str:
    """Which class a map is for and of which layer, under the map, for Markdown.

    Args:
        name: empty for a method that asks for no class.
    """
    where = f", {layer}" if layer else ""
    for_class = f"for {literal(name)}" if name else "whatever the class"
    return f"{for_class}{where}{', drawn pale' if inexact else ''}"


def no_such_class(label: str, name: str) -> str:
    """That a network cannot be asked for a class, for Markdown."""
    return (
        f"{literal(label)} has no class called {literal(name)}: choose another class to ask both "
        "networks the same."
    )


def rather_than_itself(label: str, name: str) -> str:
    """That a class would be compared with itself, for Markdown."""
    return (
        f"For {literal(label)} the class to explain is {literal(name)} itself, so its map is for "
        "that class alone: choose another class to compare with."
    )


def no_such_layer(label: str, layer: str, default: str) -> str:
    """That a network does not have a layer, for Markdown."""
    return f"{literal(label)} has no layer {literal(layer)}; {default} is shown."


def mask(strongest: float) -> str:
    """What is seen through a mask."""
    return f"Seen are the {strongest:g} % of the pixels where the map is strongest; grey, the rest."


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


def question_of_maps(explained: Sequence[str], *, shared: bool) -> str:
    """Which class the maps explain, and whether they can be compared, for Markdown.

    Args:
        explained: the class of the left map, and of the right one if that is another.
        shared: whether the networks have a class in common.
    """
    if len(explained) == 1:
        return f"Both maps explain: **{literal(explained[0])}**."
    remedy = "choose one class above" if shared else "these networks have no class in common"
    return (
        f"The left map is for {literal(explained[0])}, the right one for {literal(explained[1])}: "
        f"two questions, so the maps are not comparable; {remedy}."
    )


@dataclass(frozen=True)
class Judged:
    """What a network takes a picture for.

    Attributes:
        share: how sure it is, 0 … 1.
        true: the class of the picture, where it is known.
        right: None where the class is not known, or not to the network.
    """

    label: str
    best: str
    share: float
    true: str | None
    right: bool | None


def judged(label: str, probabilities: pd.DataFrame, true: str | None) -> Judged:
    """What a network takes a picture for, and whether that is right."""
    best = best_answer(probabilities)
    kinds = () if true is None else (true, *KINDS.get(true, ()))
    known = any(kind in set(probabilities["class"]) for kind in kinds)
    share = float(probabilities["probability"].max())
    return Judged(label, best, share, true, best in kinds if known else None)


def finding(title: str, said: Sequence[Judged]) -> str:
    """Who is right about a picture and how sure, for Markdown.

    Args:
        title: of the picture, for where no network knows its class.
        said: by one network or two.
    """
    true = next((one.true for one in said if one.right is not None), None)
    what = literal(title) if true is None else f"the {literal(true)}"
    if all(one.right for one in said):
        who = " and ".join(_sure(one) for one in said)
        both = "Both are" if len(said) > 1 else "The network is"
        return f"{both} right about {what}: {who}."
    clauses = []
    for one in said:
        if one.right:
            clauses.append(f"{literal(one.label)} is right ({_share(one)}{_doubt(one)})")
        elif clauses and clauses[-1].startswith(f"{literal(said[0].label)} takes"):
            clauses.append(f"{literal(one.label)} for {_a(one.best)} ({_share(one)})")
        else:
            taken = "it" if clauses else what
            text = f"{literal(one.label)} takes {taken} for {_a(one.best)} ({_share(one)})"
            clauses.append(text)
    neither = len(said) > 1 and all(one.right is False for one in said)
    return ", ".join(clauses) + (": neither is right." if neither else ".")


OUTCOMES = ("both right", "only one right", "none right", "class not known")


def outcome(said: Sequence[Judged]) -> str:
    """How many networks are right about a picture."""
    rights = [one.right for one in said if one.right is not None]
    if not rights:
        return OUTCOMES[3]
    if all(rights):
        return OUTCOMES[0]
    return OUTCOMES[1] if any(rights) else OUTCOMES[2]


def counted(pictures: Sequence[Sequence[Judged]]) -> str:
    """How many of several pictures both, one or none of the networks is right about."""
    known = [said for said in pictures if any(one.right is not None for one in said)]
    if not known:
        unknown_ones = several(len(pictures), "picture")
        return f"{unknown_ones} whose class is not known: nobody is right or wrong."
    names = dict.fromkeys(one.label for said in known for one in said)
    rights = {
        name: sum(bool(one.right) for said in known for one in said if one.label == name)
        for name in names
    }
    said_of = ", ".join(f"{literal(name)} about {number}" for name, number in rights.items())
    unknown = len(pictures) - len(known)
    rest = (
        f" {unknown} more {'is' if unknown == 1 else 'are'} of no class they know."
        if unknown
        else ""
    )
    of = f"{several(len(known), 'picture')} of known classes"
    return f"Of {of}, right are: {said_of}.{rest}"


def signs(said: Sequence[Judged]) -> str:
    """A sign for each network: right, wrong, or not to be said."""
    return "".join({True: "✓", False: "✗", None: "?"}[one.right] for one in said)


def card(title: str, said: Sequence[Judged]) -> str:
    """A small picture with its maps, for whoever does not see it."""
    heard = ", ".join(f"{one.label} says {one.best}" for one in said)
    return f"{title} with the maps of both networks; {heard}."


def limits(networks: Iterable[tuple[str, int, object, object]]) -> str:
    """Why networks err, for Markdown.

    Args:
        networks: of each its name, the pixels a side that it is given, and the epochs and the
            accuracy (%) that its card names, if any.
    """
    said = []
    for label, pixels, epochs, accuracy in networks:
        trained = f", was trained for {several(int(str(epochs)), 'epoch')}" if epochs else ""
        errs = (
            f" and errs on {100 - accuracy:.1f} % of its test pictures"
            if isinstance(accuracy, int | float)
            else ""
        )
        said.append(f"{literal(label)} sees {size(pixels, pixels)} pixels{trained}{errs}")
    return f"Why they may err: {'; '.join(said)}."


def _share(one: Judged) -> str:
    return f"{100 * one.share:.0f} %"


def _sure(one: Judged) -> str:
    return f"{literal(one.label)} with {_share(one)}{_doubt(one)}"


def _doubt(one: Judged) -> str:
    return ", unsure" if one.share < SURE else ""


def _a(name: str) -> str:
    """A class with its article, where it is a word."""
    if not name[:1].isalpha():
        return literal(name)
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {literal(name)}"


def method(row: "Method") -> str:
    """What a method shows, what it assumes and when it is not to be trusted, for Markdown."""
    return (
        f"{row.title}: {row.sentence} {row.paper}. It assumes: {row.assumes} "
        f"Not to be trusted: {row.distrust} "
    )


def methods(rows: Sequence["Method"]) -> str:
    """The same of several, each in a paragraph of its own, for Markdown."""
    return "\n\n".join(map(method, rows)) + ("\n\n" if len(rows) > 1 else "")


def sources(rows: Sequence["Method"]) -> str:
    """Where methods come from, and who looked into what such maps can show."""
    papers = "; ".join(dict.fromkeys(row.paper for row in rows))
    return (
        f"{papers}; on what such maps can and cannot show: Adebayo et al. 2018, arXiv:1810.03292."
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
