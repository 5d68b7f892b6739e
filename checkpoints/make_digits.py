"""Train the shipped networks again: four architectures, three seeds, the digits, recipe quick.

    python -m checkpoints.make_digits

Writes each run's history into ``digits/``, and the weights of seed 0, as float16 where that
leaves the test accuracy as it is. Takes a few minutes on two cores.
"""

import os
import tempfile
import time
from pathlib import Path

ARCHITECTURES = ("plain20", "resnet20", "plain56", "resnet56")
SEEDS = (0, 1, 2)
FOLDER = Path(__file__).resolve().parent / "digits"


def main() -> None:
    from resnet_viz.runs import Launcher, Store
    from resnet_viz.training.config import RunConfig

    store = Store()
    launcher = Launcher(store)
    runs = [
        run
        for seed in SEEDS
        for pair in (ARCHITECTURES[:2], ARCHITECTURES[2:])
        for run in launcher.submit(
            # One thread, so that the sums are the same on every machine of one kind.
            *(RunConfig.from_recipe(name, seed=seed, device="cpu", threads=1) for name in pair),
            together=True,
        )
    ]
    FOLDER.mkdir(exist_ok=True)
    for run in runs:
        while (now := store.run(run.name)).is_active:
            time.sleep(1)
        if now.status != "finished":
            raise SystemExit(f"{run.name} is {now.status}: {now.error}")
        store.record(run.name).save(FOLDER / f"{run.name}.history.json.gz")
        print(f"{run.name}: {now.test_accuracy:.1f} % on the test split, {now.seconds:.0f} s")
        if run.config.seed == SEEDS[0]:
            ship(now.checkpoint, FOLDER / f"{run.name}.safetensors")


def ship(source: Path, target: Path) -> None:
    """Save a network in half precision, unless that changes its test accuracy."""
    from resnet_viz import data, models
    from resnet_viz.training.evaluation import evaluate

    digits = data.load("digits")
    classifier = models.load(source)
    classifier.save(target, half=True)
    before, after = (evaluate(c, digits)[1] for c in (classifier, models.load(target)))
    if before != after:
        print(f"{target.name} stays float32: {before:.2f} % becomes {after:.2f} % in float16")
        classifier.save(target)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["RESNET_VIZ_HOME"] = home
        os.environ.pop("RESNET_VIZ_STORE", None)
        main()
