"""What goes through a block for an image: x, F(x), and what the block adds to its shortcut."""

from dataclasses import dataclass

import torch
from PIL import Image
from torch import Tensor, nn

from resnet_viz.analysis.access import calls, inspecting
from resnet_viz.analysis.checked import batch_of_one, check_maps
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.structure.dry_run import IDENTITY, PADDED, PROJECTED, shortcut_of
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.layers import Block, Scale

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
