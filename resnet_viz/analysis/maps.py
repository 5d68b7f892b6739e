"""Feature maps: what each layer puts out, and what a block adds to its shortcut."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd
import torch
from PIL import Image
from torch import Tensor, nn

from resnet_viz.analysis.anatomy import IDENTITY, PADDED, PROJECTED, shortcut_of
from resnet_viz.analysis.inspection import (
    AnalysisError,
    batch_of_one,
    calls,
    check_maps,
    inspecting,
    module_named,
)
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.layers import Block, Scale
from resnet_viz.models.resnet import ResNet

SMALLEST_MAP = 4  # pixels a side below which a map can hardly say where something is
# What is added to F(x), as He et al. 2015 write it (equations 1, 2; section 3.3).
ADDED = {IDENTITY: "x", PADDED: "padded x", PROJECTED: "Wₛx"}


@dataclass(frozen=True, eq=False)
class BlockMaps:
    """What goes through one block for one image; all tensors (K, h, w) on the CPU.

    Attributes:
        x: the block's input.
        branch: F(x), after the last normalisation and, where there is one, its constant.
        shortcut: what is added to F(x): x itself, or x padded or projected; None in a plain net.
        sum: F(x) + shortcut, exactly; in a plain net F(x).
        output: the sum after the last activation.
        formula: of the sum: ``F(x) + x``, ``F(x) + padded x`` (option A where shapes change),
            ``F(x) + Wₛx`` (a projection), ``F(x), no shortcut``; a constant stands before x.
    """

    block: str
    x: Tensor
    branch: Tensor
    shortcut: Tensor | None
    sum: Tensor
    output: Tensor
    formula: str

    @property
    def response(self) -> float:
        """Standard deviation of F(x) (He et al. 2015, section 4.2 and figure 7)."""
        return self.branch.double().std(correction=0).item()

    @property
    def shortcut_share(self) -> float:
        """‖shortcut‖₂ / (‖shortcut‖₂ + ‖F(x)‖₂): 0 is all F(x) (or a plain net), 1 all shortcut.

        The ratio ‖F(x)‖ / ‖x‖ of Jastrzębski et al. 2018 (arXiv:1710.04773), brought into 0 … 1.
        It compares sizes: where F(x) takes away what the shortcut brings, both are large. 0 where
        both are zero.
        """
        if self.shortcut is None:
            return 0.0
        shortcut, branch = self.shortcut.double().norm(), self.branch.double().norm()
        return (shortcut / (shortcut + branch)).nan_to_num().item()


def feature_maps(
    classifier: Classifier, image: Image.Image | Tensor, layers: Iterable[str]
) -> dict[str, Tensor]:
    """The outputs of modules for one image, from one forward pass.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        layers: names of modules; `layers` lists those that put out maps.

    Returns:
        The layers in the order asked for, each with its output on the CPU: shape (K, h, w), or (K,)
        for ``fc``, whose outputs are the logits.

    Raises:
        AnalysisError: if there is no such layer, where the text names some that exist, or if what
            it puts out is not finite.
    """
    names = [layers] if isinstance(layers, str) else list(layers)
    pixels = batch_of_one(classifier, image)
    with inspecting(classifier) as network:
        modules = {name: module_named(network, name) for name in names}
        with torch.no_grad(), calls(modules) as seen:
            network(pixels)
    maps = {name: seen[name][1][0].cpu() for name in names}
    for name, values in maps.items():
        check_maps(classifier, name, values)
    return maps


def block_maps(
    classifier: Classifier, image: Image.Image | Tensor, block: str | None = None
) -> dict[str, BlockMaps]:
    """Input, residual branch, shortcut, sum and output of blocks for one image.

    Args:
        image: a picture, or a preprocessed tensor of shape (3, H, W).
        block: the name of one block, such as ``layer2.0``; all of them without it.

    Returns:
        The blocks by name, in forward order.

    Raises:
        AnalysisError: if there is no such block, or if the numbers in the one asked for are not
            finite.
    """
    pixels = batch_of_one(classifier, image)
    with inspecting(classifier) as network:
        blocks = network.blocks()
        if block is not None and block not in blocks:
            raise AnalysisError(
                f"{classifier.architecture.title} has no block {block!r}; "
                f"choose one from {next(iter(blocks))} to {next(reversed(blocks))}."
            )
        chosen = blocks if block is None else {block: blocks[block]}
        parts: dict[str, nn.Module] = {}
        for name, module in chosen.items():
            parts |= {
                f"{name} whole": module,
                f"{name} branch": module.residual,
                f"{name} act": module.last_act,
            }
            if module.downsample is not None:
                parts[f"{name} shortcut"] = module.downsample
        with torch.no_grad(), calls(parts) as seen:
            network(pixels)
    tensors = {
        part: (given[0].cpu(), output[0].cpu()) for part, (given, output) in seen.items()
    }  # (K, h, w) each
    if block is not None:
        check_maps(classifier, block, *(tensor for pair in tensors.values() for tensor in pair))
    return {
        name: BlockMaps(
            block=name,
            x=tensors[f"{name} whole"][0],
            branch=tensors[f"{name} branch"][1],
            shortcut=tensors[f"{name} shortcut"][1] if f"{name} shortcut" in tensors else None,
            sum=tensors[f"{name} act"][0],
            output=tensors[f"{name} whole"][1],
            formula=_formula(chosen[name]),
        )
        for name in chosen
    }


def _formula(block: Block) -> str:
    if block.downsample is None:
        return "F(x), no shortcut"
    factors = [part.factor for part in block.downsample.modules() if isinstance(part, Scale)]
    return " ".join(["F(x) +", *(f"{factor:g}" for factor in factors), ADDED[shortcut_of(block)]])


def layers(classifier: Classifier) -> pd.DataFrame:
    """The layers that put out feature maps, with the maps' shape at the network's input size.

    Returns:
        One row a layer, in forward order: layer, kind (its class), channels, height, width.
    """
    rows = _shapes(classifier.architecture, classifier.input_size)
    return pd.DataFrame(rows, columns=["layer", "kind", "channels", "height", "width"])


def default_layer(classifier: Classifier) -> str:
    """The last stage whose maps are at least 4×4 at the network's input size.

    Deeper ones know more about the class, smaller ones less about the place. The first stage, which
    has the largest maps, where none is large enough.
    """
    sizes = {
        layer: min(height, width)
        for layer, _, _, height, width in _shapes(classifier.architecture, classifier.input_size)
    }
    stages = classifier.network.stages
    return next((name for name in reversed(stages) if sizes[name] >= SMALLEST_MAP), stages[0])


@lru_cache(maxsize=64)
def _shapes(architecture: Architecture, size: int) -> tuple[tuple[str, str, int, int, int], ...]:
    """Name, class, channels, height and width of each map, from a network without numbers."""
    with torch.device("meta"), torch.no_grad():
        network = ResNet(architecture).eval()
        modules = {
            name: module
            for name, module in network.named_modules()
            if name and not isinstance(module, nn.Identity)
        }
        with calls(modules) as seen:
            network(torch.empty(1, architecture.channels, size, size))
    return tuple(
        (name, type(modules[name]).__name__, *output.shape[1:])
        for name, (_, output) in seen.items()
        if output.dim() == 4
    )
