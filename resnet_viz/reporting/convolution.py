"""The lesson on sizes in words and frames: a window's formula, what it loses, and a walk.

A ``window`` is an `analysis.sliding_window.Window`, and ``layers`` what
`analysis.structure.sizes.size_walk` gives.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from resnet_viz.wording import several

MOST_NAMED = 8


def answers(right: Any, wrong: Mapping[str, Any]) -> dict[str, str]:
    """How many cells come out of a window, by the number that somebody says; the least first.

    Args:
        wrong: windows that give another number, by what was left out in them.
    """
    came = (
        f"⌊(n + 2p − f) / s⌋ + 1 = ⌊({right.size} + 2·{right.padding} − {right.kernel}) / "
        f"{right.stride}⌋ + 1 = **{right.output}**, with n pixels a side of the picture, f of the "
        "kernel, p rows of zeros, and s pixels at a time; ⌊ ⌋ rounds down."
    )
    said = {right.output: came}
    for left_out, window in wrong.items():
        said[window.output] = f"{came} {left_out} it would be {window.output}."
    return {str(output): said[output] for output in sorted(said)}


def formula(window: Any) -> str:
    """The formula with the window's numbers in it, down to the result."""
    n, f, p, s, d = window.size, window.kernel, window.padding, window.stride, window.dilation
    return (
        f"⌊(n + 2p − d(f − 1) − 1) / s⌋ + 1 = ⌊({n} + 2·{p} − {d}·({f} − 1) − 1) / {s}⌋ + 1 = "
        f"⌊{window.room} / {s}⌋ + 1 = **{window.output}**"
    )


def lost(window: Any) -> str:
    """Which pixels no cell of the output reads, and why."""
    rest, unread, side = window.rest, window.unread, window.size
    picture = "padded picture" if window.padding else "picture"
    if rest == 0:
        said = f"{window.room} divides by {window.stride}: the last window ends at the border."
    else:
        end = "row and column" if rest == 1 else f"{rest} rows and columns"
        said = (
            f"{window.room} does not divide by {window.stride}, {rest} is left: the last {end} of "
            f"the {picture} are out of reach."
        )
    if not unread:
        return f"{said} {'That is padding: every' if rest else 'Every'} pixel is read."
    beyond = [pixel for pixel in unread if pixel >= side + window.padding - rest]
    between = [pixel for pixel in unread if pixel not in beyond]
    if beyond:
        said += f" Lost at the end: {_lines(beyond)}."
    if between:
        said += f" Jumped over: {_lines(between)}."
    count = side**2 - (side - len(unread)) ** 2
    return (
        f"{said} So {count:,} of {side**2:,} pixels ({100 * count / side**2:.0f} %) change nothing "
        "in what comes out."
    )


def _lines(pixels: list[int]) -> str:
    named = ", ".join(map(str, pixels[:MOST_NAMED]))
    more = f" and {len(pixels) - MOST_NAMED} more" if len(pixels) > MOST_NAMED else ""
    return f"{'row and column' if len(pixels) == 1 else 'rows and columns'} {named}{more}"


def added_up(pixels: Any, weights: Any, cell: tuple[int, int]) -> str:
    """What the products of pixels and weights, both (f, f), give for a cell of the output."""
    count = int(pixels.size)
    total = float((pixels * weights).sum())
    products = "The one product is" if count == 1 else f"The {count} products add up to"
    return (
        f"{products} **{_signed(total)}**: that is written into row {cell[0]}, column {cell[1]} "
        "of what comes out."
    )


def products_described(pixels: Any, weights: Any) -> str:
    """The three squares for whoever does not see them."""
    total = float((pixels * weights).sum())
    return (
        f"{pixels.size} pixels from {pixels.min():.2f} to {pixels.max():.2f}, as many weights from "
        f"{_signed(float(weights.min()))} to {_signed(float(weights.max()))}, and their products, "
        f"whose sum is {_signed(total)}."
    )


def weights_origin(size: int, kernel: int, number: int | None) -> str:
    """Where pixels and weights come from.

    Args:
        number: of the trained filter; None where each weight is the same.
    """
    pixels = (
        f"The picture is the photograph of the horses in grey at {size}×{size} pixels, from 0 "
        "(black) to 1 (white); padding is 0."
    )
    if number is None:
        return (
            f"{pixels} Each weight is 1/{kernel}² here, so the sum is the mean: trained weights "
            "are at hand for 3×3 kernels."
        )
    return (
        f"{pixels} The weights are filter {number} of the first layer of ResNet-56, trained on "
        "CIFAR-10; its three colours are added up, for a grey pixel has one value in all three."
    )


