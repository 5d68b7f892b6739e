"""Checks of what a person may have typed, each with one sentence about what is possible instead."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

from resnet_viz.errors import UserError


def whole(
    what: str,
    value: Any,
    *,
    least: int,
    most: int | None = None,
    why: str = "",
    error: type[UserError] = UserError,
) -> None:
    """See that a value is a whole number between two bounds, both possible; yes and no are none.

    Args:
        most: the upper one, if there is one.
        why: there is none beyond the bounds, as a clause.

    Raises:
        error: if it is not.
    """
    known = isinstance(value, int) and not isinstance(value, bool)
    if known and least <= value and (most is None or value <= most):
        return
    bounds = f"from {least:,}" + ("" if most is None else f" to {most:,}")
    raise error(f"{what} is a whole number {bounds}, {f'{why}; ' if why else ''}not {value!r}.")


def number(
    what: str,
    value: Any,
    *,
    least: float = 0.0,
    most: float | None = None,
    above: bool = False,
    below: bool = False,
    error: type[UserError] = UserError,
) -> None:
    """See that a value is a finite number between two bounds; yes and no are none.

    Args:
        most: the upper one, if there is one.
        above, below: whether the least, or the most, is itself not possible.

    Raises:
        error: if it is not.
    """
    known = isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
    if (
        known
        and (value > least if above else value >= least)
        and (most is None or (value < most if below else value <= most))
    ):
        return
    bounds = f"above {least:g}" if above else f"from {least:g}"
    if most is not None:
        bounds += " and" if above else " to"
        bounds += f" below {most:g}" if below else f"{' up to' if above else ''} {most:g}"
    raise error(f"{what} is a number {bounds}, not {value!r}.")


def choice(
    what: str, value: Any, choices: Iterable[str], *, error: type[UserError] = UserError
) -> None:
    """See that a value is one of a few names.

    Raises:
        error: if it is not, with all of them.
    """
    choices = tuple(choices)
    if not isinstance(value, str) or value not in choices:
        raise error(f"There is no {what} {value!r}; choose from {', '.join(choices)}.")
