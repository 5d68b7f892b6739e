"""RunConfig: everything that decides what a run does."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from types import MappingProxyType
from typing import Any, Self

from resnet_viz.errors import UserError
from resnet_viz.models.architecture import (
    IMAGENET,
    PRETRAINED,
    Architecture,
    ArchitectureError,
    named,
)
from resnet_viz.training.recipes import RECIPES, Recipe

Option = str | int | float | bool | tuple[int, ...]

DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+(,\d+)*)?")
PRECISIONS = ("auto", "32-true", "bf16-mixed", "16-mixed")
MOST_SEEDS = 2**32


class ConfigError(UserError):
    """A run cannot be described like this; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """One training run: the same config gives the same numbers, bit for bit, on the same CPU.

    On another processor, or with another release of PyTorch, sums are rounded otherwise, and the
    same seed soon leads elsewhere. ``threads`` belongs to the config because the order of a
    CPU's sums depends on it; ``device`` is ``auto``, ``cpu``, ``mps``, ``cuda`` or one or
    several GPUs such as ``cuda:0,1``.

    Of a fine-tuning run ``start`` is the checkpoint that it begins with, or ``imagenet`` for
    torchvision's weights; ``input_size`` the side in pixels at which it sees images (None: the
    start's own); ``trunk_rate`` the learning rate of the layers before the last one as a share of
    the last one's (None: the recipe's; 0: they stay exactly as they are).

    Raises:
        ConfigError: if a field has no meaning.
    """

    architecture: str
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)
    data: str = "digits"
    recipe: str = "quick"
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    seed: int = 0
    device: str = "auto"
    precision: str = "auto"
    threads: int | None = None
    start: str | None = None
    input_size: int | None = None
    trunk_rate: float | None = None

    @classmethod
    def from_recipe(cls, architecture: str, recipe: str = "quick", **overrides: Any) -> Self:
        """The config of a recipe, with any field overridden."""
        row = _recipe(recipe)
        dropout = {"dropout": row.dropout} if row.dropout else {}
        options = overrides.pop("options", {})
        values: dict[str, Any] = {
            "architecture": architecture,
            "recipe": recipe,
            "options": dropout | dict(options) if isinstance(options, Mapping) else options,
            "epochs": row.epochs,
            "batch_size": row.batch_size,
            "learning_rate": row.learning_rate,
            "weight_decay": row.weight_decay,
        }
        return cls.from_dict(values | overrides)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The config that ``to_dict`` gave.

        Raises:
            ConfigError: if a key is unknown or missing, or a value has no meaning.
        """
        if unknown := sorted(map(str, values.keys() - {f.name for f in fields(cls)})):
            raise ConfigError(f"A run has no setting named {', '.join(unknown)}: leave it out.")
        try:
            return cls(**values)
        except TypeError as error:
            raise ConfigError(
                f"A run needs all of its settings: {_missing(cls, values)}."
            ) from error

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return values | {"options": dict(self.options)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (self.to_dict(),)

    @functools.cached_property
    def network(self) -> Architecture:
        """The architecture with this run's options, which takes a while to check and to count."""
        return named(self.architecture, self.options)

    @property
    def trunk_scale(self) -> float:
        """Factor of the learning rate for every layer before the last one."""
        return RECIPES[self.recipe].trunk_rate if self.trunk_rate is None else self.trunk_rate

    @property
    def is_frozen(self) -> bool:
        """Whether only the last layer learns."""
        return self.trunk_scale == 0

    def __post_init__(self) -> None:
        for name, check in _CHECKS.items():
            if problem := check(getattr(self, name)):
                raise ConfigError(problem)
        recipe = _recipe(self.recipe)
        if recipe.needs_start and not self.start:
            raise ConfigError(
                f"The recipe {recipe.name} starts from a trained network: choose a checkpoint."
            )
        if self.start and not recipe.needs_start:
            raise ConfigError(
                f"The recipe {recipe.name} starts from random weights: leave the checkpoint out "
                "or choose the recipe finetune."
            )
        if not recipe.needs_start and (self.input_size, self.trunk_rate) != (None, None):
            raise ConfigError(
                f"The recipe {recipe.name} trains all layers alike at the size of the data: leave "
                "input_size and trunk_rate out or choose the recipe finetune."
            )
        if self.start == IMAGENET and self.architecture not in PRETRAINED:
            raise ConfigError(
                f"There are no ImageNet weights for {self.architecture}: choose one of "
                f"{', '.join(PRETRAINED)}, or a checkpoint to start from."
            )
        object.__setattr__(self, "options", MappingProxyType(_ordered(self.options)))
        object.__setattr__(self, "learning_rate", float(self.learning_rate))
        object.__setattr__(self, "weight_decay", float(self.weight_decay))
        if self.trunk_rate is not None:
            object.__setattr__(self, "trunk_rate", float(self.trunk_rate))
        try:
            _ = self.network
        except ArchitectureError as error:
            raise ConfigError(str(error)) from error


