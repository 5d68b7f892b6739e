"""Train the networks of the lesson on a spurious cue: with the tag and without, recipe quick.

    python -m checkpoints.make_shapes

Writes weights and histories of plain-20 and ResNet-20 into ``shapes/``. Takes two minutes on two
idle cores.
"""

import os
import tempfile
from pathlib import Path

from checkpoints.making import HERE, ship, trained
from resnet_viz.analysis.experiments.spurious_cue import CARD, answers
from resnet_viz.data import shapes
from resnet_viz.reporting.spurious_cue import DATA, EPOCHS, NETWORKS, SEEDS
from resnet_viz.training.config import RunConfig


def main() -> None:
    from resnet_viz import data

    # One thread, so that the sums are the same on every machine of one kind.
    runs = trained(
        *(
            [
                RunConfig.from_recipe(
                    name,
                    data=where,
                    epochs=EPOCHS,
                    seed=SEEDS[where],
                    device="cpu",
                    threads=1,
                )
                for name in NETWORKS
            ]
            for where in DATA
        )
    )
    sets = {name: data.load(name) for name in DATA}
    for run in runs:
        ship(run, HERE / "shapes", sets[run.config.data], weights=True)
        add_answers(HERE / "shapes" / f"{run.name}.safetensors")


def add_answers(path: Path) -> None:
    """Write into a network's card what it answers with the tag in each place."""
    from resnet_viz import models

    classifier = models.load(path)
    classifier.card[CARD] = answers(classifier, shapes.drawn("test")).to_dict("records")
    classifier.save(path, half=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["RESNET_VIZ_HOME"] = home
        os.environ.pop("RESNET_VIZ_STORE", None)
        main()
