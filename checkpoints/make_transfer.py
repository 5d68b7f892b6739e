"""Transfer in small: ResNet-20 trained on five classes of CIFAR-10, then put to the other five.

    python -m checkpoints.make_transfer FOLDER

FOLDER holds CIFAR-10 as JPEG files, ``train/‹class›/*`` and ``test/‹class›/*``. From 10, 50, 250
and 1,000 images a class, three ways: from scratch, the last layer alone, all layers; three seeds,
which choose the images too. However few there are, links repeat them until an epoch has 10,000;
more images get more epochs, as many in each way. The runs are kept in ``RESNET_VIZ_HOME`` like any
others, two at a time: interrupted, they go on when the command is given again. Writes
``transfer/study.json`` and the network of the five classes. Takes some 20 minutes on two cores.
"""

import itertools
import random
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from checkpoints.making import HERE, ship, trained
from resnet_viz.home import home
from resnet_viz.training.config import RunConfig

if TYPE_CHECKING:
    from resnet_viz.runs import Run
    from resnet_viz.runs.transfer_study import TransferStudy

NETWORK = "resnet20"
SOURCE = ("airplane", "automobile", "bird", "cat", "deer")
TARGET = ("dog", "frog", "horse", "ship", "truck")
SEEDS = (0, 1, 2)
AN_EPOCH = 2000  # links a class: long epochs, because each ends with an evaluation
EPOCHS = {10: 1, 50: 2, 250: 3, 1000: 4}  # images a class -> epochs
AT_ONCE = 2
COMMON = {"device": "cpu", "threads": 1, "precision": "bf16-mixed"}
SCRATCH = "from scratch"
# Learning rates by trials on 1,500 images a class, seed 0. From scratch 0.05 was the best of 0.02,
# 0.05 and 0.1 at 100 and 1,000 images, and within 3 points of it at 10. For the last layer 0.1 was
# within 2 points of the best of 0.02, 0.1 and 0.5. For all layers 0.1 was the best of 0.02, 0.05
# and 0.1 at 100 and 1,000; a trunk at 0.3 of that gains 3 points at 10 and loses 1 to 2 from 50 on.
WAYS: dict[str, dict[str, Any]] = {
    SCRATCH: {"recipe": "short", "batch_size": 64, "learning_rate": 0.05},
    "last layer alone": {"recipe": "finetune", "learning_rate": 0.1, "trunk_rate": 0.0},
    "all layers": {"recipe": "finetune", "learning_rate": 0.1, "trunk_rate": 1.0},
}
ORIGIN = {
    "data": "cifar10-five-classes",
    "data_origin": f"CIFAR-10 (Krizhevsky 2009), JPEG copy, five classes ({', '.join(SOURCE)}): "
    "25,000 images for training and 5,000 for the test.",
}
SHIPPED = HERE / "transfer"


class Cell(NamedTuple):
    """One run of the study."""

    way: str
    images: int
    seed: int

    @property
    def name(self) -> str:
        """What the run is called in the store."""
        return f"transfer {self.way} {self.images} seed{self.seed}"


def main(folder: str) -> None:
    from resnet_viz import data
    from resnet_viz.runs import Store

    cifar10, links = Path(folder).resolve(), home() / "transfer"
    five = classes(cifar10, SOURCE, links / ORIGIN["data"])
    base = RunConfig.from_recipe(NETWORK, "short", data=str(five), **COMMON)
    store = Store()
    slots = store.settings.slots
    store.set_slots(AT_ONCE)
    try:
        plan = planned((SCRATCH,), cifar10, links)
        names = {base: f"{NETWORK}-{ORIGIN['data']}-seed{base.seed}"}
        [before, *runs] = trained([base], *single(plan), names=names | named(plan))
        ship(before, SHIPPED, data.load(str(five)), weights=True, origin=ORIGIN)
        start = SHIPPED / f"{before.name}.safetensors"
        tuned = planned(set(WAYS) - {SCRATCH}, cifar10, links, start)
        runs += trained(*single(tuned), names=named(tuned))
    finally:
        store.set_slots(slots)
    cells = [*plan.values(), *tuned.values()]
    study(before, cells, runs).save(SHIPPED / "study.json")


def classes(cifar10: Path, wanted: Iterable[str], folder: Path) -> Path:
    """A data set of some of the classes, as links to their folders."""
    for split in ("train", "test"):
        for label in wanted:
            link(folder / split / label, cifar10 / split / label)
    return folder


def subset(cifar10: Path, images: int, seed: int, folder: Path) -> Path:
    """A data set of the target classes with so many training images a class, chosen by the seed.

    A larger one of the same seed holds the smaller ones. Each image is there as often as it takes
    for an epoch of the same length.
    """
    for label in TARGET:
        files = sorted((cifar10 / "train" / label).iterdir())
        random.Random(f"{seed} {label}").shuffle(files)
        for place in range(AN_EPOCH):
            file = files[place % images]
            link(folder / "train" / label / f"{place // images} {file.name}", file)
        link(folder / "test" / label, cifar10 / "test" / label)
    return folder


def link(path: Path, target: Path) -> None:
    """A link, unless an interrupted command has made it already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.is_symlink():
        path.symlink_to(target)


def planned(
    ways: Iterable[str], cifar10: Path, links: Path, start: Path | None = None
) -> dict[RunConfig, Cell]:
    """The runs of some ways; ``start`` is the network that those begin with that begin with one."""
    plan = {}
    for way, images, seed in itertools.product(sorted(ways), EPOCHS, SEEDS):
        data = subset(cifar10, images, seed, links / f"{images} a class, seed {seed}")
        beginning = {"start": str(start)} if start else {}
        settings = COMMON | WAYS[way] | beginning
        config = RunConfig.from_recipe(
            NETWORK, data=str(data), seed=seed, epochs=EPOCHS[images], **settings
        )
        plan[config] = Cell(way, images, seed)
    return plan


def single(configs: Iterable[RunConfig]) -> list[list[RunConfig]]:
    """Runs that do not wait for each other."""
    return [[config] for config in configs]


def named(plan: dict[RunConfig, Cell]) -> dict[RunConfig, str]:
    """What the runs of a plan are called."""
    return {config: cell.name for config, cell in plan.items()}


def study(before: "Run", cells: Sequence[Cell], runs: "Sequence[Run]") -> "TransferStudy":
    """What the runs came to, one a cell."""
    import pandas as pd

    from resnet_viz import data
    from resnet_viz.runs import Store
    from resnet_viz.runs.transfer_study import TransferStudy

    figures = ("test_accuracy", "test_loss", "train_accuracy")
    rows = [
        cell._asdict()
        | {figure: run.latest[figure] for figure in figures}
        | {"seconds": run.seconds, "images_seen": EPOCHS[cell.images] * AN_EPOCH * len(TARGET)}
        for cell, run in zip(cells, runs, strict=True)
    ]
    accuracy = before.latest["test_accuracy"]
    assert accuracy is not None
    return TransferStudy(
        network=NETWORK,
        source=SOURCE,
        target=TARGET,
        source_accuracy=accuracy,
        ways=WAYS,
        test_images=len(data.load(runs[0].config.data).test),
        origin=str(ORIGIN["data_origin"]),
        hardware=Store().record(before.name).hardware,
        seconds=before.seconds + sum(run.seconds for run in runs),
        rows=pd.DataFrame(rows),
    )


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