def _ordered(options: Mapping[str, Any]) -> dict[str, Option]:
    """By name; JSON has lists where tuples are meant."""
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in sorted(options.items())
    }


def _recipe(name: Any) -> Recipe:
    if not isinstance(name, str) or name not in RECIPES:
        raise ConfigError(f"There is no recipe {name!r}: choose one of {', '.join(RECIPES)}.")
    return RECIPES[name]


def _missing(cls: type[RunConfig], values: Mapping[str, Any]) -> str:
    required = ("architecture", "epochs", "batch_size", "learning_rate", "weight_decay")
    return "add " + ", ".join(name for name in required if name not in values)


def _whole(title: str, low: int, high: int) -> Any:
    def check(value: Any) -> str | None:
        if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
            return None
        return f"{title} must be a whole number from {low:,} to {high:,}, not {value!r}."

    return check


def _rate(title: str, high: float, *, zero: bool) -> Any:
    def check(value: Any) -> str | None:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if number and isfinite(value) and (value >= 0 if zero else value > 0) and value <= high:
            return None
        low = "from 0" if zero else "above 0 and"
        return f"{title} must be a number {low} up to {high:g}, not {value!r}."

    return check


def _text(title: str) -> Any:
    def check(value: Any) -> str | None:
        if isinstance(value, str) and value.strip():
            return None
        return f"{title} must be named, not {value!r}."

    return check


def _options(value: Any) -> str | None:
    if isinstance(value, Mapping) and (decided := value.keys() & {"classes", "channels"}):
        return f"The data decide about {' and '.join(sorted(decided))}: leave them out."
    if isinstance(value, Mapping) and all(
        isinstance(name, str) and _is_option(option) for name, option in value.items()
    ):
        return None
    return f"The options must be names with a text, number(s) or yes/no each, not {value!r}."


def _is_option(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(number, int) for number in value)
    return isinstance(value, str | int | float | bool)


def _device(value: Any) -> str | None:
    if isinstance(value, str) and DEVICE.fullmatch(value):
        return None
    return f"There is no device {value!r}: choose auto, cpu, mps, cuda, or GPUs such as cuda:0,1."


def _precision(value: Any) -> str | None:
    if value in PRECISIONS:
        return None
    return f"There is no precision {value!r}: choose one of {', '.join(PRECISIONS)}."


def _optional(check: Any) -> Any:
    return lambda value: None if value is None else check(value)


_CHECKS = {
    "architecture": _text("The architecture"),
    "options": _options,
    "data": _text("The data set"),
    "epochs": _whole("The number of epochs", 1, 100_000),
    "batch_size": _whole("The batch size", 2, 65_536),
    "learning_rate": _rate("The learning rate", 100, zero=False),
    "weight_decay": _rate("The weight decay", 1, zero=True),
    "seed": _whole("The seed", 0, MOST_SEEDS - 1),
    "device": _device,
    "precision": _precision,
    "threads": _optional(_whole("The number of CPU threads", 1, 1024)),
    "start": _optional(_text("The checkpoint to start from")),
    "input_size": _optional(_whole("The input size", 8, 1024)),
    "trunk_rate": _optional(_rate("The trunk's share of the learning rate", 1, zero=True)),
}
