"""The kinds of value that an option may have; each checks values and reads them from text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from resnet_viz import checks
from resnet_viz.models.errors import ArchitectureError

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
WHOLE_NUMBERS = re.compile(r"\s*\d{1,6}(\s*,\s*\d{1,6})*\s*")


class Kind(Protocol):
    """What values an option has, which decides its control."""

    def checked(self, name: str, value: Any) -> Any:
        """The value as an architecture holds it.

        Raises:
            ArchitectureError: if the option of that name cannot have it.
        """

    def read(self, text: str) -> Any:
        """The value that a text stands for; the text itself if it is none, which `checked` says."""

    def write(self, value: Any) -> str:
        """The text that `read` reads as that value."""


@dataclass(frozen=True)
class OneOf:
    """One of the rows of a table."""

    choices: Mapping[str, object]

    def checked(self, name: str, value: Any) -> str:
        checks.choice(name, value, self.choices, error=ArchitectureError)
        return value

    def read(self, text: str) -> str:
        return text

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Whole:
    """A whole number between two bounds."""

    least: int
    most: int

    def checked(self, name: str, value: Any) -> int:
        checks.whole(name, value, least=self.least, most=self.most, error=ArchitectureError)
        return value

    def read(self, text: str) -> int | str:
        return int(text) if WHOLE_NUMBER.fullmatch(text) else text

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class Number:
    """A number from 0 to a bound; ``above`` and ``below`` if 0, or the bound, is not possible."""

    most: float
    above: bool = False
    below: bool = False

    def checked(self, name: str, value: Any) -> float:
        bounds = {"most": self.most, "above": self.above, "below": self.below}
        checks.number(name, value, **bounds, error=ArchitectureError)  # type: ignore[arg-type]
        return value

    def read(self, text: str) -> float | str:
        if WHOLE_NUMBER.fullmatch(text):
            return int(text)
        try:
            return float(text)
        except ValueError:
            return text

    def write(self, value: Any) -> str:
        return str(value)


@dataclass(frozen=True)
class YesNo:
    """Yes or no."""

    def checked(self, name: str, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ArchitectureError(f"{name} is true or false, not {value!r}.")
        return value

    def read(self, text: str) -> bool | str:
        return {"true": True, "false": False}.get(text, text)

    def write(self, value: Any) -> str:
        return str(value).lower()


@dataclass(frozen=True)
class EachStage:
    """A whole number between two bounds for each stage."""

    least: int
    most: int
    example: tuple[int, ...]

    @property
    def sentence(self) -> str:
        """How to write it."""
        return (
            f"whole numbers from {self.least} to {self.most:,} with commas between them, one for "
            f"each stage, such as “{', '.join(map(str, self.example))}”"
        )

    def checked(self, name: str, value: Any) -> tuple[int, ...]:
        if isinstance(value, str):
            raise ArchitectureError(f"The {name} are {self.sentence}.")
        if not isinstance(value, list | tuple):  # JSON has lists where tuples are meant
            raise ArchitectureError(
                f"{name} is a list with a number for each stage, not {value!r}."
            )
        for number in value:
            checks.whole(
                f"Each of the {name}",
                number,
                least=self.least,
                most=self.most,
                error=ArchitectureError,
            )
        return tuple(value)

    def read(self, text: str) -> tuple[int, ...] | str:
        return tuple(map(int, text.split(","))) if WHOLE_NUMBERS.fullmatch(text) else text

    def write(self, value: tuple[int, ...]) -> str:
        return ",".join(map(str, value))
