"""How other programs name the tensors of a network: a unit a layout, all of them in `LAYOUTS`.

torchvision's names are ours. A new layout is a module with its row here. `BY_ORDER` is for names
that no row knows.
"""

from resnet_viz.models.layouts.beside import BESIDE
from resnet_viz.models.layouts.by_order import BY_ORDER
from resnet_viz.models.layouts.by_position import BY_POSITION
from resnet_viz.models.layouts.head import name_head
from resnet_viz.models.layouts.hugging_face import HUGGING_FACE
from resnet_viz.models.layouts.layout import FIRST_LAYER, Layout, Shapes
from resnet_viz.models.layouts.linear_shortcut import LINEAR_SHORTCUT
from resnet_viz.models.layouts.places import has_blocks, without_place
from resnet_viz.models.layouts.residual_function import RESIDUAL_FUNCTION
from resnet_viz.models.layouts.wrapping import apart, is_of_copy, unwrap

__all__ = [
    "BESIDE",
    "BY_ORDER",
    "FIRST_LAYER",
    "LAYOUTS",
    "Layout",
    "Shapes",
    "networks_within",
    "read_names",
]

# In the order in which they are looked for; a file may be in several.
LAYOUTS: dict[str, Layout] = {
    layout.name: layout
    for layout in (
        HUGGING_FACE,
        RESIDUAL_FUNCTION,
        BY_POSITION,
        LINEAR_SHORTCUT,
        BESIDE,
    )
}


def read_names(shapes: Shapes) -> tuple[dict[str, str], list[Layout]]:
    """torchvision's name of each tensor by its own, and the layouts in which they were found.

    Where the layouts leave blocks without a name, order and shapes decide. Of two tensors that
    would have one name, the later one in the file has it.
    """
    names = unwrap(shapes, _first_layers())
    found = []
    for layout in LAYOUTS.values():
        now = {new: shapes[name] for name, new in names.items()}
        if layout.recognise(now):
            renamed = layout.rename(now)
            names = {name: renamed[new] for name, new in names.items() if new in renamed}
            found.append(layout)
    names = name_head(names, shapes)
    complete = has_blocks(names.values()) and not without_place(names.values())
    learning = {name: shape for name, shape in shapes.items() if not is_of_copy(name)}
    if not complete and BY_ORDER.recognise(learning):
        names, found = name_head(BY_ORDER.rename(learning), shapes), [BY_ORDER]
    return names, found


def networks_within(shapes: Shapes) -> dict[str, list[str]]:
    """The names of the tensors of each network among them, by what stands before them all."""
    return apart(shapes, _first_layers())


def _first_layers() -> set[str]:
    return {FIRST_LAYER, *(layout.first_layer for layout in LAYOUTS.values())}
