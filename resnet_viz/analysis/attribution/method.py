"""What an attribution method is: a row of facts, and a function that explains; no torch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from resnet_viz import checks
from resnet_viz.analysis.errors import AnalysisError

if TYPE_CHECKING:
    from torch import Tensor

# Above which a map by integration is called inexact: what its sum misses of the score's change, and
# what another number of steps changes in the map (relative L2).
WIDEST_GAP = 0.05
WIDEST_ERROR = 0.10

# A class, the predicted one, or the first rather than the second: yᵃ − yᵇ.
Target = int | tuple[int, int] | None
Progress = Callable[[int, int], object]  # done, of how many; may raise to cancel

FAMILIES = {
    "cam": "class activation maps",
    "gradient": "gradients of the image",
    "propagation": "propagation of the score",
    "perturbation": "perturbation of the image",
}


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
class Parameter:
    """A number that a method can be told, by keyword.

    Attributes:
        sentence: what it does.
        default: without it.
        least, most: its bounds, both possible.
    """

    name: str
    title: str
    sentence: str
    default: float
    least: float
    most: float

    @property
    def is_whole(self) -> bool:
        """Whether it counts something."""
        return isinstance(self.default, int)

    def check(self, value: Any) -> None:
        """See that a value is possible.

        Raises:
            AnalysisError: if it is not.
        """
        if self.is_whole:
            least, most = int(self.least), int(self.most)
            checks.whole(self.name, value, least=least, most=most, error=AnalysisError)
        else:
            checks.number(self.name, value, least=self.least, most=self.most, error=AnalysisError)


@dataclass(frozen=True, kw_only=True)
class Images:
    """Images that a method can be told, by keyword: normalised, shape (N, C, H, W)."""

    name: str
    title: str
    sentence: str

    def check(self, value: Any) -> None:
        """See that a value may be such; the method itself compares it with its image.

        Raises:
            AnalysisError: if it is not.
        """
        if getattr(value, "ndim", 0) != 4 or not len(value):
            raise AnalysisError(f"{self.name} is a tensor of normalised images, (N, C, H, W).")


SEED = Parameter(
    name="seed",
    title="Seed",
    sentence="The same seed draws the same numbers.",
    default=0,
    least=0,
    most=2**31 - 1,
)


@dataclass(frozen=True, kw_only=True)
class Method:
    """An attribution method, with all that pages and commands say of it.

    Attributes:
        name: as calls and commands write it.
        sentence: what its map shows.
        equation: of the map; its symbols are explained at the function.
        family: a key of ``FAMILIES``.
        assumes: what has to hold for the map to mean what the sentence says.
        distrust: when it does not.
        cost: roughly how many forward passes it takes as it is set; a backward pass counts as two.
        signed: whether negative values (against the class) occur.
        needs_layer: whether the map is one of a layer, which can be chosen.
        asks_class: whether the class changes the map.
        blank: what a map of zeros means; ``{layer}`` in it is the layer's name.
        explain: is given the classifier, its input of shape (1, C, H, W), the target and the layer
            (None without ``needs_layer``), in a network that is evaluating and whose parameters are
            frozen; by keyword what else the person says.
        parameters: what may be said by keyword.
        slow: whether it takes many passes through the network; then ``explain`` takes ``progress``.
        weigh: of a class activation map that needs no other pass than one forward and one backward:
            the map (h, w) of a layer's activations and their gradients, both (1, K, h, w).
    """

    name: str
    title: str
    sentence: str
    paper: str
    equation: str
    family: str
    assumes: str
    distrust: str
    cost: int
    signed: bool
    needs_layer: bool
    blank: str
    explain: Callable[..., Explanation]
    asks_class: bool = True
    parameters: tuple[Parameter | Images, ...] = ()
    slow: bool = False
    weigh: "Callable[[Tensor, Tensor], Tensor] | None" = None

    def check(self, options: Mapping[str, Any]) -> None:
        """See that it can be told this.

        Raises:
            AnalysisError: if it does not know an option, or a value is out of bounds.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in options.items():
            if name not in known:
                takes = f"choose from {', '.join(known)}" if known else "it takes none"
                raise AnalysisError(f"{self.title} has no option {name!r}; {takes}.")
            known[name].check(value)
