"""What a student may do with runs, looked up where it is done: in the transaction that does it.

The owner of the server, the teacher and whoever works on the machine itself may do everything.
"""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import Connection, case, select

from resnet_viz.classroom import current
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.classroom.roles import Right, Visitor
from resnet_viz.data import local_sets
from resnet_viz.models.architecture import IMAGENET
from resnet_viz.runs.database import runs
from resnet_viz.runs.run import ACTIVE, Run
from resnet_viz.training.config import RunConfig

PAIR = 2  # runs that a student may start together
LEAST = 1.0  # seconds that have to be left for a run
# The order of the queue: whoever may do everything goes before students.
TURN = (case((runs.c.owner.is_(None), 0), else_=1), runs.c.position)


def owner(by: Visitor) -> str | None:
    """Whose a run is that somebody starts: a student's; None of all others'."""
    return None if by.may(Right.UNLIMITED_RUNS) else by.id


def to_start(
    connection: Connection, by: Visitor, configs: Sequence[RunConfig], *, together: bool
) -> float | None:
    """The seconds that each of some new runs may train, side by side; None without a bound.

    Raises:
        ClassroomError: if they must not be started by this visitor, or not now.
    """
    if by.may(Right.UNLIMITED_RUNS):
        return None
    if len(configs) > (PAIR if together else 1):
        raise ClassroomError("A student starts one run or one pair at a time: choose fewer.")
    for config in configs:
        if config.data not in local_sets.available():
            by.require(Right.DATA_SETS)
        if config.start == IMAGENET:
            _require_weights(config.architecture)
    return _left(connection, by)


def to_resume(connection: Connection, by: Visitor, run: Run) -> float | None:
    """The seconds at which a run ends that somebody resumes; None without a bound."""
    to_change(by, run)
    return None if by.may(Right.UNLIMITED_RUNS) else run.seconds + _left(connection, by)


def may_change(by: Visitor, run: Run) -> bool:
    """Whether a run is one that a visitor may stop, resume, rename, note on and delete."""
    return by.may(Right.CHANGE_RUNS) or (run.owner is not None and run.owner == by.id)


def to_change(by: Visitor, run: Run) -> None:
    """Go on only if somebody may stop, rename, note on or delete a run.

    Raises:
        ClassroomError: if it is not a run of this student's.
    """
    if not may_change(by, run):
        raise ClassroomError(
            f"{run.name} is not yours: a student may change only the runs that were started in the "
            "same browser."
        )


def seconds_left(connection: Connection, by: Visitor) -> float:
    """The seconds that a student's runs may still train in the class that is held."""
    held = current.held()
    if held is None:
        return 0.0
    query = select(runs.c.id, runs.c.pair, runs.c.seconds).where(
        runs.c.owner == by.id, runs.c.created >= held.begun
    )
    trained: dict[str, float] = defaultdict(float)
    for row in connection.execute(query):  # the runs of a pair train side by side
        slot = row.pair or row.id
        trained[slot] = max(trained[slot], row.seconds)
    return max(0.0, held.seconds - sum(trained.values()))


def why_none(connection: Connection, by: Visitor) -> str:
    """Why a visitor can start no run at all now, as a sentence; empty if one can be started."""
    try:
        if not by.may(Right.UNLIMITED_RUNS):
            _left(connection, by)
    except ClassroomError as error:
        return str(error)
    return ""


def _left(connection: Connection, by: Visitor) -> float:
    held = current.held()
    if held is None:
        raise ClassroomError("No class is held now, and students start runs only in one.")
    if held.paused:
        raise ClassroomError("The class is paused: wait until the teacher goes on.")
    if not held.students_start:
        raise ClassroomError(
            "The teacher has not allowed students to start runs: ask for it, or watch theirs."
        )
    active = select(runs.c.name).where(runs.c.owner == by.id, runs.c.status.in_(ACTIVE))
    if name := connection.scalars(active).first():
        raise ClassroomError(
            f"{name} is still under way, and a student trains one run or pair at a time: wait "
            "until it ends, or stop it."
        )
    left = seconds_left(connection, by)
    if left < LEAST:
        raise ClassroomError(
            "Your runs have trained as long as the teacher allows each student in this class."
        )
    return left


def _require_weights(architecture: str) -> None:
    """Let no run download weights that nobody with the right to do so has brought here."""
    from resnet_viz.models import pretrained

    if architecture not in pretrained.at_hand():
        raise ClassroomError(
            f"The ImageNet weights of {architecture} are not on this machine, and a student's run "
            "downloads none: ask the teacher to bring them."
        )
