"""Attribution: what networks look at in pictures, as files."""

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.cli.map_scores import SCORES, scores
from resnet_viz.cli.networks import checkpoint_of
from resnet_viz.cli.output import as_json, telling
from resnet_viz.cli.parsing import Commands
from resnet_viz.wording import several

if TYPE_CHECKING:
    from PIL import Image

    from resnet_viz.analysis import Attribution
    from resnet_viz.models import Classifier

SUMMARY = "attributions.json"
OPACITY = 0.6  # of a map over its picture, as on the page


def add(commands: Commands) -> None:
    """Tell the command line of it."""
    from resnet_viz.analysis import METHODS

    command = commands.add("attribute", attribute)
    command.add_argument("checkpoint", metavar="CHECKPOINT", help="a file, a run, a shipped name")
    command.add_argument("pictures", metavar="PICTURE", nargs="+", help="a file")
    command.add_argument(
        "--method",
        nargs="+",
        default=[],
        metavar="METHOD",
        help=f"one or more of {', '.join(METHODS)}",
    )
    command.add_argument(
        "--target",
        nargs="+",
        default=[],
        metavar="CLASS",
        help="a class by name or number, or two (A B, or A-B) for A rather than B; the predicted "
        "one without it",
    )
    command.add_argument(
        "--layer",
        nargs="+",
        default=[],
        metavar="LAYER",
        help="where class activation maps are taken; of several, their mean",
    )
    command.add_argument(
        "--option",
        nargs="+",
        default=[],
        metavar="KEY=VALUE",
        help="what a method can be told, such as samples=64",
    )
    command.add_argument(
        "--check",
        nargs="+",
        default=[],
        choices=[*SCORES],
        metavar="CHECK",
        help=f"put each map to the test: {', '.join(SCORES)}; scores stand in {SUMMARY}, those of "
        "maps that ask the network nothing beside them",
    )
    command.add_argument(
        "--output", default="attributions", metavar="FOLDER", help="default: attributions"
    )


def attribute(parsed: argparse.Namespace) -> int:
    """Write maps of what a network looks at in pictures, and what it takes them for."""
    from resnet_viz import analysis, checks, models
    from resnet_viz.analysis.attribution import DEFAULT
    from resnet_viz.reporting.imports import assumed

    methods = list(dict.fromkeys(parsed.method)) or [DEFAULT]
    for method in methods:
        checks.choice("attribution method", method, analysis.METHODS, error=analysis.AnalysisError)
    options = _options(methods, parsed.option)
    classifier = models.load(checkpoint_of(parsed.checkpoint))
    target = target_of(parsed.target, classifier.classes)
    folder = Path(parsed.output)
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    total = len(parsed.pictures) * len(methods)
    with telling("Attributing") as tell:

        def progress(now: int, of: int) -> None:
            tell((len(rows) + now / of) / total)

        try:
            for path, stem in named(map(Path, parsed.pictures)):
                picture = _read(path)
                for method in methods:
                    found = analysis.attribute(
                        classifier,
                        picture,
                        method,
                        target,
                        parsed.layer or None,
                        progress=progress,
                        **options[method],
                    )
                    files = _write(classifier, picture, found, folder / f"{stem}-{method}")
                    row = {"picture": str(path), **_row(classifier, found), **files}
                    rows.append(row)
                    if parsed.check:
                        again = {"layer": parsed.layer or None, **options[method]}
                        row["checks"] = scores(classifier, picture, found, parsed.check, again)
                    tell(len(rows) / total)
        finally:  # what was done before an error is not lost
            (folder / SUMMARY).write_text(as_json(rows))
    print(f"{folder}: {several(total, 'map')}, listed in {SUMMARY}")
    if said := assumed(classifier.card):
        print(said)
    return 0


def _read(path: Path) -> "Image.Image":
    from resnet_viz.data import ImageError, read_image

    try:
        return read_image(path.read_bytes())
    except ImageError as error:
        raise ImageError(f"{path}: {error}") from error


def target_of(words: list[str], classes: tuple[str, ...]) -> int | tuple[int, int] | None:
    """A class by name or number, two of them for one rather than the other, None for no words.

    Raises:
        RunError: if there is no such class.
    """
    from resnet_viz.runs import RunError

    if not words:
        return None
    known = {str(number): number for number in range(len(classes))}
    known |= {name: number for number, name in enumerate(classes)}
    asked = words
    if len(words) == 1 and words[0] not in known:
        # A name may hold a hyphen of its own.
        parts = words[0].split("-")
        ways = (("-".join(parts[:n]), "-".join(parts[n:])) for n in range(1, len(parts)))
        asked = list(next((way for way in ways if set(way) <= known.keys()), words))
    if len(asked) > 2 or not set(asked) <= known.keys():
        raise RunError(
            f"There is no class {' '.join(words)!r}: name one of {', '.join(classes[:10])}"
            f"{' …' if len(classes) > 10 else ''}, its number from 0, or two of them."
        )
    numbers = [known[name] for name in asked]
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def named(paths: Iterable[Path]) -> Iterator[tuple[Path, str]]:
    """Each path with a name for its files, which no other of them has."""
    taken: set[str] = set()
    for path in paths:
        stem, number = path.stem, 2
        while stem in taken:
            stem, number = f"{path.stem}-{number}", number + 1
        taken.add(stem)
        yield path, stem


def _options(methods: list[str], given: list[str]) -> dict[str, dict[str, Any]]:
    """What each method is told: of the options those that it knows.

    Raises:
        AnalysisError: if none of them knows one, or a value is out of bounds.
    """
    from resnet_viz.analysis import METHODS
    from resnet_viz.runs import RunError

    if wrong := [text for text in given if "=" not in text]:
        raise RunError(f"{wrong[0]!r} is no option: write it as KEY=VALUE.")
    values = {key: _number(value) for key, _, value in (text.partition("=") for text in given)}
    rows = [METHODS[method] for method in methods]
    known = {row.name: {parameter.name for parameter in row.parameters} for row in rows}
    rows[0].check({key: values[key] for key in values.keys() - set().union(*known.values())})
    told = {
        row.name: {key: value for key, value in values.items() if key in known[row.name]}
        for row in rows
    }
    for row in rows:
        row.check(told[row.name])
    return told


def _number(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            pass
    return text


def _row(classifier: "Classifier", found: "Attribution") -> dict[str, Any]:
    """What an attribution says beside its map."""
    classes = classifier.classes
    return {
        "method": found.method,
        "layer": found.layer,
        "target": classes[found.target],
        "rather_than": None if found.rather_than is None else classes[found.rather_than],
        "blank": found.blank,
        "gap": found.gap,
        "error": found.error,
        "note": found.note,
        "assumed": classifier.card.get("assumed", []),
        "scores": dict(zip(classes, found.logits.tolist(), strict=True)),
        "probabilities": dict(zip(classes, found.probabilities.tolist(), strict=True)),
    }


def _write(
    classifier: "Classifier", picture: "Image.Image", found: "Attribution", base: Path
) -> dict[str, str]:
    """The map as an array and over the picture that the network is given."""
    import numpy as np

    from resnet_viz import charts
    from resnet_viz.analysis import METHODS

    array, image = base.with_name(f"{base.name}.npy"), base.with_name(f"{base.name}.png")
    np.save(array, found.heatmap.numpy())
    seen = classifier.picture(classifier.preprocess(picture))
    signed = METHODS[found.method].signed
    covered = charts.overlay(seen, found.heatmap.numpy(), opacity=OPACITY, signed=signed)
    image.write_bytes(charts.png(charts.magnify(covered)))
    return {"map": array.name, "overlay": image.name}
