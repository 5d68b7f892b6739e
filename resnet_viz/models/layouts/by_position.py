"""``nn.Sequential(*network.children())``: torchvision's parts in their order, without a name."""

import re

from resnet_viz.models.layouts.layout import Layout, one_by_one

FIRST = "0.weight"
# conv1, bn1, relu, maxpool, the four stages, avgpool, fc
_PARTS = {0: "conv1", 1: "bn1", 4: "layer1", 5: "layer2", 6: "layer3", 7: "layer4", 9: "fc"}
_NUMBER = re.compile(r"^(\d{1,4})\.")
_BLOCK = re.compile(r"^4\.0\.conv1\.weight$")


def _renamed(name: str) -> str:
    found = _NUMBER.match(name)
    part = _PARTS.get(int(found[1])) if found else None
    return f"{part}.{name[found.end() :]}" if found and part else name


BY_POSITION = Layout(
    name="by_position",
    title="torchvision's parts by their position in a Sequential",
    recognise=lambda shapes: FIRST in shapes and any(map(_BLOCK.match, shapes)),
    rename=one_by_one(_renamed),
    first_layer=FIRST,
)
