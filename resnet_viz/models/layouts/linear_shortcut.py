"""The usual CIFAR ResNets: ``linear`` is the last layer, ``shortcut`` what goes around a block."""

import re

from resnet_viz.models.layouts.layout import Layout, one_by_one

_LINEAR = re.compile(r"^linear\.")
_ALONE = re.compile(r"\.downsample\.(weight|bias)$")  # a projection without a normalisation


def _renamed(name: str) -> str:
    name = _LINEAR.sub("fc.", name).replace(".shortcut.", ".downsample.")
    return _ALONE.sub(r".downsample.0.\1", name)


LINEAR_SHORTCUT = Layout(
    name="linear_shortcut",
    title="the names of the usual CIFAR ResNets (linear, shortcut)",
    recognise=lambda shapes: any(name != _renamed(name) for name in shapes),
    rename=one_by_one(_renamed),
)
