"""The networks in what a file holds: wherever a dictionary of tensors or a whole module is.

Every value is visited once, however often it is named, and no deeper than networks nest.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from resnet_viz.models.layouts import networks_within
from resnet_viz.models.layouts.wrapping import is_of_copy
from resnet_viz.models.tensor_files.inert import Inert, Stored

DEEPEST = 32  # dictionaries within each other, modules within each other
MOST_NAME = 500  # letters
MOST_MODULES = 50_000
REST = "the rest"  # what a network is called that has no name beside others that have
# Where these are in a name the weights are another network's that is trained, averaged.
_AVERAGED = ("ema", "average", "avg", "swa", "shadow", "teacher", "momentum", "target")

Tensors = dict[str, Stored]


@dataclass(frozen=True)
class Network:
    """A network in a file.

    Attributes:
        name: the names on the way to it, joined by dots; empty where the file is the network.
        tensors: its own, by their names.
        beside: tensors that are in the file beside all networks, by their names in it.
    """

    name: str
    tensors: Tensors
    beside: Tensors


def networks(content: Any) -> list[Network]:
    """The networks that something holds; the first one is the one that is meant where none is said.

    Of a training program's weights and their moving average the weights come first.
    """
    found = [(path, tensors) for path, tensors in _dictionaries(content) if tensors]
    are_networks = [bool(networks_within(_shapes(tensors))) for _, tensors in found]
    if not any(are_networks):  # of a layout that nothing here knows; the error will say so
        if isinstance(content, Inert) and not _is_module(content):
            return []
        found.sort(key=lambda one: -len(one[1]))
        return [Network(path, tensors, {}) for path, tensors in found[:1]]
    beside = {
        _joined(path, name): tensor
        for (path, tensors), is_network in zip(found, are_networks, strict=True)
        if not is_network
        for name, tensor in tensors.items()
    }
    within = [
        Network(name, own, beside)
        for one, is_network in zip(found, are_networks, strict=True)
        if is_network
        for name, own in _parted(*one)
    ]
    return sorted(within, key=lambda network: _is_averaged(network.name))


def _is_averaged(name: str) -> bool:
    return is_of_copy(f"{name}.") or any(word in name.lower() for word in _AVERAGED)


def _parted(path: str, tensors: Tensors) -> Iterator[tuple[str, Tensors]]:
    """The networks of one dictionary, told by what stands before their first layers' names."""
    found = networks_within(_shapes(tensors))
    if len(found) < 2:
        yield path, tensors
        return
    for prefix, own in found.items():
        yield _joined(path, prefix.rstrip(".") or REST), {name: tensors[name] for name in own}


def _joined(*names: str) -> str:
    return ".".join(filter(None, names))


def _shapes(tensors: Mapping[str, Stored]) -> dict[str, tuple[int, ...]]:
    return {name: tensor.shape for name, tensor in tensors.items()}


def _dictionaries(content: Any) -> Iterator[tuple[str, Tensors]]:
    """Each dictionary's tensors and each module's, by the way to it, in the order of the file.

    What is numbered within a dictionary is an optimiser's, and not looked at.
    """
    waiting, seen = [("", content, 0)], set()
    while waiting:
        path, thing, depth = waiting.pop()
        if id(thing) in seen or depth > DEEPEST or len(path) > MOST_NAME:
            continue
        seen.add(id(thing))
        if _is_module(thing):
            yield path, _of_module(thing)
            continue
        inside = _inside(thing)
        yield path, {name: one for name, one in inside if isinstance(one, Stored)}
        deeper = [(_joined(path, name), one, depth + 1) for name, one in inside]
        waiting += reversed(deeper)


def _inside(thing: Any) -> list[tuple[str, Any]]:
    """What a dictionary, a list or a stand-in for an object holds, by name."""
    if isinstance(thing, Inert):
        kept = [thing.state, thing.items]
        if isinstance(thing.state, tuple):
            kept += thing.state
        return [pair for one in kept if isinstance(one, dict) for pair in _inside(one)]
    if isinstance(thing, dict):
        return [
            (name, one)
            for name, one in thing.items()
            if type(name) is str and len(name) < MOST_NAME
        ]
    if isinstance(thing, list | tuple):
        return [
            (str(place), one)
            for place, one in enumerate(thing)
            if isinstance(one, dict | list | Inert)
        ]
    return []


def _is_module(thing: Any) -> bool:
    return (
        isinstance(thing, Inert)
        and isinstance(thing.state, dict)
        and all(isinstance(thing.state.get(kind), dict) for kind in ("_parameters", "_modules"))
    )


def _of_module(module: Inert) -> Tensors:
    """A whole module's parameters and buffers, named as its ``state_dict`` names them."""
    tensors: Tensors = {}
    waiting, left = [("", module, 0)], MOST_MODULES
    while waiting and left:
        prefix, one, depth = waiting.pop()
        left -= 1
        if not _is_module(one) or depth > DEEPEST or len(prefix) > MOST_NAME:
            continue
        for kind in ("_parameters", "_buffers"):
            tensors |= {
                f"{prefix}{name}": tensor
                for name, tensor in _inside(one.state.get(kind))
                if isinstance(tensor, Stored)
            }
        inner = _inside(one.state["_modules"])
        waiting += [(f"{prefix}{name}.", part, depth + 1) for name, part in reversed(inner)]
    return tensors
