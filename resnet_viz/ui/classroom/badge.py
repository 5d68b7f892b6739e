"""What a browser keeps so that the server knows it again: a signed cookie.

A cookie is sent with the socket of a page before anything of it runs, survives a reload, a
telephone that slept and a restart of the server, and with HttpOnly no script of a page can read or
forge it. What a page keeps by itself comes a run too late, and anybody could write it.
"""

import re
import secrets
from collections.abc import Mapping

from resnet_viz.classroom import current, signing
from resnet_viz.classroom.roles import Role, Visitor

SECONDS = 30 * 24 * 3600  # that a browser keeps it
FORM = re.compile(r"v1-([0-9a-f]{32})-([0-9a-f]*)")


def name() -> str:
    """Of the cookie; servers at other ports of a machine share its cookies, and have others."""
    return f"resnet_viz_{signing.fingerprint()}"


def read(cookies: Mapping[str, str]) -> Visitor | None:
    """Whose cookies these are; None of a browser that has no badge of this server."""
    text = signing.verified(cookies.get(name(), ""))
    found = FORM.fullmatch(text) if text else None
    if not found:
        return None
    visitor, taught = found.groups()
    held = current.held()
    role = Role.TEACHER if held and taught == held.id else Role.STUDENT
    return Visitor(visitor, role)


def write(visitor: Visitor) -> str:
    """The value of the cookie of a visitor; a teacher is the teacher of the class that is held."""
    held = current.held()
    taught = held.id if held and visitor.role is Role.TEACHER else ""
    return signing.signed(f"v1-{visitor.id}-{taught}")


def new_id() -> str:
    """The id of a browser that was never here."""
    return secrets.token_hex(16)
