"""Record the depth study on the digits: plain and residual, 8 to 110 layers, five seeds, quick.

    python -m checkpoints.make_depth_study

Writes the final errors and the curves of its 70 runs into ``studies/``. Takes an hour on one core.
An interrupted one goes on where it was with RESNET_VIZ_HOME set to a folder that stays.
"""

import os
import tempfile
import time

from checkpoints.making import HERE
from resnet_viz.models.architecture import CIFAR_DEPTHS

SEEDS = 5
NAME = "Depth on the digits"
FILE = "depth-digits.study.json.gz"


def main() -> None:
    from resnet_viz.runs import Launcher, Store
    from resnet_viz.runs.studies import Studies
    from resnet_viz.runs.study_reading import described

    # One thread, so that the sums are the same on every machine of one kind.
    study = described(
        {
            "name": NAME,
            "depths": list(CIFAR_DEPTHS),
            "seeds": SEEDS,
            "device": "cpu",
            "threads": 1,
        }
    )
    studies = Studies(Launcher(Store()))
    standing = studies.submit(study).standing
    if standing.can_resume:
        standing = studies.resume(NAME)
    while standing.is_active:
        studies.keep_going()
        time.sleep(1)
        standing = studies.standing(NAME)
        print(f"\r{standing.counts['finished']} of {standing.size} runs", end="", flush=True)
    print()
    if standing.counts["finished"] < standing.size:
        raise SystemExit("Not all of its runs have finished: the same command goes on.")
    (HERE / "studies").mkdir(exist_ok=True)
    studies.record(NAME).save(HERE / "studies" / FILE)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("RESNET_VIZ_HOME", home)
        os.environ.pop("RESNET_VIZ_STORE", None)
        main()
