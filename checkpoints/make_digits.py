"""Train the shipped networks on the digits again: four architectures, three seeds, recipe quick.

    python -m checkpoints.make_digits [snapshots]

Writes each run's history into ``digits/``, and the weights of seed 0; of the two shallow networks
also their snapshots after epochs 1, 2, 4 and 8. Takes a few minutes on two cores; with the word
``snapshots`` it trains those two alone and leaves what else ships as it is.
"""

import os
import sys
import tempfile

from checkpoints.making import HERE, ship, ship_snapshots, trained
from resnet_viz.training.config import RunConfig

PAIRS = (("plain20", "resnet20"), ("plain56", "resnet56"))
SEEDS = (0, 1, 2)


SHALLOW = PAIRS[0]  # whose snapshots ship


def main(*, only_snapshots: bool) -> None:
    from resnet_viz import data

    pairs = [(SEEDS[0], SHALLOW)]
    if not only_snapshots:
        pairs = [(seed, pair) for seed in SEEDS for pair in PAIRS]
    # One thread, so that the sums are the same on every machine of one kind.
    runs = trained(
        *(
            [RunConfig.from_recipe(name, seed=seed, device="cpu", threads=1) for name in pair]
            for seed, pair in pairs
        )
    )
    digits = data.load("digits")
    for run in runs:
        if not only_snapshots:
            ship(run, HERE / "digits", digits, weights=run.config.seed == SEEDS[0])
        if run.config.seed == SEEDS[0] and run.config.architecture in SHALLOW:
            ship_snapshots(run, HERE / "digits")


if __name__ == "__main__":
    if sys.argv[1:] not in ([], ["snapshots"]):
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as home:
        os.environ["RESNET_VIZ_HOME"] = home
        os.environ.pop("RESNET_VIZ_STORE", None)
        main(only_snapshots=sys.argv[1:] == ["snapshots"])
