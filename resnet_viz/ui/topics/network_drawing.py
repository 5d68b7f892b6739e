"""The drawing of networks on a page, of which a part is chosen by pressing it."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from resnet_viz.ui.shell import panels

PRESSED = "pressed"
LOOK = "\n".join(
    (
        ".network-drawing svg { display: block; max-width: 100%; height: auto; }",
        ".network-drawing .part { cursor: pointer; }",
        ".network-drawing .part:hover > .room { fill: currentColor; fill-opacity: 0.08; }",
        *(
            f'.network-drawing [stroke="{hue}"] {{ stroke: light-dark({hue}, {tone}); }}'
            for hue, tone in panels.BRIGHTER.items()
        ),
    )
)

# Streamlit's chart would choose points over a picture of the drawing, but keeps its height where
# the window is narrow, has no keys, and cannot give a picture's letters the colour of the page.
_mount = st.components.v2.component(
    "network_drawing",
    css=LOOK,
    js=Path(__file__).with_suffix(".js").read_text("utf-8"),
    isolate_styles=False,  # the page's rule for what has the keyboard's focus holds in it
)


def show(svg: str, *, key: str, on_press: Callable[[str], None]) -> None:
    """Draw what `charts.drawing` wrote with ``pressable``.

    Args:
        on_press: called with the name of the part that was pressed, before the page runs again.
    """

    def follow() -> None:
        if part := st.session_state[key][PRESSED]:
            on_press(part)

    _mount(key=key, data={"svg": svg}, on_pressed_change=follow)
