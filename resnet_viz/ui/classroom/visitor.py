"""Who the visitor is whose page is drawn now."""

import hashlib
import os
from functools import cache

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from resnet_viz.classroom import mode
from resnet_viz.classroom.roles import OWNER, Right, Role, Visitor
from resnet_viz.ui.classroom import badge

TEACHERS = "RESNET_VIZ_TEACHERS"  # e-mail addresses with commas between them
LARGEST = 100_000_000  # bytes of a student's upload
NAMELESS = "visitor without a cookie"


def current() -> Visitor:
    """The visitor of the page that runs; the owner where the server holds no class.

    What runs for nobody's page has no more rights than a student.
    """
    if signed_in := _signed_in():
        return signed_in
    if not mode.is_on():
        return OWNER
    if get_script_run_ctx(suppress_warning=True) is None:
        return Visitor("nobody", Role.STUDENT)
    return _of_browser()


def role() -> Role:
    """The role of the visitor of the page that runs."""
    return current().role


def visitor_id() -> str:
    """What tells this browser from all others, in every tab and after every restart."""
    return current().id


def most_megabytes() -> int | None:
    """Of a file that the visitor may upload; None for as many as the server takes of anybody."""
    return None if current().may(Right.UNLIMITED_RUNS) else LARGEST // 1_000_000


def is_class() -> bool:
    """Whether visitors are teachers and students, and not all owners."""
    return current().role is not Role.OWNER


@cache
def people_sign_in() -> bool:
    """Whether an OIDC provider is configured, by which `st.login` knows people.

    That is looked up once a process: to ask Streamlit at each question costs a fifth of a
    millisecond.
    """
    try:
        return "auth" in st.secrets
    except FileNotFoundError:  # there are no secrets at all
        return False


def _of_browser() -> Visitor:
    """The visitor by the browser's cookie; one that keeps none is another one with each page."""
    if known := badge.read(st.context.cookies):
        return known
    return Visitor(st.session_state.setdefault(NAMELESS, badge.new_id()), Role.STUDENT)


def _signed_in() -> Visitor | None:
    """The visitor by the e-mail address that an OIDC provider says; None where there is none.

    Only an address that the provider has not called unverified makes a teacher.
    """
    if not people_sign_in() or get_script_run_ctx(suppress_warning=True) is None:
        return None
    said = st.user.to_dict()
    address = str(said.get("email") or "").strip().lower()
    if not said.get("is_logged_in") or not address:
        return Visitor(_of_browser().id, Role.STUDENT)
    teachers = {one.strip().lower() for one in os.environ.get(TEACHERS, "").split(",")}
    verified = said.get("email_verified", True) is not False
    role = Role.TEACHER if verified and address in teachers - {""} else Role.STUDENT
    return Visitor(hashlib.sha256(address.encode()).hexdigest()[:32], role)
