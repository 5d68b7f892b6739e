"""What is known of an imported network, in words: what was assumed, and what a check of that gave.

A ``check`` is an `analysis.AssumptionCheck`.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from resnet_viz.wording import listed, several

DOUBT = "something else may be assumed wrongly, or it may be trained on other data"
MOST_SHOWN = 8  # ways in a table


def assumed(card: Mapping[str, Any]) -> str:
    """What was assumed of an imported network, as a sentence; empty where nothing was."""
    found = card.get("assumed")
    found = list(map(str, found)) if isinstance(found, list) else []
    return f"Assumed, for its tensors do not tell: {', '.join(found)}." if found else ""


def checked(card: Mapping[str, Any]) -> str:
    """On what the way was found in which a network is used, as a sentence; empty without that."""
    try:
        known = card["checked"]
        images, accuracy, data = int(known["images"]), float(known["accuracy"]), str(known["data"])
        differs = list(map(str, known["differs"]))
    except (KeyError, TypeError, ValueError):  # a foreign card may hold anything
        return ""
    way = f" with {listed(differs)}" if differs else ""
    return f"Checked on {several(images, 'test picture')} of {data}: {accuracy:.1f} % right{way}."


def verdict(check: Any) -> str:
    """What a check says of the assumptions, and what is better than they are."""
    one, best = check.imported, check.best
    tried = len(check.alternatives) - 1
    said = (
        f"As imported, {one.accuracy:.1f} % of {several(check.images, 'test picture')} of "
        f"{check.data} are right"
    )
    better = f"{best.accuracy:.1f} % are right with {listed(best.differs)}." if best != one else ""
    if better and check.is_mostly_wrong(best):
        better += f" That is still wrong more often than right: {DOUBT}."
    if check.is_near_guessing(one):
        said += f", no better than guessing ({check.guessing:.3g} %)"
        said += ": the assumptions are probably wrong"
        others = _none_better(tried)
        return f"{said}; {better or f'{others}, so it may be trained on other data.'}"
    if better:
        return f"{said}; {better}"
    others = f", and {_none_better(tried)}" if tried else ""
    said += f", where guessing gives {check.guessing:.3g} %{others}."
    if check.is_mostly_wrong(one):
        said += f" It is wrong more often than right: {DOUBT}."
    return said


def _none_better(tried: int) -> str:
    if not tried:
        return "there is no other way to use its tensors"
    if tried == 1:
        return "the one other way to use its tensors is not clearly better"
    return f"none of {tried} other ways to use its tensors is clearly better"


def ways_tried(check: Any) -> pd.DataFrame:
    """The ways that were right most often, and the one as imported.

    Returns:
        One row a way, the best first: way, right (per cent).
    """
    best = sorted(check.alternatives, key=lambda one: -one.accuracy)[:MOST_SHOWN]
    shown = best if check.imported in best else [*best[:-1], check.imported]
    return pd.DataFrame(
        {
            "way": [", ".join(one.differs) or "as imported" for one in shown],
            "right": [one.accuracy for one in shown],
        }
    )


def read_from(card: Mapping[str, Any]) -> str:
    """A sentence each on which of a file's networks this is and on what normalises its pictures.

    Empty where the file held one network and said nothing.
    """
    sentences = []
    if others := card.get("other_parts"):
        sentences.append(f"It is {card['part']}; the file also holds {listed(others)}.")
    if names := card.get("normalised_by"):
        sentences.append(f"Pictures are normalised by the file's {listed(names)}.")
    return " ".join(sentences)
