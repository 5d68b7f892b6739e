"""A worker that trains nothing, but leaves a network where a run's own worker leaves it."""

import sys

from resnet_viz.runs.worker.process import main
from tests.unit.runs_support import steady


def untrained(config, recorder, folder, *, resume):
    """A steady run; one from random weights ends with a network of its data's classes."""
    steady(config, recorder, folder, resume=resume)
    if config.start is None and not (folder / "network.safetensors").exists():
        from resnet_viz import data, models

        known = data.load(config.data)
        models.Classifier(
            network=models.build(config.architecture, seed=0, classes=len(known.classes)),
            classes=known.classes,
            input_size=32,
            mean=known.mean,
            std=known.std,
            card={"metrics": {}},
        ).save(folder / "network.safetensors")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], untrained, (sys.executable, __file__)))
