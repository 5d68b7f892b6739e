"""The address by which telephones reach this machine, and links and codes made of it."""

import ipaddress
import socket

TEACH = "teach"  # the teacher's link: this, and the secret
ANY = ("0.0.0.0", "::")
LOCAL = "localhost"
_SOMEWHERE = ("192.0.2.1", 9)  # nothing is sent there: only the way to it is asked for


def of_this_machine() -> str | None:
    """Its IPv4 address in the network that others reach it by; None where it is in no network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(_SOMEWHERE)
            found = str(probe.getsockname()[0])
        except OSError:  # no way out of the room, which a class does not need
            found = ""
    if found and not _is_within(found):
        return found
    return next((address for address in _addresses() if not _is_within(address)), None)


def reached_by(address: str) -> str:
    """What others call an address that the server listens on."""
    if address in ANY:
        return of_this_machine() or LOCAL
    return address


def link(address: str, port: int, path: str = "", secret: str = "") -> str:
    """The link of the students, or with a secret the teacher's."""
    host = f"[{address}]" if ":" in address else address
    return f"http://{host}:{port}{path}" + (f"/{TEACH}/{secret}" if secret else "")


def is_within(host: str) -> bool:
    """Whether only this machine reaches itself by this name."""
    return host == LOCAL or host.endswith(f".{LOCAL}") or _is_within(host)


def _is_within(host: str) -> bool:
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError:  # a name
        return False
    return found.is_loopback or found.is_unspecified


def _addresses() -> list[str]:
    """The IPv4 addresses of this machine, those that it gave itself for want of any other last."""
    import psutil

    found = [
        entry.address
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family is socket.AF_INET
    ]
    return sorted(found, key=lambda text: ipaddress.ip_address(text).is_link_local)
