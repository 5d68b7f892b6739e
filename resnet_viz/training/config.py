"""RunConfig: everything that decides what a run does."""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from types import MappingProxyType
from typing import Any, Self

from resnet_viz import checks
from resnet_viz.data import registry
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import IMAGENET, PRETRAINED, Architecture, named
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.options import OPTIONS
from resnet_viz.training.recipes import DEFAULT, RECIPES, Recipe

Option = str | int | float | bool | tuple[int, ...]

DEVICE = re.compile(r"auto|cpu(:[1-9]\d{0,2})?|mps|cuda(:\d+(,\d+)*)?")
DEVICES = "auto, cpu, mps, cuda, GPUs such as cuda:0,1, or processes on the CPU such as cpu:2"
# Lightning's word -> what people call the numbers, where they are not the usual ones.
PRECISIONS = {"auto": "", "32-true": "", "bf16-mixed": "bfloat16", "16-mixed": "float16"}
MOST_SEEDS = 2**32
LEAST_SHARE = 2  # images: batch normalisation has no variance of one


class ConfigError(UserError):
    """A run cannot be described like this; the text says what to change."""


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """One training run: the same config gives the same numbers, bit for bit, on the same CPU.

    On another processor, or with another release of PyTorch, sums are rounded otherwise, and the
    same seed soon leads elsewhere. ``threads`` belongs to the config because the order of a
    CPU's sums depends on it; ``device`` is ``auto``, ``cpu``, ``mps``, ``cuda``, one or several
    GPUs such as ``cuda:0,1``, or several processes on the CPU such as ``cpu:2``, each of which has
    that many threads. Processes share each batch, see ``batches.Batches``.

    Of a fine-tuning run ``start`` is the checkpoint that it begins with, or ``imagenet`` for
    torchvision's weights; ``input_size`` the side in pixels at which it sees images (None: the
    start's own); ``trunk_rate`` the learning rate of the layers before the last one as a share of
    the last one's (None: the recipe's; 0: they stay exactly as they are).

    Raises:
        ConfigError: if a field has no meaning.
    """

    architecture: str
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)
    data: str = registry.USUAL
    recipe: str = DEFAULT
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
    def from_recipe(cls, architecture: str, recipe: str = DEFAULT, **overrides: Any) -> Self:
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
    def processes(self) -> int:
        """Processes that train together: one a GPU, or as many as are asked for on the CPU."""
        kind, _, numbers = self.device.partition(":")
        return int(numbers) if kind == "cpu" and numbers else len(numbers.split(","))

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
            check(value=getattr(self, name))
        recipe = _recipe(self.recipe)
        if self.batch_size < (least := LEAST_SHARE * self.processes):
            raise ConfigError(
                f"A batch of {self.batch_size} images is too small for {self.processes} processes: "
                f"choose a batch size of {least} or more, or fewer processes."
            )
        if recipe.needs_start and not self.start:
            raise ConfigError(
                f"The recipe {recipe.name} starts from a trained network: choose a checkpoint."
            )
        if self.start and not recipe.needs_start:
            raise ConfigError(
                f"The recipe {recipe.name} starts from random weights: leave the checkpoint out "
                f"or choose the recipe {_finetuning()}."
            )
        if not recipe.needs_start and (self.input_size, self.trunk_rate) != (None, None):
            raise ConfigError(
                f"The recipe {recipe.name} trains all layers alike at the size of the data: leave "
                f"input_size and trunk_rate out or choose the recipe {_finetuning()}."
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
    checks.choice("recipe", name, RECIPES, error=ConfigError)
    return RECIPES[name]


def _finetuning() -> str:
    """The recipes that start from a trained network."""
    return " or ".join(name for name, row in RECIPES.items() if row.needs_start)


def _missing(cls: type[RunConfig], values: Mapping[str, Any]) -> str:
    required = [
        each.name
        for each in fields(cls)
        if each.default is MISSING and each.default_factory is MISSING
    ]
    return "add " + ", ".join(name for name in required if name not in values)


def _whole(what: str, **bounds: Any) -> Callable[..., None]:
    return functools.partial(checks.whole, what, **bounds, error=ConfigError)


def _number(what: str, **bounds: Any) -> Callable[..., None]:
    return functools.partial(checks.number, what, **bounds, error=ConfigError)


def _text(what: str, *, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise ConfigError(f"{what} must be named, not {value!r}.")


def _options(value: Any) -> None:
    of_data = {name for name, option in OPTIONS.items() if option.of_data}
    if isinstance(value, Mapping) and (decided := value.keys() & of_data):
        raise ConfigError(f"The data decide about {' and '.join(sorted(decided))}: leave them out.")
    if not isinstance(value, Mapping) or not all(
        isinstance(name, str) and _is_option(option) for name, option in value.items()
    ):
        raise ConfigError(
            f"The options must be names with a text, number(s) or yes/no each, not {value!r}."
        )


def _is_option(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(isinstance(number, int) for number in value)
    return isinstance(value, str | int | float | bool)


def _device(value: Any) -> None:
    if not isinstance(value, str) or not DEVICE.fullmatch(value):
        raise ConfigError(f"There is no device {value!r}: choose {DEVICES}.")
    gpus = value.partition(":")[2].split(",")
    if len(set(map(int, filter(None, gpus)))) < len(list(filter(None, gpus))):
        raise ConfigError(f"The device {value} names a GPU twice: name each one once.")


def _optional(check: Callable[..., None]) -> Callable[..., None]:
    return lambda value: None if value is None else check(value=value)


_CHECKS: dict[str, Callable[..., None]] = {
    "architecture": functools.partial(_text, "The architecture"),
    "options": _options,
    "data": functools.partial(_text, "The data set"),
    "epochs": _whole("The number of epochs", least=1, most=100_000),
    "batch_size": _whole("The batch size", least=LEAST_SHARE, most=65_536),
    "learning_rate": _number("The learning rate", above=True, most=100),
    "weight_decay": _number("The weight decay", most=1),
    "seed": _whole("The seed", least=0, most=MOST_SEEDS - 1),
    "device": _device,
    "precision": functools.partial(
        checks.choice, "precision", choices=PRECISIONS, error=ConfigError
    ),
    "threads": _optional(_whole("The number of CPU threads", least=1, most=1024)),
    "start": _optional(functools.partial(_text, "The checkpoint to start from")),
    "input_size": _optional(_whole("The input size", least=8, most=1024)),
    "trunk_rate": _optional(_number("The trunk's share of the learning rate", most=1)),
}
