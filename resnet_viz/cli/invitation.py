"""What the terminal says of a class: its links, and the codes that telephones read."""

import segno

from resnet_viz.classroom import address as addresses
from resnet_viz.classroom import current


def show(address: str, port: int, path: str, secret: str) -> None:
    """Print the students' link and the teacher's, and who can reach them."""
    reached = addresses.reached_by(address)
    students = addresses.link(reached, port, path)
    held = current.held()
    if addresses.is_within(reached):
        print(f"  A class is held at {reached}, which only this machine reaches.")
    else:
        print("  A class is held: every machine in the network of this one reaches it.")
    if held:
        print("  It is the class that was held before: it has not been ended.")
    _say("Students", students)
    _say("The teacher, and nobody else", addresses.link(reached, port, path, secret))


def _say(who: str, link: str) -> None:
    print(f"\n  {who}: {link}\n", flush=True)
    segno.make(link, error="l").terminal(compact=True, border=2)
