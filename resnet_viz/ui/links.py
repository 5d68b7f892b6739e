"""The state of a page is in its URL; what a link says that does not exist is said and left out."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

import streamlit as st


def check(key: str, options: Container[str], default: str) -> None:
    """Warn if the link asks for an option that does not exist; the widget then shows its default.

    To be called before the widget, because Streamlit drops such values from the URL.
    """
    wanted = st.query_params.get(key)
    if wanted is not None and wanted not in options:
        _warn(key, wanted, default)


def check_value(key: str, wanted: str, options: Container[str], default: str) -> None:
    """The same for one of several values that a link gives for a key."""
    if wanted not in options:
        _warn(key, wanted, default)


def segments(
    label: str, options: Sequence[str], *, key: str, names: Mapping[str, str] | None = None
) -> str:
    """A row of buttons, one of them pressed, bound to the URL; the first option is the default."""
    names = names or {}
    shown = [names.get(option, option) for option in options]
    check(key, shown, shown[0])
    picked = st.segmented_control(
        label, shown, default=shown[0], required=True, key=key, bind="query-params"
    )
    return options[shown.index(picked)] if picked in shown else options[0]


def select(label: str, options: Sequence[str], *, key: str, default: str | None = None) -> str:
    """A list to choose from, bound to the URL."""
    default = default or options[0]
    check(key, options, default)
    index = options.index(default)
    return st.selectbox(label, options, index=index, key=key, bind="query-params")


def check_number(key: str, low: float, high: float, default: Any) -> None:
    """The same for a number between two bounds."""
    wanted = st.query_params.get(key)
    if wanted is None:
        return
    try:
        fits = low <= float(wanted) <= high
    except ValueError:
        fits = False
    if not fits:
        _warn(key, wanted, default)


def _warn(key: str, wanted: str, default: Any) -> None:
    # The text is the visitor's: it is shown as code, cut short, without what could end the code.
    shown = wanted[:60].replace("`", "'").replace("\n", " ")
    st.warning(
        f"The link asks for {key.replace('_', ' ')} `{shown}`, which is not here; "
        f"this page shows {default} instead.",
        icon=":material/link_off:",
    )
