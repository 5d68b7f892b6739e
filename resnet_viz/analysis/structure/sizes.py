"""How a picture's size changes on its way through a network, window by window."""

import pandas as pd

from resnet_viz.analysis.sliding_window import Window
from resnet_viz.analysis.structure.layers import layer_table
from resnet_viz.models.architecture import Architecture


def size_walk(architecture: Architecture, size: int | None = None) -> pd.DataFrame:
    """Every convolution and pooling on the way from the image to the classes; no shortcuts.

    Args, raises: as `layer_table`.

    Returns:
        One row a layer, in forward order: layer, kind, kernel, padding, stride, side_in, side (what
        the network gives), formula (what the formula gives), lost (rows of pixels that are never
        read) and channels.
    """
    layers = layer_table(architecture, size)
    slides = layers["kernel"].notna() & ~layers["layer"].str.contains("downsample")
    rows = []
    for layer in layers[slides].to_dict("records"):
        numbers = (int(layer[name]) for name in ("kernel", "padding", "stride"))
        window = Window(layer["input"][-1], *numbers)
        rows.append(
            {
                "layer": layer["layer"],
                "kind": layer["kind"],
                "kernel": window.kernel,
                "padding": window.padding,
                "stride": window.stride,
                "side_in": window.size,
                "side": layer["output"][-1],
                "formula": window.output,
                "lost": len(window.unread),
                "channels": layer["output"][0],
            }
        )
    return pd.DataFrame(rows)
