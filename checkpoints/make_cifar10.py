"""Train the shipped networks on CIFAR-10 again: four architectures, one seed, recipe short.

    python -m checkpoints.make_cifar10 FOLDER

FOLDER holds CIFAR-10 as JPEG files, ``train/‹class›/*`` and ``test/‹class›/*``. The runs are kept
in ``RESNET_VIZ_HOME`` like any others: interrupted or stopped, they go on when the command is given
again. Writes histories and weights into ``cifar10/``. Takes an hour and a half on two cores.
"""

import sys
from pathlib import Path

from checkpoints.making import HERE, ship, trained
from resnet_viz.training.config import RunConfig

PAIRS = (("plain56", "resnet56"), ("plain20", "resnet20"))
ORIGIN = {
    "data": "cifar10-jpeg",
    "data_origin": "CIFAR-10 (Krizhevsky 2009), JPEG copy: its 60,000 images of 32 × 32 pixels "
    "compressed once more, with a loss of detail; 50,000 for training and 10,000 for the test.",
}
# bfloat16 makes a step on a CPU that has instructions for it about 1.6 times as fast.
SETTINGS = {"recipe": "short", "device": "cpu", "threads": 1, "precision": "bf16-mixed"}


def main(folder: str) -> None:
    from resnet_viz import data

    name = str(Path(folder).resolve())
    configs = [
        [RunConfig.from_recipe(network, data=name, **SETTINGS) for network in pair]
        for pair in PAIRS
    ]
    runs = trained(*configs)
    cifar10 = data.load(name)
    for run in runs:
        ship(run, HERE / "cifar10", cifar10, weights=True, origin=ORIGIN)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
