"""Study: a named grid of runs."""

import itertools
import json
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Self

from resnet_viz import checks
from resnet_viz.data import registry
from resnet_viz.data.local_sets import resolved, row_of
from resnet_viz.models.architecture import ARCHITECTURES, CIFAR_DEPTHS, IMAGENET, named
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.options import OPTIONS
from resnet_viz.runs.errors import RunError
from resnet_viz.runs.restarts import MOST_RESTARTS
from resnet_viz.runs.run_names import check_name
from resnet_viz.training.config import ConfigError, RunConfig
from resnet_viz.training.recipes import DEFAULT, RECIPES

MOST_RUNS = 10_000
FAMILIES = ("plain", "resnet")
# What a file may say of every run's training, each with one value or several to compare.
SETTINGS = (
    *("epochs", "batch_size", "learning_rate", "weight_decay"),
    *("device", "precision", "threads"),
)
# Seconds of a step of 64 images on a core that does 10¹⁰ multiply-adds a second, forward and
# backward, and needs a moment for each layer: only how runs stand to each other is used of it.
STEP_IMAGES, MULTIPLY_ADDS, A_LAYER = 64, 1e10, 4e-4


class StudyError(RunError):
    """A study cannot be described like this; the text says where and what to change."""


@dataclass(frozen=True, kw_only=True)
class Study:
    """A grid of runs on one data set by one recipe.

    Attributes:
        architectures: names of the table of architectures.
        options: of the architectures, each with the values that it takes in turn; where a network
            has no use for one, such as a plain net for a shortcut, it is left out.
        settings: of training, of ``SETTINGS``, in the same way; what is not named is the recipe's.
        restarts: how often each run goes on by itself when its worker is gone.

    Raises:
        StudyError: if something has no meaning, or there are more than ``MOST_RUNS`` runs.
    """

    name: str
    architectures: tuple[str, ...]
    data: str = registry.USUAL
    recipe: str = DEFAULT
    seeds: tuple[int, ...] = (0,)
    options: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, hash=False)
    settings: Mapping[str, tuple[Any, ...]] = field(default_factory=dict, hash=False)
    restarts: int = 0

    def __post_init__(self) -> None:
        try:
            object.__setattr__(self, "name", check_name(str(self.name)))
        except RunError as error:
            raise StudyError(f"name: {str(error).replace('run', 'study', 1)}") from error
        for name in self.architectures:
            check_choice("architectures", "architecture", name, ARCHITECTURES)
        check_choice("recipe", "recipe", self.recipe, RECIPES)
        if RECIPES[self.recipe].needs_start:
            raise StudyError(
                f"recipe: the runs of a study start from random weights, and {self.recipe} from a "
                "trained network; choose another."
            )
        for name in self.options:
            check_choice("options", "option", name, OPTIONS)
        for name in self.settings:
            check_choice("settings", "setting", name, SETTINGS)
        for what, values in (("architectures", self.architectures), ("seeds", self.seeds)):
            if not values:
                raise StudyError(f"{what}: there are none; a study needs at least one.")
        for what, chosen in (*self.options.items(), *self.settings.items()):
            if not chosen:
                raise StudyError(f"{what}: there is no value; give one, or leave it out.")
        checks.whole("restarts", self.restarts, least=0, most=MOST_RESTARTS, error=StudyError)
        sizes = [len(values) for values in (*self.options.values(), *self.settings.values())]
        if (most := math.prod([len(self.architectures), len(self.seeds), *sizes])) > MOST_RUNS:
            raise StudyError(
                f"That is a grid of {most:,} runs, and a study has room for {MOST_RUNS:,}: leave "
                "values out."
            )
        for what in ("options", "settings"):
            object.__setattr__(self, what, MappingProxyType(dict(getattr(self, what))))

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The study that ``to_dict`` gave."""
        made: dict[str, Any] = dict(values)
        for name in ("architectures", "seeds"):
            made[name] = tuple(values[name])
        for grid in ("options", "settings"):
            made[grid] = {
                name: tuple(tuple(v) if isinstance(v, list) else v for v in chosen)
                for name, chosen in values[grid].items()
            }
        return cls(**made)

    def to_dict(self) -> dict[str, Any]:
        """Plain values, fit for JSON; without restarts where there are none."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        if not self.restarts:  # such a plan is the same as from before there were any
            del values["restarts"]
        return values | {"options": dict(self.options), "settings": dict(self.settings)}

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self).from_dict, (json.loads(json.dumps(self.to_dict())),)

    def configs(self) -> list[RunConfig]:
        """Its runs, none of them twice: a seed after the other, shallow networks first.

        Raises:
            StudyError: if one of them has no meaning.
        """
        found: dict[str, RunConfig] = {}
        for seed, settings, options, name in itertools.product(
            self.seeds, _grid(self.settings), _grid(self.options), self._in_order()
        ):
            try:
                chosen = _used(name, options)
                config = RunConfig.from_recipe(
                    name,
                    self.recipe,
                    data=self.data,
                    seed=seed,
                    options=named(name, chosen).options,
                    **settings,
                )
            except (ArchitectureError, ConfigError) as error:
                raise StudyError(f"{_where(name, options, settings)}: {error}") from error
            found.setdefault(identity(config), config)
        return list(found.values())

    def joined(self, other: "Study") -> "Study":
        """This study with another one's values beside its own, and the other one's restarts.

        Raises:
            StudyError: if the two are on other data or by another recipe, or differ in what
                neither of them varies.
        """
        for what in ("data", "recipe"):
            mine, theirs = getattr(self, what), getattr(other, what)
            if mine != theirs:
                raise StudyError(
                    f"{what}: the study {self.name} has {mine}, not {theirs}; give the other one "
                    "a name of its own."
                )
        grids: dict[str, Any] = {
            grid: {
                name: _union(mine.get(name, ()), theirs.get(name, ()))
                for name in dict.fromkeys((*mine, *theirs))
            }
            for grid in ("options", "settings")
            for mine, theirs in [(getattr(self, grid), getattr(other, grid))]
        }
        return replace(
            self,
            architectures=_union(self.architectures, other.architectures),
            seeds=_union(self.seeds, other.seeds),
            restarts=other.restarts,
            **grids,
        )

    def _in_order(self) -> list[str]:
        return sorted(self.architectures, key=lambda name: ARCHITECTURES[name].depth)


