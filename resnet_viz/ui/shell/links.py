"""The state of a page is in its URL; what a link says that does not exist is said and left out.

Every widget that is bound to the URL is drawn here, under a key that `keys` declares for the page.
"""

from collections.abc import Callable, Container, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.shell import keys, navigation

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

PLACE = "links place"
SWITCH = ("true", "false")  # what a link says of a widget that is on or off


def begin() -> None:
    """Keep the page's first lines for what a link gets wrong.

    In a closed expander, or in a popover, nobody would read it.
    """
    st.session_state[PLACE] = st.container(key="links")


def say(text: str, icon: str = ":material/warning:") -> None:
    """A warning in the page's first lines."""
    st.session_state[PLACE].warning(text, icon=icon)


def fail(text: str) -> None:
    """An error in the page's first lines; nothing for an empty text."""
    if text:
        st.session_state[PLACE].error(text, icon=":material/error:")


def segments(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    names: Mapping[str, str] | None = None,
    default: str | None = None,
    help: str | None = None,
    **look: Any,
) -> str:
    """A row of buttons, one of them pressed, bound to the URL; by default the first.

    Who has not moved from a default moves with it when it changes.
    """
    names = names or {}
    shown = [names.get(option, option) for option in options]
    default = default or options[0]
    pressed = names.get(default, default)
    _take(key, str)
    _begin_anew(key, pressed)
    fits = _check(key, shown, pressed, first=True)
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
        bind=_bound(key, fits),
        wrap=True,
        **look,
    )
    return options[shown.index(picked)] if picked in shown else default


def select(
    label: str,
    options: Sequence[str],
    *,
    key: str,
    names: Mapping[str, str] | None = None,
    default: str | None = None,
    help: str | None = None,
    width: "int | Literal['stretch']" = "stretch",
) -> str:
    """A list to choose from, bound to the URL; a link may say an option by either of its names."""
    names = names or {}
    shown = [names.get(option, option) for option in options]
    default = default or options[0]
    _take(key, str)
    _begin_anew(key, names.get(default, default))
    wanted = asked(key)
    meant = names.get(wanted, wanted) if wanted is not None else None
    if meant not in shown:
        _check(key, shown, names.get(default, default))
    # Streamlit would take an option's other name, and a key's former one, for none.
    plain = meant not in shown or st.query_params.get(key) == meant
    if not plain:
        st.session_state[key] = meant
    bind = _bound(key, plain)
    index = options.index(default)
    picked = st.selectbox(label, shown, index=index, key=key, help=help, bind=bind, width=width)
    return options[shown.index(picked)]


def steps(
    label: str, options: Sequence[str], *, key: str, says: str | None = None, **look: Any
) -> str:
    """A slider over options, bound to the URL; at first on the first of them.

    Args:
        says: what a warning calls it then.
    """
    _take(key, str)
    _begin_anew(key, options[0])
    _check(key, options, says or options[0])
    return st.select_slider(label, options, key=key, bind="query-params", **look)


def several(
    label: str, options: Sequence[str], default: Sequence[str], *, key: str, says: str, **look: Any
) -> list[str]:
    """Any number of options, bound to the URL, of which a link may give several values."""
    _take(key, list)
    for wanted in st.query_params.get_all(key) if key not in st.session_state else ():
        if wanted and wanted not in options:  # empty where none is chosen
            _warn(key, wanted, says)
    return st.multiselect(
        label, options, default=list(default), key=key, bind="query-params", **look
    )


def names(
    options: Container[str], default: Sequence[str], *, key: str, says: str, gone: str
) -> list[str]:
    """Any number of names, bound to the URL, which no widget of their own shows.

    Who has not moved from a default moves with it when it changes.

    Args:
        says: what a warning calls the default.
        gone: what the page does where a name that it showed is no longer there.
    """
    _take(key, list)
    state, written, before = st.session_state, f"{key} written", f"{key} default"
    linked = st.query_params.get_all(key)
    if linked and linked != state.get(written):  # a link was opened; what is shown is not said so
        wanted = list(dict.fromkeys(filter(None, linked)))  # empty where none is chosen
        for name in (name for name in wanted if name not in options):
            _warn(key, name, says)
        here = [name for name in wanted if name in options]
        state[key] = here if here or not wanted else list(default)
    elif key not in state or state[key] == state.get(before):
        state[key] = list(default)
    for name in (name for name in state[key] if name not in options):
        say(f"{literal(name)} is gone; {gone}.")
    state[key] = [name for name in state[key] if name in options]
    state[before] = list(default)
    state[written] = [] if state[key] == list(default) else state[key] or [""]
    if not state[written]:
        st.query_params.pop(key, None)
    elif linked != state[written]:
        st.query_params[key] = state[written]
    return list(state[key])


def number(label: str, low: float, high: float, default: Any, *, key: str, **look: Any) -> Any:
    """A number between two bounds, bound to the URL; a whole one where its default is."""
    _take_number(key, default)
    _begin_anew(key, default)
    wanted, fits = asked(key), _check_number(key, low, high, default, default)
    former = wanted is not None and fits and key not in st.query_params
    if wanted is not None and former:
        st.session_state[key] = type(default)(float(wanted))
    bind = _bound(key, fits and not former)
    return st.number_input(label, low, high, default, key=key, bind=bind, **look)


