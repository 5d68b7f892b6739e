"""What networks cost, in words and as a table, beside what was published of them."""

from collections.abc import Mapping

import pandas as pd

from resnet_viz.models.architecture import Architecture
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.choices import STEMS
from resnet_viz.models.published import (
    CIFAR10_PARAMETERS,
    IMAGENET_ERROR,
    IMAGENET_GMACS,
    IMAGENET_WEIGHTS,
    cifar10_test_error,
)
from resnet_viz.wording import counted, shape

NOTHING = "–"
# Column of `analysis.layer_table` -> its heading.
COLUMNS = {
    "layer": "layer",
    "kind": "type",
    "kernel": "kernel",
    "stride": "stride",
    "padding": "padding",
    "groups": "groups",
    "input": "input",
    "output": "output",
    "parameters": "parameters",
    "multiply_adds": "multiply-adds",
    "receptive_field": "receptive field",
    "share": "share (%)",
}


def layers(table: pd.DataFrame) -> pd.DataFrame:
    """`analysis.layer_table` as it is shown, with shapes in words."""
    shown = table.assign(
        **{name: table[name].map(shape) for name in ("input", "output")},
        **{name: table[name].astype("Int64") for name in ("kernel", "stride", "padding", "groups")},
    )
    return shown.rename(columns=COLUMNS)[list(COLUMNS.values())]


def finding(outlines: Mapping[str, pd.DataFrame]) -> str:
    """What the shortcuts of the networks shown cost, and what is to be known of their blocks."""
    said = [_cost(label, parts) for label, parts in outlines.items()]
    drawn = set().union(*(parts["kind"] for parts in outlines.values()))
    said += [kind.sentence for name, kind in BLOCKS.items() if name in drawn and kind.sentence]
    return " ".join(said)


def _cost(label: str, parts: pd.DataFrame) -> str:
    arcs = int((parts["shortcut"] != "none").sum())
    if not arcs:
        return f"{label} has no shortcut: each block must pass on all that the next one needs."
    cost = parts[["shortcut_parameters", "shortcut_multiply_adds"]].sum()
    if not cost.any():
        return (
            f"The {arcs} shortcuts of {label} have no parameters and cost no multiply-add: without "
            "them the network is of *equal* size."
        )
    whole = parts[["parameters", "multiply_adds"]].sum()
    shares = [100 * part / all_ for part, all_ in zip(cost, whole, strict=True)]
    return (
        f"The {arcs} shortcuts of {label} hold {shares[0]:.1f} % of its parameters and "
        f"{shares[1]:.1f} % of its multiply-adds."
    )


def published_parameters(row: Architecture) -> str:
    """As torchvision documents them, or as the paper gives them in millions."""
    if (known := IMAGENET_WEIGHTS.get(row.name)) is not None:
        return f"{known.parameters:,}"
    return f"{CIFAR10_PARAMETERS[row.name]} M" if row.name in CIFAR10_PARAMETERS else NOTHING


def published_gmacs(row: Architecture) -> dict[str, float | None]:
    """Multiply-adds at 224×224 in units of 10⁹, by who gives them."""
    return {
        "torchvision": getattr(IMAGENET_WEIGHTS.get(row.name), "gmacs", None),
        "paper": IMAGENET_GMACS.get(row.name),
    }


def published_multiply_adds(row: Architecture) -> str:
    """The same in words."""
    found = published_gmacs(row).items()
    said = [f"{value:g} G ({who})" for who, value in found if value is not None]
    return ", ".join(said) or NOTHING


def family_row(row: Architecture, parameters: int, multiply_adds: int) -> dict[str, object]:
    """A network in the table of all: what is counted here, and beside it what is published."""
    return {
        "network": row.title,
        "blocks a stage": ", ".join(map(str, row.blocks)),
        "parameters": parameters,
        "published": published_parameters(row),
        "multiply-adds": multiply_adds / 1e9,
        **published_gmacs(row),
        "paper's error (%)": IMAGENET_ERROR.get(row.name)
        or cifar10_test_error(row.name).removesuffix(" %"),
        "images": f"{STEMS[row.stem].pictures}, {row.input_size}×{row.input_size}",
    }


def compared(architecture: Architecture, size: int, parameters: int, multiply_adds: int) -> str:
    """The totals in words, beside the published ones where these speak of the same network."""
    said = f"{parameters:,} parameters and {counted(multiply_adds)} multiply-adds"
    if architecture.options:
        return f"{said}; neither is published of this variant."
    if size != architecture.input_size:
        return f"{said} at {size} × {size}."
    published = {
        "parameters": published_parameters(architecture),
        "multiply-adds": published_multiply_adds(architecture),
    }
    known = [f"{number} {what}" for what, number in published.items() if number != NOTHING]
    if not known:
        return f"{said}; the paper gives no numbers."
    return f"{said}; published: {' and '.join(known)}."
