"""Learning-rate schedules: a step in, a factor of the peak rate out.

A schedule has no state, so a resumed run needs nothing but its step to continue it.
"""

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[int, int, int], float]  # (step from 0, total steps, depth) -> factor

WARM_UP_DEPTH = 110
WARM_UP_STEPS = 400


def one_cycle(step: int, total: int, depth: int) -> float:
    """Cosine from 1/25 up to 1 over 30 % of the steps, then down to 1/250,000 (Smith 2018)."""
    last, peak = max(total - 1, 1), 0.3 * total - 1
    if step <= peak:
        return _cosine(1 / 25, 1.0, step / peak)
    return _cosine(1.0, 1 / 250_000, (step - peak) / (last - peak))


def paper_steps(step: int, total: int, depth: int) -> float:
    """1, then 1/10 from half of the steps and 1/100 from three quarters (He et al. 2015, §4.2).

    Nets of 110 layers and more start at 1/10, for about 400 steps as in the paper.
    """
    if depth >= WARM_UP_DEPTH and step < min(WARM_UP_STEPS, total // 4):
        return 0.1
    return 0.01 if 4 * step >= 3 * total else 0.1 if 2 * step >= total else 1.0


def _cosine(start: float, end: float, progress: float) -> float:
    return end + (start - end) / 2 * (1 + cos(pi * progress))
