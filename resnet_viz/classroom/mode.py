"""Whether this process serves a class, and the secret that makes its teacher."""

import hmac
import os
import secrets
from pathlib import Path

from resnet_viz.classroom.errors import ClassroomError

VARIABLE = "RESNET_VIZ_TEACHER_SECRET"
LEAST = 16  # letters of a secret that somebody chose
_secret: str | None = None
_link = _ticket = ""


def begin(secret: str, link: str = "") -> None:
    """Serve a class from now on: whoever brings this secret is its teacher.

    Args:
        link: by which students reach it from the network.
    """
    global _secret, _link
    _secret, _link = secret, link


def end() -> None:
    """Serve no class any more."""
    global _secret, _link, _ticket
    _secret, _link, _ticket = None, "", ""


def link() -> str:
    """By which students reach the class from the network."""
    return _link


def is_on() -> bool:
    """Whether this process serves a class; else every visitor is the owner."""
    return _secret is not None


def admits(secret: str) -> bool:
    """Whether this is the teacher's secret; it takes as long whether much or little is right."""
    global _ticket
    if _secret is None:
        return False
    tried = secret.encode(errors="replace")
    if _ticket and hmac.compare_digest(_ticket.encode(), tried):
        _ticket = ""
        return True
    return hmac.compare_digest(_secret.encode(), tried)


def new_ticket() -> str:
    """What is admitted in the place of the secret, once: for a link that other programs see."""
    global _ticket
    _ticket = new_secret()
    return _ticket


def given_secret(file: str | None = None) -> str | None:
    """The secret in a file, or else in ``RESNET_VIZ_TEACHER_SECRET``; None where there is neither.

    Raises:
        ClassroomError: if it cannot be read, or is too short to keep anybody out.
    """
    text = os.environ.get(VARIABLE, "")
    where = VARIABLE
    if file is not None:
        where = file
        try:
            text = Path(file).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeError) as error:
            raise ClassroomError(
                f"The secret in {file} cannot be read: name a text file."
            ) from error
    elif not text:
        return None
    if len(text) < LEAST or not text.isascii() or not set(text) <= _LETTERS:
        raise ClassroomError(
            f"The teacher's secret in {where} has to be {LEAST} or more letters, digits, - and _."
        )
    return text


def new_secret() -> str:
    """A secret of 128 random bits that can stand in a link."""
    return secrets.token_urlsafe(16)


_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
