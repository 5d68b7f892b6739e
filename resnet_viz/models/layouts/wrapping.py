"""A network within another module: ``module.conv1.weight``, ``backbone._orig_mod.conv1.weight``."""

import re
from collections.abc import Collection

from resnet_viz.models.layouts.layout import Shapes

# What PyTorch puts into the middle of names where it compiles, shards or recomputes a module.
_WITHIN = re.compile(r"(?:_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module)\.")
# The slowly following copy that some programs keep beside the network that learns.
_COPY = re.compile(r"(?:^|\.)(?:encoder_k|momentum_encoder|target_(?:encoder|network)|\w*ema)\.")
MOST_CHANNELS = 4  # of a picture: the first convolution takes no more


def is_of_copy(name: str) -> bool:
    """Whether a tensor is of such a copy."""
    return bool(_COPY.search(name))


def unwrap(shapes: Shapes, first_layers: Collection[str]) -> dict[str, str]:
    """Names without what stands before them all, by the names in the file.

    What does not stand beside the network's first layer is not of the network. A file in which
    there are several, not counting a slow copy, or none, stays as it is.

    Args:
        first_layers: what the tensor of the first layer may be called.
    """
    plain = {name: _WITHIN.sub("", name) for name in shapes}
    found = _prefixes(shapes, first_layers)
    learning = [prefix for prefix in found if not is_of_copy(prefix)] or found
    prefix = learning[0] if len(learning) == 1 else ""
    return {
        name: short.removeprefix(prefix)
        for name, short in plain.items()
        if short.startswith(prefix)
    }


def apart(shapes: Shapes, first_layers: Collection[str]) -> dict[str, list[str]]:
    """The names of each network's tensors, by what stands before them all, in the file's order.

    What stands beside no network's first layer may belong to any of them, and is with all.

    Args:
        first_layers: as in ``unwrap``.
    """
    found = _prefixes(shapes, first_layers)
    networks: dict[str, list[str]] = {prefix: [] for prefix in found}
    for name in shapes:
        plain = _WITHIN.sub("", name)
        own = max(filter(plain.startswith, found), key=len, default=None)
        for prefix in found if own is None else [own]:
            networks[prefix].append(name)
    return networks


def _prefixes(shapes: Shapes, first_layers: Collection[str]) -> list[str]:
    """What stands before the name of each network's first layer, in the order of the file."""
    found = []
    for name, shape in shapes.items():
        if len(shape) != 4 or shape[1] > MOST_CHANNELS:
            continue
        plain = _WITHIN.sub("", name)
        ends = [end for end in first_layers if f".{plain}".endswith(f".{end}")]
        if ends:
            found.append(plain.removesuffix(max(ends, key=len)))
    return list(dict.fromkeys(found))
