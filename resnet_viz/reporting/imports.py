"""What an imported network's card says of the file that it came from, in words."""

from collections.abc import Mapping
from typing import Any

from resnet_viz.wording import listed


def assumed(card: Mapping[str, Any]) -> str:
    """What was assumed of an imported network, as a sentence; empty where nothing was."""
    found = card.get("assumed", ())
    return f"Assumed, for its tensors do not tell: {', '.join(found)}." if found else ""


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
