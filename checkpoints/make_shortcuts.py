"""Record what other shortcuts do to ResNet-56 on the digits: three seeds each, recipe quick.

    python -m checkpoints.make_shortcuts [VARIATION …]

Projections (options B and C; option A is the shipped ResNet-56 itself) and the variations of He et
al. 2016: a constant 0.5 on the shortcut alone, on both parts of the sum, and dropout on the
shortcut; all of them, or those that are named. Writes the histories into ``shortcuts/``. Takes some
ten minutes on two cores.
"""

import os
import sys
import tempfile
from collections.abc import Iterable
from typing import Any

from checkpoints.making import HERE, ship, trained
from resnet_viz.models.choices import SHORTCUTS
from resnet_viz.reporting.shortcuts import DROPOUT, NETWORK, ON_THE_SHORTCUT
from resnet_viz.training.config import RunConfig

SEEDS = (0, 1, 2)
# What runs are called in their files, where the lesson has shorter labels beside each other.
CALLED = {
    "some projected (B)": SHORTCUTS["B"].title,
    "all projected (C)": SHORTCUTS["C"].title,
    DROPOUT: "dropout on the shortcut",
}
VARIATIONS: dict[str, dict[str, Any]] = {
    CALLED.get(label, label): options for label, options in ON_THE_SHORTCUT.items() if options
}


def main(variations: Iterable[str] = VARIATIONS) -> None:
    from resnet_viz import data

    configs = {
        f"{NETWORK}-digits-{name.replace(' ', '-')}-seed{seed}": RunConfig.from_recipe(
            NETWORK, options=VARIATIONS[name], seed=seed, device="cpu", threads=1
        )
        for seed in SEEDS
        for name in variations
    }
    names = {config: name for name, config in configs.items()}
    every = list(configs.values())
    runs = trained(*(every[i : i + 2] for i in range(0, len(every), 2)), names=names)
    digits = data.load("digits")
    for run in runs:
        ship(run, HERE / "shortcuts", digits, weights=False)


if __name__ == "__main__":
    if unknown := sorted({*sys.argv[1:]} - VARIATIONS.keys()):
        sys.exit(f"There is no {', '.join(unknown)}: choose from {', '.join(VARIATIONS)}.")
    with tempfile.TemporaryDirectory() as home:
        os.environ["RESNET_VIZ_HOME"] = home
        os.environ.pop("RESNET_VIZ_STORE", None)
        main(sys.argv[1:] or VARIATIONS)
