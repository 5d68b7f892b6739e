"""Heavy imports behind the first page: nobody waits for torch before there is something to see."""

import threading
from importlib import import_module

import streamlit as st

MODULES = ("torch", "resnet_viz.models.checkpoint", "resnet_viz.data.sources", "captum.attr")


@st.cache_resource(show_spinner=False)
def start() -> threading.Thread:
    """Import torch and what the analyses need in the background, once a server."""
    thread = threading.Thread(target=_import, name="warm imports", daemon=True)
    thread.start()
    return thread


def _import() -> None:
    for module in MODULES:
        import_module(module)
