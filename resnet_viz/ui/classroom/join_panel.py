"""The code and the address by which a class joins, large enough for the last row."""

import base64
import io
from functools import lru_cache
from urllib.parse import urlsplit

import streamlit as st

from resnet_viz.classroom import address, current, mode
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.classroom import visitor

QUIET = 4  # modules of white around a code, as its standard asks for


def show() -> None:
    """The code, the address in letters, and where people sign in the button for that."""
    _sign()
    link = students_link()
    with st.container(key="join", horizontal=True, vertical_alignment="center", gap="large"):
        st.image(code(link), width="content", alt=f"A code that leads to {link}.")
        with st.container(key="join-words", width="content"):
            st.markdown("Point a telephone's camera at the code, or type")
            with st.container(key="join-link"):
                st.markdown(f"**{literal(link.removeprefix('http://').removeprefix('https://'))}**")
            if (held := current.held()) and held.name:
                st.markdown(literal(held.name))
            if address.is_within(urlsplit(link).hostname or ""):
                st.warning(
                    "Only this machine reaches that address: connect it to a network, and start "
                    "the server again."
                )
            else:
                st.caption("In the same network as the machine that shows this page.")


def _sign() -> None:
    """Let people sign in and out, where a provider tells who they are."""
    if not visitor.people_sign_in():
        return
    if st.user.is_logged_in:
        st.caption(f"Signed in as {literal(str(st.user.get('email') or 'somebody'))}.")
        st.button("Sign out", on_click=st.logout)
    else:
        st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:")


def students_link() -> str:
    """The link of the students: the address at which this browser is, if others reach it by it."""
    here = urlsplit(st.context.url or "")
    if not here.hostname or address.is_within(here.hostname):
        return mode.link() or f"{here.scheme}://{here.netloc}"
    path = here.path.rpartition("/")[0]
    return f"{here.scheme}://{here.netloc}{path}"


@lru_cache(maxsize=8)
def code(link: str) -> str:
    """A QR code as an SVG picture that can be drawn at any size, dark on white in any theme."""
    import segno

    drawn = io.BytesIO()
    segno.make(link, error="m", micro=False).save(
        drawn, kind="svg", border=QUIET, light="white", omitsize=True, xmldecl=False
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}"
