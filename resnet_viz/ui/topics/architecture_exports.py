"""A network for other programs: as a snippet, as a list of its weights, as ONNX."""

import pandas as pd
import streamlit as st

from resnet_viz.models.architecture import MOST_SERVED, Architecture
from resnet_viz.ui.shell import links, panels


def snippet(architecture: Architecture) -> str:
    """Python that builds the network with random weights."""
    options = "".join(f", {name}={value!r}" for name, value in architecture.options.items())
    return (
        "from resnet_viz import models\n\n"
        f"network = models.build({architecture.name!r}{options})\n"
        "print(sum(parameter.numel() for parameter in network.parameters()))\n"
    )


@st.cache_data(max_entries=64, show_spinner=False)
def layout(architecture: Architecture) -> pd.DataFrame:
    """What `state_dict()` holds, with shapes in words."""
    from resnet_viz.analysis import exporting

    found = exporting.state_layout(architecture)
    return found.assign(shape=found["shape"].map(lambda sizes: " × ".join(map(str, sizes))))


def draw(label: str, architecture: Architecture, size: int) -> None:
    """What there is to take away of one network, made when it is opened."""
    box = links.expander(
        "Take it away: Python, state dict, ONNX",
        icon=":material/ios_share:",
        key="export",
        says="it closed",
    )
    if box.open:
        with box:
            _contents(label, architecture, size)


def _contents(label: str, architecture: Architecture, size: int) -> None:
    from resnet_viz import models
    from resnet_viz.models import exporting

    st.code(snippet(architecture), language="python")
    st.caption("What state_dict() holds, by torchvision's names:")
    st.dataframe(
        layout(architecture),
        hide_index=True,
        height=240,
        alt=f"Name, shape and type of every tensor in the state dict of {label}.",
    )
    if not exporting.has_onnx():
        st.caption(
            "ONNX: not here, because the package onnx is not installed; with “pip install onnx” "
            "a button appears in this place."
        )
        return
    if architecture.parameters > MOST_SERVED:
        st.caption(
            f"ONNX: not here, because the network has more than {MOST_SERVED:,} weights; the "
            "Python above builds it where there is room for it."
        )
        return
    if not exporting.fits_onnx(architecture, size):
        st.caption(
            f"ONNX: not here for images of {size} × {size} pixels, which take too much memory on "
            "their way through the network; with a smaller image a button appears in this place."
        )
        return
    st.download_button(
        "ONNX, random weights",
        lambda: exporting.to_onnx(models.ResNet(architecture), size),
        f"{panels.slug(label)}.onnx",
        "application/octet-stream",
        key=f"onnx {label}",
        on_click="ignore",
    )
