"""Texts that a browser keeps for the server, and that nobody else can have made."""

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.home import home

KEY = "key"
BYTES = 32


def folder() -> Path:
    """Where the class is kept, readable by this user alone; it is made if it is not there."""
    place = home() / "classroom"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def signed(text: str) -> str:
    """A text with its HMAC-SHA256 behind it, as ``text.hex``."""
    return f"{text}.{_mac(text)}"


def verified(value: str) -> str | None:
    """The text in what `signed` gave; None of anything else."""
    text, _, mac = value.rpartition(".")
    # As bytes, for of texts only those in ASCII can be compared in constant time.
    known = hmac.compare_digest(_mac(text).encode(), mac.encode(errors="replace"))
    return text if text and known else None


def fingerprint() -> str:
    """Eight letters that tell this server's key from another's, and nothing about it."""
    return _mac("fingerprint")[:8]


def _mac(text: str) -> str:
    key = _key(folder() / KEY)
    return hmac.new(key, text.encode(errors="replace"), hashlib.sha256).hexdigest()


_keys: dict[Path, bytes] = {}


def _key(path: Path) -> bytes:
    """The key in a file, which is made with the first question; it is read once a process."""
    if path not in _keys:
        try:
            _keys[path] = path.read_bytes()
        except FileNotFoundError:
            _keys[path] = _new_key(path)
        except OSError as error:
            raise ClassroomError(
                f"The class cannot read its key {path}: see its rights."
            ) from error
    return _keys[path]


def _new_key(path: Path) -> bytes:
    """Write a key that no other user can read, unless another process is faster."""
    beside = path.with_name(f".{KEY}.{secrets.token_hex(4)}")
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(BYTES))
        with suppress(FileExistsError):
            os.link(beside, path)  # nobody reads a half-written one
        return path.read_bytes()
    except OSError as error:
        raise ClassroomError(
            f"The class cannot keep its key in {path.parent}: set RESNET_VIZ_HOME to a folder that "
            "can be written to."
        ) from error
    finally:
        beside.unlink(missing_ok=True)
