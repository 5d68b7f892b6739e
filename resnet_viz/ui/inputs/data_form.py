"""The choice of the data to train on, and what is known of them before a run reads them."""

from collections.abc import Sequence
from contextlib import suppress

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.data import DATA_SETS, local_sets, registry
from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.inputs import archive_form
from resnet_viz.ui.results import opened, stored_runs
from resnet_viz.ui.shell import links, panels
from resnet_viz.wording import several

FOLDER, ARCHIVE = "a folder", "upload a zip"
AT_ONCE = 5000  # files that are read unasked: it takes seconds
NAMED = 6  # classes that a sentence names


def choose_data(key: str = "data", default: str = registry.USUAL) -> str:
    """Draw the list of data sets and of the ways to bring one's own; what is picked."""
    if unpacked := st.session_state.pop(f"{key} unpacked", None):
        st.session_state[key] = unpacked
    if visitor.current().may(Right.DATA_SETS):
        options = [*local_sets.known(), FOLDER, ARCHIVE]
    else:
        options = list(local_sets.available())
        default = default if default in options else registry.USUAL
    names = _names(options)
    shown = {names.get(option, option) for option in options}
    picked = st.session_state.get(key)
    if picked in names:  # as it was called before somebody downloaded it
        st.session_state[key] = names[picked]
    elif picked is not None and picked not in shown:
        st.session_state[key] = names.get(default, default)
        links.say(f"The data set {picked} is gone; this page shows {default} instead.")
    return links.select("Data", options, key=key, default=default, names=names)


def _names(options: Sequence[str]) -> dict[str, str]:
    """What the list calls a published data set, by its name and by what else it may be called.

    One that has to be downloaded says how large that is.
    """
    names: dict[str, str] = {}
    for row in DATA_SETS.values():
        plain = row.name if row.title in options else row.title  # a folder may be called so too
        large = f"{plain} ({row.download_size} to download)" if row.download else plain
        shown = plain if row.is_here else large
        names |= dict.fromkeys({row.name, plain, large} - {shown}, shown)
    return names


def locate(picked: str, key: str = "data") -> str | None:
    """Ask for what is picked where that takes more; a name or a path, None while it is wrong.

    What `choose_data` and this draw stands in two places: a row, and the lines below it.

    Raises:
        ClassroomError: if it is a way to bring data, and the visitor may not do that.
    """
    if picked not in local_sets.available():
        visitor.current().require(Right.DATA_SETS)
    if picked == ARCHIVE:
        archive_form.upload(key)
        return None
    if picked == FOLDER:
        picked = st.text_input(
            "Folder on this machine", key=f"{key}_folder", help=archive_form.LAYOUT
        ).strip()
        if not picked:
            st.caption("Name the folder of pictures to train on.")
            return None
    try:
        local_sets.classes(picked)
    except UserError as error:
        st.error(literal(str(error)))
        return None
    if picked not in DATA_SETS and not _is_looked_through(picked):
        st.button(
            "Look through the pictures",
            icon=":material/image_search:",
            key=f"{key}_look",
            on_click=_look_through,
            args=(picked,),
            help="Says how many there are, what is left out of them and how long training takes.",
        )
    _read_many(picked)
    _describe(picked)
    return picked


def _read_many(name: str) -> None:
    """Read the many pictures of whoever asked for that, beside a button that ends it."""
    if name not in st.session_state.get("looked through", ()) or opened.is_read(name):
        return
    place = st.empty()
    place.button(
        "Stop reading",
        icon=":material/cancel:",
        key="stop_reading",
        on_click=lambda: st.session_state["looked through"].discard(name),
    )
    with suppress(UserError):  # said where the data are described
        opened.facts(name)
    place.empty()


def facts(name: str) -> opened.Facts | None:
    """What is known of one's own data; None for the built-in ones, and for many that nobody read.

    Raises:
        DataError: if they cannot be read.
    """
    if name in DATA_SETS or not _is_looked_through(name):
        return None
    return opened.facts(name)


@st.fragment(parallel=True)
@panels.sentences()
def _describe(name: str) -> None:
    """Say what published data are good for, or what is in one's own and was left out of them."""
    if (row := DATA_SETS.get(name)) and row.download:
        st.caption(row.sentence)
    if (found := facts(name)) is None:
        return
    st.caption(
        f"{several(found.training, 'picture')} for training and {found.test:,} for the test, "
        f"{found.size} × {found.size} pixels, of "
        f"{several(len(found.classes), 'class', 'classes')}: {_some(found.classes)}."
    )
    for note in found.notes:
        st.caption(f":material/info: {literal(note)}")


def _is_looked_through(name: str) -> bool:
    looked = st.session_state.get("looked through", ())
    return name in looked or local_sets.count(name) <= AT_ONCE or _was_trained_on(name)


def _was_trained_on(name: str) -> bool:
    """Whether a worker has read them, which left them on the disk as a run reads them."""
    folder = str(local_sets.place(name).resolve())
    return any(run.config.data == folder and run.step for run in stored_runs.readable())


def _look_through(name: str) -> None:
    st.session_state["looked through"] = {*st.session_state.get("looked through", ()), name}


def _some(classes: Sequence[str]) -> str:
    more = f" and {len(classes) - NAMED:,} more" if len(classes) > NAMED else ""
    return ", ".join(map(literal, classes[:NAMED])) + more
