"""The state of a page is in its URL; what a link says that does not exist is said and left out."""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, Literal

import streamlit as st

from resnet_viz.reporting.markdown import literal

PLACE = "links place"


def begin() -> None:
    """Keep the page's first lines for what a link gets wrong.

    In a closed expander, or in the sidebar of a telephone, nobody would read it.
    """
    st.session_state[PLACE] = st.container()


def say(text: str, icon: str = ":material/warning:") -> None:
    """A warning in the page's first lines."""
    st.session_state[PLACE].warning(text, icon=icon)


def check(key: str, options: Container[str], default: str, *, first: bool = False) -> None:
    """Warn if the link asks for an option that does not exist; the widget then shows its default.

    To be called before the widget, because Streamlit drops such values from the URL.

    Args:
        first: of a key that is there several times the widget takes the first value, not the last.
    """
    wanted = asked(key)
    if wanted is not None and first:
        wanted = st.query_params.get_all(key)[0]
    if wanted is not None and wanted not in options:
        _warn(key, wanted, default)


def check_several(key: str, options: Container[str], default: str) -> None:
    """The same for a key of which a link may give several values."""
    for wanted in st.query_params.get_all(key) if key not in st.session_state else ():
        if wanted not in options:
            _warn(key, wanted, default)


def segments(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    names: Mapping[str, str] | None = None,
    default: str | None = None,
    help: str | None = None,
) -> str:
    """A row of buttons, one of them pressed, bound to the URL; by default the first.

    Who has not moved from a default moves with it when it changes.
    """
    names = names or {}
    shown = [names.get(option, option) for option in options]
    default = default or options[0]
    pressed = names.get(default, default)
    check(key, shown, pressed, first=True)
    before = st.session_state.get(f"{key} default")
    if before not in (None, pressed) and st.session_state.get(key) == before:
        st.session_state[key] = pressed
    st.session_state[f"{key} default"] = pressed
    picked = st.segmented_control(
        label,
        shown,
        default=pressed,
        required=True,
        key=key,
        help=help,
        bind="query-params",
        wrap=True,
    )
    return options[shown.index(picked)] if picked in shown else default


def select(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    names: Mapping[str, str] | None = None,
    default: str | None = None,
) -> str:
    """A list to choose from, bound to the URL; a link may say an option by either of its names."""
    names = names or {}
    shown = [names.get(option, option) for option in options]
    default = default or options[0]
    wanted = asked(key)
    other = wanted is not None and names.get(wanted) in shown
    if wanted is not None and other:
        st.session_state[key] = names[wanted]
    else:
        check(key, shown, names.get(default, default))
    bind = _bound(key, not other)  # Streamlit would take an option's other name for none
    picked = st.selectbox(label, shown, index=options.index(default), key=key, bind=bind)
    return options[shown.index(picked)]


def number(label: str, low: float, high: float, default: Any, *, key: str, **look: Any) -> Any:
    """A number between two bounds, bound to the URL; a whole one where its default is."""
    fits = check_number(key, low, high, default)
    return st.number_input(label, low, high, default, key=key, bind=_bound(key, fits), **look)


def text(label: str, default: str, *, key: str, fits: Callable[[str], object], **look: Any) -> str:
    """A line of text, bound to the URL; of a link only what fits is shown."""
    wanted = asked(key)
    odd = wanted is not None and not fits(wanted)
    if wanted is not None and odd:
        _warn(key, wanted, default)
    return st.text_input(label, default, key=key, bind=_bound(key, not odd), **look).strip()


def check_number(key: str, low: float, high: float, default: Any) -> bool:
    """The same for a number between two bounds; whether the link's is one, if it has any."""
    wanted = asked(key)
    if wanted is None:
        return True
    try:
        value = float(wanted)
        fits = low <= value <= high and (not isinstance(default, int) or value.is_integer())
    except ValueError:
        fits = False
    if not fits:
        _warn(key, wanted, default)
    return fits


def asked(key: str) -> str | None:
    """What a link that was just opened asks for; later the URL says what the person did."""
    return None if key in st.session_state else st.query_params.get(key)


def _bound(key: str, fits: bool) -> Literal["query-params"] | None:
    """Leave a widget unbound while it would take from a link what does not fit, or fail on it."""
    state, unbound = st.session_state, f"{key} unbound"
    if not fits:
        del st.query_params[key]
        state[unbound] = True
        return None
    if state.pop(unbound, False) and key in state:
        state[key] = state[key]  # what was done meanwhile is written into the URL
    return "query-params"


def _warn(key: str, wanted: str, default: Any) -> None:
    # The text is the visitor's: it is shown as code, cut short, without what could end the code.
    shown = wanted[:60].replace("`", "'").replace("\n", " ")
    instead = literal(str(default)) or "it empty"
    say(
        f"The link asks for {key.replace('_', ' ')} `{shown}`, which is not here; "
        f"this page shows {instead} instead.",
        icon=":material/link_off:",
    )
