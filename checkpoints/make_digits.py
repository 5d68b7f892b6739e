"""Train the shipped networks on the digits again: four architectures, three seeds, recipe quick.

    python -m checkpoints.make_digits

Writes each run's history into ``digits/``, and the weights of seed 0. Takes a few minutes on two
cores.
"""

import os
import tempfile

from checkpoints.making import HERE, ship, trained
from resnet_viz.training.config import RunConfig

PAIRS = (("plain20", "resnet20"), ("plain56", "resnet56"))
SEEDS = (0, 1, 2)


def main() -> None:
    from resnet_viz import data

    # One thread, so that the sums are the same on every machine of one kind.
    runs = trained(
        *(
            [RunConfig.from_recipe(name, seed=seed, device="cpu", threads=1) for name in pair]
            for seed in SEEDS
            for pair in PAIRS
        )
    )
    digits = data.load("digits")
    for run in runs:
        ship(run, HERE / "digits", digits, weights=run.config.seed == SEEDS[0])


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["RESNET_VIZ_HOME"] = home
        os.environ.pop("RESNET_VIZ_STORE", None)
        main()
