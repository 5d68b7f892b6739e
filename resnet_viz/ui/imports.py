"""Files of weights that visitors bring: taken into the chooser, and removed from it."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.ui import sources

if TYPE_CHECKING:
    from resnet_viz.models import Classifier


def draw() -> None:
    """The popover that takes a file, and lists what was imported."""
    with st.popover("Import weights", icon=":material/upload_file:", width="stretch"):
        st.caption(
            "A file of tensors in torchvision's layout or a usual CIFAR layout. Nothing in it is "
            "run."
        )
        file = st.file_uploader(
            "Checkpoint", type=["pth", "pt", "th", "ckpt", "safetensors"], key="import_file"
        )
        name = st.selectbox(
            "Its architecture",
            list(ARCHITECTURES),
            index=list(ARCHITECTURES).index("resnet20"),
            format_func=lambda name: ARCHITECTURES[name].title,
            key="import_net",
        )
        side = st.segmented_control(
            "Show it on the", ["left", "right"], default="right", required=True, key="import_side"
        )
        st.button("Import", disabled=file is None, on_click=_take, args=(file, name, side))
        if kept := list(sources.imported()):
            label = st.selectbox(f"Imported networks, {len(kept)} of {sources.MOST}", kept)
            if st.button("Remove", icon=":material/delete:", key="import_remove"):
                _confirm(label)
        if problem := st.session_state.pop("import_problem", None):
            st.error(problem)
        if done := st.session_state.pop("import_done", None):
            st.success(done)


@st.dialog("Remove for good?")
def _confirm(label: str) -> None:
    st.write(f"{label} will be gone for everybody who uses this server.")
    with st.container(horizontal=True):
        remove = st.button(
            "Remove", type="primary", key="import_removed", on_click=_remove, args=(label,)
        )
        if remove or st.button("Keep", key="import_kept"):
            st.rerun()


def _remove(label: str) -> None:
    try:
        sources.remove(label)
    except UserError as error:
        st.session_state["import_problem"] = str(error)
    else:
        st.session_state["import_done"] = f"{label} is removed."


def _take(file: Any, name: str, side: str) -> None:
    suffix = ".safetensors" if file.name.endswith(".safetensors") else ".pth"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"uploaded{suffix}"
        path.write_bytes(file.getbuffer())
        try:
            classifier = _open(path, name)
            label = sources.keep(classifier, file.name)
        except UserError as error:
            st.session_state["import_problem"] = str(error).replace(path.name, "The file")
            return
        except OSError:
            st.session_state["import_problem"] = (
                "The network could not be kept, because the disk is full or cannot be written to."
            )
            return
    st.session_state[side] = label
    st.session_state["import_done"] = f"{label} is now on the {side}."


def _open(path: Path, name: str) -> "Classifier":
    from resnet_viz import models

    if path.suffix == ".safetensors":
        try:
            return models.load(path)
        except models.CheckpointError:
            return models.import_weights(path, architecture=name)
    return models.import_weights(path, architecture=name)