def family(name: str) -> str:
    """``plain`` or ``resnet`` of one of the paper's networks for small pictures; else nothing."""
    kind = name.rstrip("0123456789")
    depth = name.removeprefix(kind)
    return kind if kind in FAMILIES and depth in map(str, CIFAR_DEPTHS) else ""


def identity(config: RunConfig) -> str:
    """All that decides what a run does, but how many threads add up its sums."""
    return identity_of(config.to_dict())


def identity_of(values: Mapping[str, Any]) -> str:
    """The same of the values that ``RunConfig.to_dict`` gave, also after JSON."""
    options = sorted(
        (name, tuple(value) if isinstance(value, list) else value)
        for name, value in values["options"].items()
    )
    decides = {**values, "threads": None, "data": resolved(values["data"]), "options": options}
    if (start := values["start"]) and start != IMAGENET:
        decides["start"] = os.path.realpath(os.path.expanduser(start))
    return repr(sorted(decides.items()))


def cost(config: RunConfig) -> float:
    """How long a run takes against others of its study: see ``A_LAYER``."""
    network = config.network
    side = getattr(row_of(config.data), "side", None) or network.input_size
    step = A_LAYER * network.depth + 3 * config.batch_size * network.multiply_adds(side) / (
        MULTIPLY_ADDS
    )
    return config.epochs * step * STEP_IMAGES / config.batch_size


def _union(mine: Sequence[Any], theirs: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys((*mine, *theirs)))


def _grid(chosen: Mapping[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    every = itertools.product(*chosen.values())
    return [dict(zip(chosen, values, strict=True)) for values in every]


def _used(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that a network has a use for: a plain net has none for those of shortcuts."""
    if ARCHITECTURES[name].is_residual:
        return dict(options)
    of_shortcuts = ("shortcut", "padding")
    return {
        option: value
        for option, value in options.items()
        if option != "shortcut" and OPTIONS[option].needs not in of_shortcuts
    }


def _where(name: str, options: Mapping[str, Any], settings: Mapping[str, Any]) -> str:
    chosen = [f"{key} = {value}" for key, value in (*options.items(), *settings.items())]
    return ", ".join([name, *chosen])


def check_choice(where: str, what: str, value: Any, choices: Iterable[str]) -> None:
    """See that a value is one of a few names.

    Raises:
        StudyError: if it is not, with where it stands.
    """
    checks.choice(what, value, choices, error=lambda text: StudyError(f"{where}: {text}"))  # type: ignore[arg-type]
