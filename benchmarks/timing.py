"""Times taken in turn, so that whatever else a machine does meets both sides alike."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Timed = Callable[[], float]


@contextmanager
def script_times() -> Iterator[list[float]]:
    """Seconds that each run of a page's script takes on the server, in a list that grows."""
    from streamlit.runtime.scriptrunner import script_runner

    times: list[float] = []
    run_script = script_runner.ScriptRunner._run_script

    def measured(*arguments: Any, **named: Any) -> None:
        start = time.perf_counter()
        run_script(*arguments, **named)
        times.append(time.perf_counter() - start)

    script_runner.ScriptRunner._run_script = measured  # type: ignore[method-assign]
    try:
        yield times
    finally:
        script_runner.ScriptRunner._run_script = run_script  # type: ignore[method-assign]


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
