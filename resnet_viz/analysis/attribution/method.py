"""What an attribution method is: a row of facts, and a function that explains; no torch."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

# Above which a map by integration is called inexact: what its sum misses of the score's change, and
# what another number of steps changes in the map (relative L2).
WIDEST_GAP = 0.05
WIDEST_ERROR = 0.10


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a method finds.

    Attributes:
        heatmap: shape (H, W), the input's size.
        logits: shape (classes,).
        target: index of the class that the map is about.
        note: a sentence on how far to trust the map; empty where there is nothing to say.
        gap: how far the pixels' sum is from what it has to be, as a share of that; None where the
            method promises no sum.
        error: how far the map may be from the one with infinitely many steps, as a share of its
            size (relative L2); None for a method without steps.
    """

    heatmap: "Tensor"
    logits: "Tensor"
    target: int
    note: str = ""
    gap: float | None = None
    error: float | None = None


@dataclass(frozen=True, kw_only=True)
class Method:
    """An attribution method, with all that pages and commands say of it.

    Attributes:
        name: as calls and commands write it.
        sentence: what its map shows.
        equation: of the map; its symbols are explained at the function.
        signed: whether negative values (against the class) occur.
        needs_layer: whether the map is one of a layer, which can be chosen.
        blank: what a map of zeros means; ``{layer}`` in it is the layer's name.
        explain: is given the classifier, its input of shape (1, C, H, W), the class (None for the
            predicted one) and the layer (None without ``needs_layer``), in a network that is
            evaluating and whose parameters are frozen; what else it takes has a default and stands
            in its docstring.
        slow: whether it takes many passes through the network.
    """

    name: str
    title: str
    sentence: str
    paper: str
    equation: str
    signed: bool
    needs_layer: bool
    blank: str
    explain: Callable[..., Explanation]
    slow: bool = False
