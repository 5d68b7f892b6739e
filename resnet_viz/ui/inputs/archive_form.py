"""An archive of pictures that is uploaded, and what is asked before it becomes a data set."""

from typing import NamedTuple

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.errors import UserError
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import visitor

# Markdown, which would take two stars for italics.
LAYOUT = (
    "`‹class›/*`, which is split, or `train/‹class›/*` and `test/‹class›/*`, or pictures and a "
    "table of `file,label`"
)


class _TakenError(Exception):
    """Other pictures have the name that the new ones would get."""


class _Question(NamedTuple):
    """A name that other pictures have, and one that is free, for an upload."""

    file: str
    known: str
    free: str


def upload(key: str) -> None:
    """Make a data set of an uploaded archive and choose it; its sentence where that fails.

    Raises:
        ClassroomError: if the visitor may add no data sets, which everybody would see.
    """
    visitor.current().require(Right.DATA_SETS)
    # Any file is taken: what is no archive, or of another kind, gets a sentence that says so.
    file = st.file_uploader(
        "Zip of pictures",
        key=f"{key}_archive",
        help=f"{LAYOUT}; a tar will do too. What is no picture is left out. Kept on this machine.",
    )
    if file is None:
        st.info(f"Upload the pictures, in one folder a class: {LAYOUT}.")
        return
    # A page is drawn at each touch, but an archive is refused once.
    failed = st.session_state.get(f"{key} refused", ("", ""))
    if failed[0] == file.file_id:
        st.error(literal(failed[1]))
        return
    question = st.session_state.get(f"{key} taken")
    if question and question.file == file.file_id:
        _ask(question, key)
        return
    from resnet_viz import data

    def choose(known: str, free: str) -> str:
        if st.session_state.get(f"{key} both") != file.file_id:
            st.session_state[f"{key} taken"] = _Question(file.file_id, known, free)
            raise _TakenError
        return free

    title = "Unpacking and reading the pictures …"
    bar = st.progress(0.0, text=title)
    try:
        name = data.unpack(file, file.name, lambda share: bar.progress(share, text=title), choose)
    except _TakenError:
        st.rerun()
    except UserError as error:
        st.session_state[f"{key} refused"] = file.file_id, str(error)
        bar.empty()
        st.error(literal(str(error)))
        return
    _choose(name, key)
    st.rerun()


def _ask(question: _Question, key: str) -> None:
    """Ask what to do about a name that other pictures have; nobody's data are replaced here."""
    st.warning(f"There is a data set {literal(question.known)} of other pictures.")
    st.button(
        f"Keep both, the new one as {literal(question.free)}",
        key=f"{key}_both",
        on_click=_keep_both,
        args=(question, key),
    )
    st.button(
        f"Use the {literal(question.known)} that is here",
        key=f"{key}_here",
        on_click=_choose,
        args=(question.known, key),
    )


def _keep_both(question: _Question, key: str) -> None:
    st.session_state[f"{key} both"] = question.file
    del st.session_state[f"{key} taken"]


def _choose(name: str, key: str) -> None:
    st.session_state[f"{key} unpacked"] = name
