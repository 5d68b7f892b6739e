"""ResNets whose blocks have a branch called so: ``conv2_x.0.residual_function.0.weight``.

Each convolution, its normalisation and its activation are one ``Sequential``, told by position.
"""

import re

from resnet_viz.models.layouts.layout import Layout, one_by_one

FIRST = "conv1.0.weight"
_BLOCK = re.compile(r"^conv(\d{1,4})_x\.(\d{1,4})\.(residual_function|shortcut)\.(\d{1,4})\.")
_PLACES = {0: "conv1", 1: "bn1", 3: "conv2", 4: "bn2", 6: "conv3", 7: "bn3"}


def _renamed(name: str) -> str:
    if name.startswith("conv1.0."):
        return name.replace("conv1.0.", "conv1.", 1)
    if name.startswith("conv1.1."):
        return name.replace("conv1.1.", "bn1.", 1)
    if not (found := _BLOCK.match(name)):
        return name
    stage, block, part, place = int(found[1]) - 1, found[2], found[3], int(found[4])
    layer = f"downsample.{place}" if part == "shortcut" else _PLACES.get(place, part)
    return f"layer{stage}.{block}.{layer}.{name[found.end() :]}"


RESIDUAL_FUNCTION = Layout(
    name="residual_function",
    title="blocks that are a residual_function (conv2_x … conv5_x)",
    recognise=lambda shapes: FIRST in shapes and any(map(_BLOCK.match, shapes)),
    rename=one_by_one(_renamed),
    first_layer=FIRST,
)
