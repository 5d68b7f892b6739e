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
from resnet_viz.training.config import RunConfig

NETWORK = "resnet56"
SEEDS = (0, 1, 2)
VARIATIONS: dict[str, dict[str, Any]] = {
    "projection where shapes change": {"shortcut": "B"},
    "projection everywhere": {"shortcut": "C"},
    "half shortcut": {"shortcut_scale": 0.5},
    "half of both": {"shortcut_scale": 0.5, "branch_scale": 0.5},
    "dropout on the shortcut": {"shortcut_dropout": 0.5},
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
