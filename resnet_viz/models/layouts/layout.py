"""What a layout is: a way to name the tensors of a network."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

FIRST_LAYER = "conv1.weight"  # as torchvision calls it
Shapes = Mapping[str, tuple[int, ...]]  # of tensors by name, in the order of the file


def one_by_one(renamed: Callable[[str], str]) -> Callable[[Shapes], dict[str, str]]:
    """A layout's ``rename`` where each name follows from the tensor's own alone."""
    return lambda shapes: {name: renamed(name) for name in shapes}


@dataclass(frozen=True, kw_only=True)
class Layout:
    """A way in which other programs name tensors, or what they put beside them.

    Attributes:
        name: what the program calls it.
        title: the same in words.
        recognise: whether tensors of such names and shapes are in it.
        rename: torchvision's name of each tensor by its own, or one nearer to it that a later
            layout of the table recognises; tensors that are not of the network are left out.
        first_layer: what the weight of the first convolution is called in it.
    """

    name: str
    title: str
    recognise: Callable[[Shapes], bool]
    rename: Callable[[Shapes], dict[str, str]]
    first_layer: str = FIRST_LAYER
