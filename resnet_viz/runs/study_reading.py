"""How a TOML or YAML file describes a study."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from resnet_viz import checks
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.option_kinds import EachStage
from resnet_viz.models.options import OPTIONS
from resnet_viz.runs.study_plan import FAMILIES, SETTINGS, Study, StudyError, check_choice

MOST_BYTES = 1 << 20  # of a file


def read(path: str | Path) -> Study:
    """The study that a file describes: TOML, or YAML where its name ends so.

    Raises:
        StudyError: if it cannot be read or describes none, with the place in it.
    """
    path = Path(path)
    try:
        raw = path.read_bytes()[: MOST_BYTES + 1]
        if len(raw) > MOST_BYTES:
            raise StudyError("it is too large for the description of a study.")
        values = _parsed(raw.decode(), yaml=path.suffix.lower() in (".yaml", ".yml"))
        return described(values, path.stem)
    except FileNotFoundError as error:
        raise StudyError(f"There is no file {path}: name one that describes a study.") from error
    except OSError as error:
        raise StudyError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise StudyError(f"{path.name}: it is no text in UTF-8.") from error
    except StudyError as error:
        raise StudyError(f"{path.name}: {error}") from error


def described(values: Mapping[str, Any], name: str = "") -> Study:
    """The study that a file's content describes.

    Args:
        values: ``families`` with ``depths``, or ``architectures``; ``data``, ``recipe``,
            ``seeds`` (a list, or how many from 0), ``options``, ``restarts`` and any of
            ``SETTINGS``.
        name: what it is called where the content does not say.

    Raises:
        StudyError: if a key is unknown or a value has no meaning.
    """
    known = (
        *("name", "families", "depths", "architectures", "data", "recipe", "seeds", "options"),
        "restarts",
    )
    if unknown := sorted(map(str, values.keys() - {*known, *SETTINGS})):
        raise StudyError(
            f"a study has nothing named {', '.join(unknown)}; it has "
            f"{', '.join((*known, *SETTINGS))}."
        )
    options = values.get("options") or {}
    if not isinstance(options, Mapping):
        raise StudyError(f"options: a table of names and values, not {options!r}.")
    plain = {key: values[key] for key in ("name", "data", "recipe") if key in values}
    for key, value in plain.items():
        if not isinstance(value, str):
            raise StudyError(f"{key}: a text, not {value!r}.")
    study = Study(
        **({"name": name} | plain),
        architectures=tuple(_architectures(values)),
        seeds=_seeds(values.get("seeds", 1)),
        options={key: _option_values(key, value) for key, value in options.items()},
        settings={key: tuple(_list(values[key])) for key in SETTINGS if key in values},
        restarts=values.get("restarts", 0),
    )
    study.configs()
    return study


def _parsed(text: str, *, yaml: bool) -> Mapping[str, Any]:
    try:
        values = _yaml(text) if yaml else tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"it is no TOML ({error}).") from error
    if not isinstance(values, Mapping):
        raise StudyError("it describes no study; begin with a line such as “depths: [20, 56]”.")
    return values


def _yaml(text: str) -> Any:
    import yaml  # type: ignore[import-untyped]

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        where = f", line {place.line + 1}" if place else ""
        reason = getattr(error, "problem", None) or "it cannot be read"
        raise StudyError(f"it is no YAML ({reason}{where}).") from error


def _architectures(values: Mapping[str, Any]) -> Iterator[str]:
    names = _list(values.get("architectures", []))
    families, depths = _list(values.get("families", FAMILIES)), _list(values.get("depths", []))
    if "families" in values and not depths:
        raise StudyError("depths: families need them, such as depths = [20, 56].")
    if not names and not depths:
        raise StudyError("depths: give some, such as depths = [20, 56], or architectures.")
    for name in names:
        check_choice("architectures", "architecture", name, ARCHITECTURES)
    yield from names
    for family in families if depths else ():
        check_choice("families", "family", family, FAMILIES)
        for depth in depths:
            name = f"{family}{depth}"
            if isinstance(depth, bool) or not isinstance(depth, int) or name not in ARCHITECTURES:
                there = [
                    row.removeprefix(family)
                    for row in ARCHITECTURES
                    if row.removeprefix(family).isdecimal()
                ]
                raise StudyError(
                    f"depths: there is no {family} network of {depth!r} layers; choose from "
                    f"{', '.join(sorted(there, key=int))}."
                )
            yield name


def _seeds(value: Any) -> tuple[int, ...]:
    if isinstance(value, int) and not isinstance(value, bool):
        checks.whole("seeds: how many", value, least=1, most=1000, error=StudyError)
        return tuple(range(value))
    for seed in _list(value):
        checks.whole("seeds: each", seed, least=0, most=2**32 - 1, error=StudyError)
    return tuple(dict.fromkeys(_list(value)))


def _option_values(name: str, value: Any) -> tuple[Any, ...]:
    """The values of an option that a file gives; one that is itself a list has lists of lists."""
    check_choice("options", "option", name, OPTIONS)
    if isinstance(OPTIONS[name].kind, EachStage):
        many = isinstance(value, list) and all(isinstance(each, list) for each in value)
        return tuple(tuple(each) for each in value) if many else (tuple(_list(value)),)
    return tuple(dict.fromkeys(_list(value)))


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]
