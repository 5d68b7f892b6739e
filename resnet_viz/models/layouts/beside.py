"""What a training program keeps beside its network, such as the classes' weights in the loss."""

import re

from resnet_viz.models.layouts.layout import Layout, Shapes

_BESIDE = re.compile(r"^\w*(?:criterion|loss|metric|accuracy|class_weight)\w*(?:\.|$)")


def _rename(shapes: Shapes) -> dict[str, str]:
    return {name: name for name in shapes if not _BESIDE.match(name)}


BESIDE = Layout(
    name="beside",
    title="a loss or a metric beside the network",
    recognise=lambda shapes: any(map(_BESIDE.match, shapes)),
    rename=_rename,
)
