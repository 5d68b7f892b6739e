"""Ship networks trained on CIFAR-10 by a GPU: four architectures, one seed, recipe medium.

    python -m benchmarks.gpu --parts training --recipe medium --data FOLDER --output TRAINED
    python -m checkpoints.make_cifar10 FOLDER TRAINED

FOLDER holds CIFAR-10 as JPEG files, ``train/‹class›/*`` and ``test/‹class›/*``. The first command
trains, in eight minutes on an H100, and goes on where it stopped when it is given again. The second
measures the networks on the test split and writes histories and weights into ``cifar10/``.
"""

import dataclasses
import sys
from pathlib import Path

from checkpoints.making import HERE, save_light
from resnet_viz.runs import Record

ORIGIN = {
    "data": "cifar10-jpeg",
    "data_origin": "CIFAR-10 (Krizhevsky 2009), JPEG copy: its 60,000 images of 32 × 32 pixels "
    "compressed once more, with a loss of detail; 50,000 for training and 10,000 for the test.",
}


def main(folder: str, trained: str) -> None:
    from resnet_viz import analysis, data, models

    cifar10 = data.load(str(Path(folder).resolve()))
    for history in sorted(Path(trained).glob("*.history.json.gz")):
        name = history.name.removesuffix(".history.json.gz")
        record = Record.load(history)
        if record.status != "finished":
            sys.exit(f"{name} is {record.status}: give the first command again.")
        # What "auto" came to on the GPU, which no record of settings would tell.
        config = dataclasses.replace(record.config, data=ORIGIN["data"], precision="bf16-mixed")
        classifier = models.load(history.with_name(f"{name}.safetensors"))
        confusion = analysis.confusion(classifier, cifar10.test).rows()
        classifier.card |= ORIGIN | {"confusion": confusion}
        target = HERE / "cifar10"
        save_light(classifier, target / f"{name}.safetensors", cifar10, config=config)
        dataclasses.replace(record, config=config).save(target / history.name)
        print(f"{name}: {classifier.card['metrics']['test_accuracy']:.2f} % on the test split")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
