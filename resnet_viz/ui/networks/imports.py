"""Files of weights that visitors bring: taken into the chooser, and removed from it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.data import local_sets
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES, TITLES
from resnet_viz.models.choices import CHANNEL_ORDERS, ZERO_PADDINGS
from resnet_viz.reporting.imports import assumed, read_from
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import opened
from resnet_viz.wording import several

if TYPE_CHECKING:
    from resnet_viz.models import Classifier
    from resnet_viz.models.told import Told

DOUBT = "import_doubt"
PARTS = "import_parts"  # of the file that waits to be imported
BY_TENSORS = "by its tensors"
GUESS = "none: the best guess"
_UPLOADED = "uploaded"  # what the file is called meanwhile


def draw() -> None:
    """The popover that takes a file, and lists what was imported."""
    with st.popover("Import weights", icon=":material/upload_file:", type="tertiary"):
        st.caption(
            "The weights of a residual network, whatever program wrote them: nothing in the "
            f"file is run. One above {st.get_option('server.maxUploadSize')} MB is imported by "
            "`python -m resnet_viz import FILE --keep` on the machine that this server runs on."
        )
        if not visitor.current().may(Right.SHARED_IMPORTS):
            st.caption("Nobody else sees it, and it is deleted when the class ends.")
        # Any file is taken: what it is its content tells, and a wrong one gets a sentence.
        file = st.file_uploader(
            "Checkpoint",
            key="import_file",
            max_upload_size=visitor.most_megabytes(),
            on_change=_look_for_parts,
        )
        parts = st.session_state.get(PARTS, []) if file else []
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if len(parts) > 1:
                st.selectbox("Which of its networks", parts, key="import_part")
            st.selectbox(
                "Its architecture",
                [BY_TENSORS, *ARCHITECTURES],
                format_func=lambda name: TITLES.get(name, name),
                key="import_net",
            )
        if file:
            with st.expander("What its tensors do not tell", icon=":material/help:"):
                _ask()
        # Above the button: below it, on a phone, nobody would see them.
        if problem := st.session_state.pop("import_problem", None):
            st.error(literal(problem))
        if done := st.session_state.pop("import_done", None):
            st.success(literal(done))
        with st.container(horizontal=True, vertical_alignment="bottom", key="import_row"):
            st.segmented_control(
                "Show it on the",
                ["left", "right"],
                default="right",
                required=True,
                key="import_side",
            )
            st.button("Import", disabled=file is None, on_click=_take, type="primary")
        if kept := list(catalogue.imported()):
            _removal(kept)


def _ask() -> None:
    """Fields for what is assumed where they stay empty."""
    st.caption("What stays empty is taken to be as is usual behind such a first layer, and noted.")
    st.selectbox(
        "As in a data set",
        [GUESS, *local_sets.available()],
        key="import_like",
        help="Class names, normalisation and size are taken from it where nothing stands below.",
    )
    st.text_area(
        "Class names, in the order of the answers",
        key="import_classes",
        help="Without them they are CIFAR-10's for 10 classes and ImageNet's for 1,000.",
        placeholder="one a line, or with commas",
        height=80,
    )
    for what, example in (("mean", "0.49, 0.48, 0.45"), ("std", "0.25, 0.24, 0.26")):
        st.text_input(
            f"Normalisation: {what} of red, green and blue",
            key=f"import_{what}",
            placeholder=f"such as {example}",
            help="For pixels in 0 … 1; where a number is above 2, for pixels in 0 … 255.",
        )
    st.text_input(
        "Input size, pixels a side",
        key="import_input_size",
        placeholder="such as 32",
    )
    st.selectbox(
        "Zeros of option A",
        [GUESS, *ZERO_PADDINGS],
        format_func=lambda where: ZERO_PADDINGS[where].title if where in ZERO_PADDINGS else where,
        key="import_zero_padding",
        help="Where shortcuts without weights put zeros for new channels: on both sides as in He "
        "et al. 2015, or behind only as some programs do. The tensors are the same.",
    )
    st.selectbox(
        "Channels of the first layer",
        [GUESS, *CHANNEL_ORDERS],
        format_func=lambda order: CHANNEL_ORDERS.get(order, order),
        key="import_channel_order",
        help="Networks of Caffe and some of OpenCV's take blue first.",
    )


def _told() -> "Told":
    """What the fields say, and then what the chosen data set says."""
    from resnet_viz.models.told import Told, told

    fields = ("classes", "mean", "std", "input_size", "zero_padding", "channel_order")
    written = {what: st.session_state.get(f"import_{what}") or "" for what in fields}
    said = told(**{what: "" if text == GUESS else text for what, text in written.items()})
    like = st.session_state.get("import_like") or GUESS
    if like == GUESS:
        return said
    data = opened.data_set(like)
    side = data.train.images.shape[-1]
    return said.beside(Told(data.classes, data.mean, data.std, side))


def _removal(kept: list[str]) -> None:
    """Choose an imported network and remove it; asked here, for a dialog would lie underneath."""
    own = not visitor.current().may(Right.SHARED_IMPORTS)
    most = catalogue.MOST_OF_STUDENT if own else catalogue.MOST
    label = st.selectbox(f"Imported networks, {len(kept)} of {most}", kept)
    if st.session_state.get(DOUBT) != label:
        st.button(
            "Remove",
            icon=":material/delete:",
            key="import_remove",
            on_click=_doubt,
            args=(label,),
        )
        return
    whom = "you" if own else "everybody who uses this server"
    st.warning(f"{literal(label)} will be gone for {whom}.")
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


def _take() -> None:
    """Import what the fields say now: another file may have been there when all was drawn."""
    state = st.session_state
    file, name, side = state["import_file"], state["import_net"], state["import_side"]
    part = state.get("import_part") if len(state.get(PARTS, [])) > 1 else None
    if file is None:
        return
    try:
        with _on_disk(file) as path:
            try:
                classifier = _open(path, name, part, _told())
            except UserError as error:
                raise UserError(f"{error}{_choose_what_fits(path, part)}") from error
            label = catalogue.keep(classifier, file.name)
    except UserError as error:
        st.session_state["import_problem"] = str(error)
        return
    st.session_state[side] = label
    said = assumed(classifier.card)
    noted = f" {said}" if said else ""
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


def _open(path: Path, name: str, part: str | None, told: "Told") -> "Classifier":
    from resnet_viz import models

    with suppress(models.CheckpointError):  # what a file says of itself goes before what is chosen
        return models.load(path)
    architecture = None if name == BY_TENSORS else name
    return models.import_weights(path, architecture, part=part, **told.arguments)
