"""A part of a network as an equation with its own numbers, and what it costs."""

from typing import Any

from resnet_viz.frames import changes_shape
from resnet_viz.models.architecture import Architecture
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.choices import ACTIVATIONS, NORMS
from resnet_viz.wording import counted, shape

SHORTCUTS = {
    "identity": "x",
    "zero padding": r"\mathrm{pad}(x)",
    "projection": "W_s\\,x",
}
SIGNS = {
    "identity": "x",
    "zero padding": "pad(x)",
    "projection": "Wₛx",
}
WORDS = {
    "none": "No shortcut: the block has to make all of its output itself.",
    "identity": "x goes around the block as it is, for nothing.",
}


def equation(part: Any, architecture: Architecture) -> list[str]:
    """Lines of LaTeX.

    Args:
        part: a row of `analysis.outline`.
    """
    act, norm = ACTIVATIONS[architecture.activation].formula, NORMS[architecture.norm].formula
    if part.kind == "head":
        return [r"y = W\,\overline{x} + b"]
    if part.kind in ("stem", "transition"):
        inner = f"{act}({_normed(norm, 'W * x')})"
        return [rf"y = \mathrm{{maxpool}}({inner})" if part.pools else f"y = {inner}"]
    lines, inner = [f"y = {act}({_sum(part, architecture)})"], "x"
    convolutions = part.convolutions.count("→") + 1
    for number in range(1, convolutions):
        inner = f"{act}({_normed(norm, f'W_{number} * {inner}')})"
        if convolutions > 2:  # of three within each other the line would be too long
            lines.append(f"h_{number} = {inner}")
            inner = f"h_{number}"
    return [*lines, f"F(x) = {_normed(norm, f'W_{convolutions} * {inner}')}"]


def costs(part: Any) -> str:
    """A table in Markdown: x, the branch, the shortcut and y with shapes and costs."""
    is_block = part.kind in BLOCKS
    rows: list[tuple[str, ...]] = [("x", shape(part.input), "", "")]
    if is_block:
        branch = (
            part.parameters - part.shortcut_parameters,
            part.multiply_adds - part.shortcut_multiply_adds,
        )
        rows.append(("F(x)", shape(part.output), *_counts(*branch)))
    if part.shortcut != "none":
        shortcut = (part.shortcut_parameters, part.shortcut_multiply_adds)
        rows.append((_sign(part), shape(part.output), *_counts(*shortcut)))
    total = _counts(part.parameters, part.multiply_adds)
    rows.append(("**y**", shape(part.output), *(f"**{number}**" for number in total)))
    lines = ["| | shape | parameters | multiply-adds |", "|:--|:--|--:|--:|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def weights(part: Any) -> str:
    """The convolutions of a part: kernel, channels, groups and stride of each."""
    convolutions = [text for text in part.convolutions.split(" → ") if text]
    if len(convolutions) == 1:
        return f"W: {convolutions[0]}"
    signs = "₁₂₃₄"
    return " · ".join(f"W{sign}: {text}" for sign, text in zip(signs, convolutions, strict=False))


def words(part: Any, architecture: Architecture) -> str:
    """What the shortcut of a block does, in a sentence."""
    if part.kind not in BLOCKS:
        return ""
    changes = _changes(part)
    if changes and part.shortcut == "identity":
        return f"x goes around the block, but not as it is: it {changes}."
    said = _way(part, architecture)
    return f"{said} What comes of it {changes}." if changes else said


def _way(part: Any, architecture: Architecture) -> str:
    """The way around a block, whatever is multiplied on it."""
    if part.shortcut == "zero padding":
        channels_in, side, *_ = part.input
        channels_out, side_out, *_ = part.output
        every = "" if side == side_out else "takes every second pixel of x and "
        return (
            f"Option A {every}adds {channels_out - channels_in} channels of zeros to its "
            f"{channels_in}; nothing of it is learned."
        )
    if part.shortcut == "projection":
        normed = " with its normalisation" if NORMS[architecture.norm].formula else ""
        fits = ", which gives x the shape of F(x)" if changes_shape(part) else ""
        return f"Wₛ stands for a 1×1 convolution{normed}{fits}; it is learned."
    return WORDS[part.shortcut]


def _changes(part: Any) -> str:
    """What becomes of x on its way besides, as a verb; empty in the usual networks."""
    said = []
    if part.shortcut_scale != 1:
        said.append(f"is multiplied by {part.shortcut_scale:g}")
    if part.shortcut_dropout:
        said.append(f"loses {100 * part.shortcut_dropout:g} % of its values at random in training")
    return " and ".join(said)


def _sign(part: Any) -> str:
    """What is added to F(x), for a table."""
    sign = SIGNS[part.shortcut]
    if part.shortcut_scale != 1:
        sign = f"{part.shortcut_scale:g}\N{NO-BREAK SPACE}{sign}"
    if part.shortcut_dropout:
        sign = f"dropout({sign})"
    return f"+\N{NO-BREAK SPACE}{sign}"


def _sum(part: Any, architecture: Architecture) -> str:
    branch, shortcut = "F(x)", SHORTCUTS.get(part.shortcut)
    if architecture.branch_scale != 1:
        branch = rf"{architecture.branch_scale:g}\,{branch}"
    if shortcut is None:
        return branch
    if part.shortcut_scale != 1:
        shortcut = rf"{part.shortcut_scale:g}\,{shortcut}"
    if part.shortcut_dropout:
        shortcut = rf"\mathrm{{dropout}}({shortcut})"
    return f"{branch} + {shortcut}"


def _normed(norm: str, inner: str) -> str:
    return f"{norm}({inner})" if norm else inner


def _counts(parameters: int, multiply_adds: int) -> tuple[str, str]:
    """Multiply-adds shortly, which the layer table has in full: a telephone is narrow."""
    return f"{parameters:,}", counted(multiply_adds)