def slider(
    label: str, low: Any, high: Any, default: Any, step: Any, *, key: str, says: str, **look: Any
) -> Any:
    """A number on a scale between two bounds, bound to the URL."""
    _take_number(key, default)
    _begin_anew(key, default)
    _check_number(key, low, high, default, says)
    return st.slider(label, low, high, default, step, key=key, bind="query-params", **look)


def text(label: str, default: str, *, key: str, fits: Callable[[str], object], **look: Any) -> str:
    """A line of text, bound to the URL; of a link only what fits is shown."""
    _take(key, str)
    _begin_anew(key, default)
    wanted = asked(key)
    odd = wanted is not None and not fits(wanted)
    if wanted is not None and odd:
        _warn(key, wanted, default)
    return st.text_input(label, default, key=key, bind=_bound(key, not odd), **look).strip()


def toggle(label: str, default: bool = False, *, key: str, says: str, help: str) -> bool:
    """A switch, bound to the URL.

    Args:
        says: what is shown where it stands as at first.
    """
    _take(key, bool)
    _begin_anew(key, default)
    _check(key, SWITCH, says)
    return st.toggle(label, default, key=key, bind="query-params", help=help)


def flag(key: str, *, says: str) -> bool:
    """Something that is on or off without a widget that shows it, bound to the URL; off at first.

    Args:
        says: what a warning calls it where it is off.
    """
    _take(key, bool)
    if key not in st.session_state:
        fits = _check(key, SWITCH, says)
        st.session_state[key] = fits and asked(key) == "true"
    st.query_params.pop(keys.FORMERLY.get(key, key), None)
    if st.session_state[key]:
        st.query_params[key] = "true"
    else:
        st.query_params.pop(key, None)
    return st.session_state[key]


def expander(label: str, *, key: str, says: str, icon: str) -> "ExpanderContainer":
    """A box that is closed at first, bound to the URL."""
    _take(key, bool)
    _begin_anew(key, False)
    _check(key, SWITCH, says)
    return st.expander(label, icon=icon, key=key, on_change="rerun", bind="query-params")


def asked(key: str) -> str | None:
    """What a link that was just opened asks for; later the URL says what the person did."""
    if key in st.session_state:
        return None
    return st.query_params.get(key, st.query_params.get(keys.FORMERLY.get(key, key)))


def wanted(key: str) -> list[str]:
    """What is asked for under a key: by the visit so far, and by the link."""
    held = st.session_state.get(key) or []
    linked = st.query_params.get_all(key) or st.query_params.get_all(keys.FORMERLY.get(key, key))
    return list(dict.fromkeys([*([held] if isinstance(held, str) else held), *linked]))


def _take(key: str, *kinds: type) -> None:
    """Claim a key for the widget that comes now, which holds a value of one of the kinds.

    A value of any other kind was left under the key by something else: it is forgotten, or the
    widget would fail on it.

    Raises:
        LookupError: if the page that is shown does not have the key.
    """
    page = st.session_state.get(navigation.SHOWN)
    if page is not None and not keys.drawn_on(key, page):
        raise LookupError(f"{key} is no key of the page {page}: declare it in ui/shell/keys.py.")
    if key in st.session_state and type(st.session_state[key]) not in kinds:
        del st.session_state[key]


def _begin_anew(key: str, default: Any) -> None:
    """Show the default where a link says it in the middle of a visit.

    Streamlit takes that for nothing asked, and goes on with what was chosen before.
    """
    said = str(default).lower() if isinstance(default, bool) else f"{default}"
    if key in st.session_state and st.query_params.get(key) in (said, said.removesuffix(".0")):
        st.session_state[key] = default


def _take_number(key: str, default: Any) -> None:
    """The same for a number, which is whole where its default is."""
    _take(key, *((int,) if isinstance(default, int) else (int, float)))


def _check(key: str, options: Container[str], default: str, *, first: bool = False) -> bool:
    """Warn if the link asks for an option that does not exist; the widget then shows its default.

    To be called before the widget, because Streamlit drops such values from the URL. Says whether
    the link's is one, if it has any.

    Args:
        first: of a key that is there several times the widget takes the first value, not the last.
    """
    wanted = asked(key)
    if wanted is not None and first:
        wanted = st.query_params.get_all(key)[0]
    if wanted is None or wanted in options:
        return True
    _warn(key, wanted, default)
    return False


def _check_number(key: str, low: float, high: float, default: Any, says: Any) -> bool:
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
        _warn(key, wanted, says)
    return fits


def _bound(key: str, fits: bool) -> Literal["query-params"] | None:
    """Leave a widget unbound while it would take from a link what does not fit, or fail on it."""
    state, unbound = st.session_state, f"{key} unbound"
    if not fits:
        for name in (key, keys.FORMERLY.get(key, key)):
            st.query_params.pop(name, None)
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
