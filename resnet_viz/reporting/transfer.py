"""Transfer learning in numbers: the article's six networks, and what the recorded study shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.published import ARTICLE_TRANSFER, IMAGENET_WEIGHTS
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.runs import duration
from resnet_viz.reporting.tables import spread
from resnet_viz.runs import Run
from resnet_viz.runs.transfer_study import TransferStudy
from resnet_viz.training.config import RunConfig
from resnet_viz.training.recipes import FINETUNE, RECIPES
from resnet_viz.wording import listed, several

SCRATCH, LAST, ALL = "from scratch", "last layer alone", "all layers"
WAYS = (ALL, LAST, SCRATCH)
PASSES = {SCRATCH: "From scratch it passes", ALL: "All layers pass"}
OVERLAP = "ranges that overlap"
LEARNED = 95.0  # per cent of the training images: below, a network was not trained to the end
ORIGINS = {
    "imagenet": "ImageNet, as torchvision documents it",
    "article": "CIFAR-10, the article",
    "here": "fine-tuned here",
}


@dataclass(frozen=True)
class Seeds:
    """What the seeds of one way and number of images came to."""

    mean: float
    least: float
    most: float

    def overlaps(self, other: "Seeds") -> bool:
        """Whether the ranges overlap, so that the seeds do not tell which is ahead."""
        return self.least <= other.most and other.least <= self.most

    def against(self, other: "Seeds") -> str:
        """Both means, and whether that is a difference."""
        doubt = f", {OVERLAP}" if self.overlaps(other) else ""
        return f"{self.mean:.1f} against {other.mean:.1f} %{doubt}"


def documented() -> pd.DataFrame:
    """One row a network, as torchvision documents its oldest ImageNet weights."""
    return pd.DataFrame(
        [
            {
                "architecture": name,
                "network": ARCHITECTURES[name].title,
                "cardinality": ARCHITECTURES[name].groups,
                "parameters": weights.parameters,
                "gmacs": weights.gmacs,
                "imagenet": weights.accuracy,
                "file": weights.file_name,
                "megabytes": weights.megabytes,
            }
            for name, weights in IMAGENET_WEIGHTS.items()
        ]
    )


def tuning() -> str:
    """How a trained network is put to other pictures."""
    return (
        "The last layer is replaced by dropout and a new one, and "
        f"{RECIPES[FINETUNE].epochs} epochs follow."
    )


def article(finished: Iterable[Run], weights: Callable[[Path], str]) -> pd.DataFrame:
    """Published and measured numbers: a row a network, or one a finished run of it.

    Args:
        finished: runs that began with ImageNet weights and came to their end.
        weights: gives which weights the network in a checkpoint began with.
    """
    runs, rows = list(finished), []
    for network in documented().to_dict("records"):
        loss, accuracy = ARTICLE_TRANSFER.get(network["architecture"], (None, None))
        published = network | {"article_loss": loss, "article": accuracy}
        own = [run for run in runs if run.config.architecture == network["architecture"]]
        rows += [published | _measured(run, weights) for run in own] or [published]
    frame = pd.DataFrame(rows)
    missing = [name for name in MEASURED if name not in frame]
    return frame.assign(**dict.fromkeys(missing))


# Column of `article` -> its heading and how it is written.
TABLE = {
    "network": ("network", None),
    "parameters": ("parameters", "localized"),
    "gmacs": ("GMACs", "%.2f"),
    "imagenet": ("ImageNet top-1 (%)", "%.1f"),
    "article_loss": ("article: loss", "%.2f"),
    "article": ("article (%)", "%.1f"),
    "here_loss": ("here: loss", "%.3f"),
    "here": ("here (%)", "%.1f"),
    "time": ("time", None),
    "seed": ("seed", None),
    "recipe": ("recipe", None),
    "data": ("data", None),
    "weights": ("weights", None),
}
MEASURED = ("here_loss", "here", "time", "seed", "recipe", "data", "weights")


def filled(rows: pd.DataFrame) -> list[str]:
    """The columns of `TABLE` to show: what is measured here only where something has been."""
    return [name for name in TABLE if name not in MEASURED or rows[name].notna().any()]


def points(rows: pd.DataFrame) -> pd.DataFrame:
    """The accuracies in `article` as the chart takes them, each with its origin."""
    found = []
    for origin in ORIGINS:
        known = rows.dropna(subset=[origin]).drop_duplicates(
            ["network", origin] if origin == "here" else ["network"]
        )
        for row in known.to_dict("records"):
            about = "about " if origin == "article" else ""
            where = f"{row['data']}, {row['recipe']}" if origin == "here" else ORIGINS[origin]
            found.append(
                {name: row[name] for name in ("network", "parameters", "cardinality")}
                | {
                    "origin": origin,
                    "accuracy": row[origin],
                    "text": f"{row['network']}: {about}{row[origin]:.1f} % ({where})",
                }
            )
    return pd.DataFrame(found)


def size_matters(rows: pd.DataFrame) -> str:
    """What the article's two accuracies say of a network's size."""
    found = rows.dropna(subset=["article"]).drop_duplicates("network").sort_values("parameters")
    small, large = found.iloc[0], found.iloc[-1]
    return (
        f"In the article {large['network']}, with {large['parameters'] / small['parameters']:.1f} "
        f"times the parameters of {small['network']}, has {100 - large['article']:.1f} % error on "
        f"CIFAR-10 instead of {100 - small['article']:.1f} %."
    )


def recipe(config: RunConfig) -> str:
    """A fine-tuning run's choices in words."""
    layers = "last layer alone" if config.is_frozen else f"trunk × {config.trunk_scale:g}"
    size = config.input_size or config.network.input_size
    return f"{config.recipe}, {several(config.epochs, 'epoch')}, {size} px, {layers}"


