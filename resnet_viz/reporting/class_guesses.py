"""What a class guessed, in sentences."""

from collections.abc import Mapping

from resnet_viz.teaching.polls import Poll
from resnet_viz.teaching.races import QUANTITIES, Race, nearest
from resnet_viz.wording import several

MOST_NAMED = 3  # nearest guesses that a sentence lists


def answered(number: int) -> str:
    """How many have answered a question."""
    return f"{several(number, 'answer')} so far" if number else "No answers yet"


def guessed(number: int) -> str:
    """How many have guessed where an error will end."""
    return f"{several(number, 'guess', 'guesses')} so far" if number else "No guesses yet"


def right(poll: Poll) -> str:
    """How many of a class chose what was measured, as a sentence; its answer is revealed."""
    if not poll.answers:
        return f"Measured: {poll.answer}. Nobody answered."
    chosen = poll.counts.get(poll.answer or "", 0)
    return (
        f"Measured: {poll.answer}. {chosen} of {several(poll.answers, 'answer')} "
        f"({chosen / poll.answers:.0%}) said so."
    )


def asked(race: Race) -> str:
    """What a race asks."""
    return f"At which {QUANTITIES[race.quantity]}, in per cent, will {race.network} end?"


def outcome(race: Race, ended: float, visitor: str | None = None) -> str:
    """Where a network ended, and which guesses were the nearest, as a sentence.

    Args:
        ended: error in per cent.
        visitor: who reads it, by their code.
    """
    said = f"{race.network} ended at {ended:.1f} % {QUANTITIES[race.quantity]}."
    if not race.guesses:
        return f"{said} Nobody had guessed."
    closest = nearest(race.guesses, ended)
    values = sorted(set(closest.values()))[:MOST_NAMED]
    named = " and ".join(f"{value:.1f} %" for value in values)
    said += f" The nearest of {several(len(race.guesses), 'guess', 'guesses')}: {named}"
    said += f" ({several(len(closest), 'person', 'people')})." if len(closest) > 1 else "."
    if visitor in closest:
        return f"{said} One of them is yours." if len(closest) > 1 else f"{said} It is yours."
    if visitor is not None and visitor in race.guesses:
        away = abs(race.guesses[visitor] - ended)
        return f"{said} Yours was {away:.1f} percentage points away."
    return said


def spread_of(guesses: Mapping[str, float]) -> str:
    """How far apart guesses lie, as a sentence."""
    if not guesses:
        return "No guesses yet."
    values = sorted(guesses.values())
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    return (
        f"{several(len(values), 'guess', 'guesses')}, from {values[0]:.1f} % to "
        f"{values[-1]:.1f} %, the median {middle:.1f} %."
    )
