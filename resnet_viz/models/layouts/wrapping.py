"""A network within another module: ``module.conv1.weight``, ``model._orig_mod.conv1.weight``."""

import re
from collections.abc import Collection

from resnet_viz.models.layouts.layout import Shapes

WRAPPERS = ("module", "model", "network", "net", "_orig_mod")  # as training programs call it


def unwrap(shapes: Shapes, first_layers: Collection[str]) -> dict[str, str]:
    """Names without what stands before them all, by the names in the file.

    What does not stand beside the network's first layer is not of the network. A file in which
    there are several, or none, stays as it is.

    Args:
        first_layers: what the tensor of the first layer may be called.
    """
    wrappers, firsts = "|".join(WRAPPERS), "|".join(map(re.escape, first_layers))
    pattern = re.compile(rf"(?P<prefix>(?:(?:{wrappers})\.)*)(?:{firsts})")
    prefixes = {found["prefix"] for name in shapes if (found := pattern.fullmatch(name))}
    prefix = prefixes.pop() if len(prefixes) == 1 else ""
    return {name: name.removeprefix(prefix) for name in shapes if name.startswith(prefix)}
