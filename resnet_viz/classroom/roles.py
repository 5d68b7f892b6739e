"""The table of rights: what the owner of a server, a teacher and a student may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from resnet_viz.classroom.errors import ClassroomError


class Role(StrEnum):
    """Who asks: the owner of a server without a class, or the teacher or a student of a class."""

    OWNER = "owner"
    TEACHER = "teacher"
    STUDENT = "student"


class Right(StrEnum):
    """What not everybody may do; the value says it behind "A student may not …"."""

    CHANGE_RUNS = "stop, resume, rename, delete or note on the runs of others"
    SHARED_IMPORTS = "add or remove networks and weights that everybody uses"
    DATA_SETS = "add data sets, download them or use folders of this machine"
    SETTINGS = "change the settings of the server"
    CLEAR_CACHES = "clear the caches of the server"
    TEACH = "change or end the class"
    PRESENT = "present, open or close polls, or pause the class"
    NOTES = "read the teacher's notes"
    UNLIMITED_RUNS = "start runs without a limit"


_OWNER, _TEACHER = frozenset({Role.OWNER}), frozenset({Role.TEACHER})
# What stands here for nobody else a student may never do: to start runs within a limit depends on
# the class, see `resnet_viz.classroom.current`.
RIGHTS: Mapping[Right, frozenset[Role]] = {
    Right.CHANGE_RUNS: _OWNER | _TEACHER,
    Right.SHARED_IMPORTS: _OWNER | _TEACHER,
    Right.DATA_SETS: _OWNER | _TEACHER,
    Right.SETTINGS: _OWNER | _TEACHER,
    Right.CLEAR_CACHES: _OWNER | _TEACHER,
    Right.NOTES: _OWNER | _TEACHER,
    Right.UNLIMITED_RUNS: _OWNER | _TEACHER,
    Right.TEACH: _TEACHER,
    Right.PRESENT: _TEACHER,
}


@dataclass(frozen=True)
class Visitor:
    """Who asks for something: a browser, or where there is no class the owner.

    Attributes:
        id: random, the same in every tab and visit of a browser; ``owner`` for the owner.
    """

    id: str
    role: Role

    def may(self, right: Right) -> bool:
        """Whether the table gives it."""
        return self.role in RIGHTS[right]

    def require(self, right: Right) -> None:
        """Go on only with this right.

        Raises:
            ClassroomError: without it.
        """
        require(self.role, right)


OWNER = Visitor("owner", Role.OWNER)


def require(role: Role, right: Right) -> None:
    """Go on only if a role has a right.

    Raises:
        ClassroomError: if it does not.
    """
    if role in RIGHTS[right]:
        return
    if role is Role.OWNER:
        raise ClassroomError(
            f"Nobody can {right} without a class: start the server with --classroom."
        )
    raise ClassroomError(f"A student may not {right}: ask the teacher to do it.")
