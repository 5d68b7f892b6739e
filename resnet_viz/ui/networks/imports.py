"""Files of weights that visitors bring: taken into the chooser, and removed from it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.reporting.imports import read_from
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks import catalogue
from resnet_viz.wording import several

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

DOUBT = "import_doubt"
PARTS = "import_parts"  # of the file that waits to be imported
BY_TENSORS = "by its tensors"
SUFFIXES = ["pth", "pt", "th", "ckpt", "bin", "tar", "pkl", "safetensors"]
_UPLOADED = "uploaded"  # what the file is called meanwhile


def draw() -> None:
    """The popover that takes a file, and lists what was imported."""
    with st.popover("Import weights", icon=":material/upload_file:", type="tertiary"):
        st.caption(
            "A file of tensors in the layout of torchvision, timm, Hugging Face or a usual CIFAR "
            "program. Nothing in it is run."
        )
        file = st.file_uploader(
            "Checkpoint", type=SUFFIXES, key="import_file", on_change=_look_for_parts
        )
        st.caption(
            f"Of a file above {st.get_option('server.maxUploadSize')} MB, "
            "`python -m resnet_viz import FILE` makes one of the network alone."
        )
        parts = st.session_state.get(PARTS, []) if file else []
        part = (
            st.selectbox("Which of its networks", parts, key="import_part")
            if len(parts) > 1
            else None
        )
        name = st.selectbox(
            "Its architecture",
            [BY_TENSORS, *ARCHITECTURES],
            format_func=lambda name: TITLES.get(name, name),
            key="import_net",
        )
        side = st.segmented_control(
            "Show it on the", ["left", "right"], default="right", required=True, key="import_side"
        )
        st.button("Import", disabled=file is None, on_click=_take, args=(file, name, side, part))
        if problem := st.session_state.pop("import_problem", None):
            st.error(literal(problem))
        if done := st.session_state.pop("import_done", None):
            st.success(literal(done))
        if kept := list(catalogue.imported()):
            _removal(kept)


def _removal(kept: list[str]) -> None:
    """Choose an imported network and remove it; asked here, for a dialog would lie underneath."""
    label = st.selectbox(f"Imported networks, {len(kept)} of {catalogue.MOST}", kept)
    if st.session_state.get(DOUBT) != label:
        st.button(
            "Remove",
            icon=":material/delete:",
            key="import_remove",
            on_click=_doubt,
            args=(label,),
        )
        return
    st.warning(f"{literal(label)} will be gone for everybody who uses this server.")
    with st.container(horizontal=True):
        st.button(
            "Remove for good", type="primary", key="import_removed", on_click=_remove, args=(label,)
        )
        st.button("Keep", key="import_kept", on_click=_doubt, args=(None,))


def _doubt(label: str | None) -> None:
    st.session_state[DOUBT] = label


def _remove(label: str) -> None:
    _doubt(None)
    try:
        catalogue.remove(label)
    except UserError as error:
        st.session_state["import_problem"] = str(error)
    else:
        st.session_state["import_done"] = f"{label} is removed."


@contextmanager
def _on_disk(file: Any) -> Iterator[Path]:
    """An uploaded file as a file on the disk.

    Raises:
        UserError: with the file called one, whatever is raised meanwhile.
    """
    try:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            path = Path(folder) / _UPLOADED
            path.write_bytes(file.getbuffer())
            yield path
    except UserError as error:
        raise UserError(str(error).replace(_UPLOADED, "The file")) from error
    except OSError as error:
        raise UserError(
            "The network could not be kept, because the disk is full or cannot be written to."
        ) from error


def _look_for_parts() -> None:
    """Note the networks in a file that was just given; what is wrong with it, importing it says."""
    from resnet_viz.models import tensor_files

    st.session_state[PARTS] = []
    if file := st.session_state["import_file"]:
        with suppress(UserError), _on_disk(file) as path:
            st.session_state[PARTS] = tensor_files.parts(path)


def _take(file: Any, name: str, side: str, part: str | None) -> None:
    try:
        with _on_disk(file) as path:
            try:
                classifier = _open(path, name, part)
            except UserError as error:
                raise UserError(f"{error}{_choose_what_fits(path, part)}") from error
            label = catalogue.keep(classifier, file.name)
    except UserError as error:
        st.session_state["import_problem"] = str(error)
        return
    st.session_state[side] = label
    assumed = classifier.card.get("assumed", ())
    noted = f" Assumed, for tensors do not tell: {', '.join(assumed)}." if assumed else ""
    if folded := classifier.card.get("folded", ()):
        noted += f" Made to fit, with the same answers: {', '.join(folded)}."
    if aside := classifier.card.get("left_aside", ()):
        noted += f" Left aside: {several(len(aside), 'tensor')} that the network does not have."
    if said := read_from(classifier.card):
        noted += f" {said}"
    st.session_state["import_done"] = f"{label} is now on the {side}.{noted}"


def _choose_what_fits(path: Path, part: str | None) -> str:
    """Choose an architecture that a refused file's tensors fit, and say so; empty if none does."""
    from resnet_viz.models import foreign

    try:
        fits = foreign.fitting(path, part)
    except UserError:
        return ""
    if not fits:
        return ""
    st.session_state["import_net"] = fits[0]
    return f" {ARCHITECTURES[fits[0]].title} is chosen now: press Import again."


def _open(path: Path, name: str, part: str | None) -> "Classifier":
    from resnet_viz import models

    with suppress(models.CheckpointError):  # what a file says of itself goes before what is chosen
        return models.load(path)
    return models.import_weights(path, None if name == BY_TENSORS else name, part=part)
