"""Times taken in turn, so that whatever else a machine does meets both sides alike."""

import time
from collections.abc import Callable

Timed = Callable[[], float]


def timed(work: Callable[[], object]) -> Timed:
    """Work that gives the seconds it took."""

    def measure() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


def in_turn(*sides: Timed, rounds: int, warm_up: int = 1) -> list[tuple[float, ...]]:
    """Seconds of each side, A B A B …: one tuple a round, those of the warm-up left out.

    Every other round goes the other way round, so that none always comes second.
    """
    times = []
    for number in range(warm_up + rounds):
        order = range(len(sides)) if number % 2 == 0 else reversed(range(len(sides)))
        taken = {index: sides[index]() for index in order}
        times.append(tuple(taken[index] for index in range(len(sides))))
    return times[warm_up:]