def _signed(value: float) -> str:
    """With a real minus."""
    return f"{value:.3f}".replace("-", "−")


def into(window: Any) -> str:
    """The size of the picture that the kernel moves over, with its padding."""
    padded = f", with padding {window.padded}×{window.padded}" if window.padding else ""
    return f"{window.size}×{window.size}{padded}"


def picture_described(window: Any, cell: tuple[int, int]) -> str:
    """What the picture under the kernel shows, for whoever does not see it."""
    rows, columns = (", ".join(map(str, window.taps(place))) for place in cell)
    return (
        f"A picture of {window.size} by {window.size} pixels with "
        f"{several(window.padding, 'row')} of padding. For row {cell[0]} and column "
        f"{cell[1]} of the output the kernel reads rows {rows} and columns {columns}. "
        f"{lost(window)}"
    )


def output_described(window: Any, cell: tuple[int, int]) -> str:
    """What the output shows, for whoever does not see it."""
    return (
        f"{window.output} by {window.output} cells come out, drawn to the same scale; row "
        f"{cell[0]}, column {cell[1]} is chosen."
    )


def walked(title: str, layers: pd.DataFrame, steps: pd.DataFrame) -> str:
    """The way of an image through a network, from size to size."""
    return (
        f"{title}: {' → '.join(map(str, steps['side']))} pixels a side. "
        f"{len(layers)} windows slide one after the other, {len(steps) - 1} change the size."
    )


def walk_described(title: str, steps: pd.DataFrame) -> str:
    """What the chart of a walk shows, for whoever does not see it."""
    shapes = "; ".join(f"{row.step} {row.shape}" for row in steps.itertuples())
    return f"What each step of {title} puts out: {shapes}."


def noticed(*, same: Any, half: Any, odd: Any, pointwise: Any, lesson: str) -> str:
    """What windows do to sizes, from four of them.

    Args:
        same: keeps the size.
        half: halves an even size, and leaves a rest.
        odd: rounds an odd size up.
        pointwise: a 1×1 kernel that jumps over pixels.
        lesson: what the one that shows such shortcuts is called.
    """
    skipped = 1 - (1 - len(pointwise.unread) / pointwise.size) ** 2
    return (
        f"A {same.kernel}×{same.kernel} kernel with padding {same.padding} keeps the size at "
        f"stride {same.stride} ({same.size} → {same.output}) and halves it at stride "
        f"{half.stride} ({half.size} → {half.output}); an odd size is rounded up ({odd.size} → "
        f"{odd.output}). At stride {half.stride} an even size leaves a rest: "
        f"{half.size} + 2·{half.padding} − {half.kernel} = {half.room} does not divide by "
        f"{half.stride}, and what is lost is the padding on the far side alone. A 1×1 kernel with "
        f"stride {pointwise.stride}, as some shortcuts have it ({lesson}), jumps over "
        f"{100 * skipped:.0f} % of the pixels that it is given."
    )


def steps(layers: pd.DataFrame) -> pd.DataFrame:
    """The layers of a walk that change the size, after the image: ``step``, ``side``, ``shape``."""
    changing = layers[layers["side"] != layers["side_in"]]
    rows = [("the image", layers["side_in"].iloc[0], 3)]
    rows += [
        ("{layer} {kernel}×{kernel}/{stride}".format_map(row), row["side"], row["channels"])
        for row in changing.to_dict("records")
    ]
    return pd.DataFrame(
        [(step, side, f"{side}×{side}×{channels}") for step, side, channels in rows],
        columns=["step", "side", "shape"],
    )


def in_numbers(layers: pd.DataFrame) -> pd.DataFrame:
    """The table of a walk, what decides first: the formula with its numbers, and what came out."""
    formula = "⌊({side_in} + 2·{padding} − {kernel}) / {stride}⌋ + 1 = {formula}"
    rows = layers.to_dict("records")
    return pd.DataFrame(
        {
            "layer": layers["layer"],
            "formula": [formula.format_map(row) for row in rows],
            "shape that came out": ["{side}×{side}×{channels}".format_map(row) for row in rows],
            "f": layers["kernel"],
            "p": layers["padding"],
            "s": layers["stride"],
            "kind": layers["kind"],
            "rows never read": layers["lost"],
        }
    )
