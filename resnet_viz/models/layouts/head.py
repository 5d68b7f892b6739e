"""The last layer by its shape, whatever it is called: the one linear layer behind the features."""

from resnet_viz.models.layouts.beside import BESIDE
from resnet_viz.models.layouts.layout import Shapes
from resnet_viz.models.layouts.places import last_convolution
from resnet_viz.models.layouts.wrapping import is_of_copy

LAST_LAYER = "fc.weight"  # as torchvision calls it


def features(named: Shapes) -> int:
    """How many numbers the blocks of a network give for a picture; 0 where there are none.

    Args:
        named: the network's tensors as torchvision names them.
    """
    last = last_convolution(named)
    return named[last][0] if last else 0


def name_head(names: dict[str, str], shapes: Shapes) -> dict[str, str]:
    """The names with the last layer's, where it is not called ``fc`` and there is only one.

    Args:
        names: torchvision's name of each tensor of the network by its own.
        shapes: of all tensors in the file, by their own names.
    """
    taken = features({new: shapes[name] for name, new in names.items()})
    if LAST_LAYER in names.values() or not taken:
        return names
    linear = {
        name: shape
        for name, shape in shapes.items()
        if len(shape) == 2
        and name.endswith(".weight")
        and not (_stands_beside(name) or is_of_copy(name))
    }
    behind = [name for name, shape in linear.items() if shape[1] == taken]
    if len(behind) != 1 or any(
        shape[1] == linear[behind[0]][0] for name, shape in linear.items() if name != behind[0]
    ):
        return names
    module = behind[0].removesuffix("weight")
    return names | {
        f"{module}{end}": f"fc.{end}" for end in ("weight", "bias") if f"{module}{end}" in shapes
    }


def _stands_beside(name: str) -> bool:
    return any(BESIDE.recognise({part: ()}) for part in name.split("."))