# Column of `results` -> its heading and how it is written.
RESULTS = {
    "images": ("images a class", "localized"),
    "way": ("way", None),
    "test": ("test accuracy (%)", None),
    "train": ("training (%)", None),
    "images_seen": ("images shown", "localized"),
}


def results(study: TransferStudy) -> pd.DataFrame:
    """A row a number of images and way: the mean of the seeds and their range."""
    groups = study.rows.groupby(["images", "way"])
    table = pd.DataFrame(
        {
            "test": groups["test_accuracy"].agg(list).map(spread),
            "train": groups["train_accuracy"].agg(list).map(spread),
            "images_seen": groups["images_seen"].max(),
        }
    ).reset_index()
    ranks = table["way"].map(WAYS.index)
    return table.assign(rank=ranks).sort_values(["images", "rank"])[list(RESULTS)]


def findings(study: TransferStudy) -> str:
    """What to notice in the study, from its numbers."""
    cells, sizes = cells_of(study), sorted(study.rows["images"].unique())
    least, most = sizes[0], sizes[-1]
    few, many = cells[least], cells[most]
    doubt = f", {OVERLAP}" if few[ALL].overlaps(few[LAST]) else ""
    said = [
        f"With {least:,} images a class the network that knew other classes reaches "
        f"{few[ALL].mean:.1f} % when all layers learn and {few[LAST].mean:.1f} % when its last "
        f"layer does alone{doubt}; the same network from scratch {few[SCRATCH].mean:.1f} %.",
        f"With {most:,} it is {many[ALL].mean:.1f}, {many[LAST].mean:.1f} and "
        f"{many[SCRATCH].mean:.1f} %.",
    ]
    enough = [size for size in sizes if cells[size][SCRATCH].mean >= few[ALL].mean]
    if least in enough:
        said.append(f"To have seen other classes does not help with {least:,}.")
    elif enough:
        before = max(size for size in sizes if size < enough[0])
        near = [f"{size:,}" for size in sizes if cells[size][SCRATCH].overlaps(few[ALL])]
        doubt = f"; with {listed(near)} the ranges of the seeds overlap" if near else ""
        said.append(
            f"From scratch it takes more than {before:,} and at most {enough[0]:,} images a class "
            f"({cells[before][SCRATCH].mean:.1f} % and {cells[enough[0]][SCRATCH].mean:.1f} %) to "
            f"come to what all layers reach with {least:,}{doubt}."
        )
    else:
        said.append(
            f"From scratch not even {most:,} images a class come to what all layers reach with "
            f"{least:,}."
        )
    said += [_passing(cells, way) for way in PASSES]
    return " ".join(filter(None, said))


def cells_of(study: TransferStudy) -> dict[int, dict[str, Seeds]]:
    """The test accuracies by images a class and way."""
    groups = study.rows.groupby(["images", "way"])["test_accuracy"]
    table = {where: Seeds(*row) for where, row in groups.agg(["mean", "min", "max"]).iterrows()}
    sizes = sorted(study.rows["images"].unique())
    return {size: {way: table[size, way] for way in WAYS} for size in sizes}


def _passing(cells: Mapping[int, Mapping[str, Seeds]], way: str) -> str:
    """Between which two sizes a way passes the last layer alone for good; empty if it does not."""
    behind = [size for size in cells if cells[size][way].mean <= cells[size][LAST].mean]
    ahead = [size for size in cells if not behind or size > behind[-1]]
    if not behind or not ahead:
        return ""
    before, after = (
        f"{size:,} images a class ({cells[size][way].against(cells[size][LAST])})"
        for size in (behind[-1], ahead[0])
    )
    return f"{PASSES[way]} the last layer alone between {before} and {after}."


def conditions(study: TransferStudy) -> str:
    """How the study came about."""
    seeds = study.rows["seed"].nunique()
    seen = study.rows.groupby("images")["images_seen"].max()
    counts = {images: f"{count:,}" for images, count in seen.items()}
    first, *rest = counts
    shown = [f"{counts[first]} images with {first:,} a class"]
    shown += [f"{counts[images]} with {images:,}" for images in rest]
    grows = ": to the right both the data and the training grow" if seen.nunique() > 1 else ""
    return (
        f"Mean of {seeds} seeds, which choose the images too; bars and brackets from the least to "
        f"the largest. {ARCHITECTURES[study.network].title} with {study.source_accuracy:.1f} % "
        f"test accuracy on {listed(study.source)}, then put to {listed(study.target)}. In all a "
        f"run is shown {listed(shown)}, in each way as many{grows}. Tested on "
        f"{study.test_images:,} images. {study.origin} {study.hardware}; "
        f"{duration(study.seconds)} of training.{_unfinished(study)}"
    )


def _unfinished(study: TransferStudy) -> str:
    """Where training from scratch ended too early; empty if it was trained to the end."""
    scratch = study.rows[study.rows["way"] == SCRATCH]
    learned = scratch.groupby("images")["train_accuracy"].mean()
    short = learned[learned < LEARNED]
    if short.empty:
        return ""
    ends = [f"{value:.0f} % with {images:,}" for images, value in short.items()]
    return (
        f" From scratch a run ends, on its training images, at {listed(ends)} images a class: "
        "with more steps it would come further."
    )


def _measured(run: Run, weights: Callable[[Path], str]) -> dict[str, object]:
    return {
        "here_loss": run.latest["test_loss"],
        "here": run.latest["test_accuracy"],
        "time": duration(run.seconds),
        "seed": run.config.seed,
        "recipe": recipe(run.config),
        "data": run_labels.data_title(run.config.data),
        "weights": weights(run.checkpoint) if run.checkpoint else None,
    }
