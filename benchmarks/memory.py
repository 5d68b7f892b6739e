"""Whether a server that explains one picture after another keeps growing."""

import psutil

from benchmarks.home import own_home
from benchmarks.table import Row

PICTURES = 1_000
SETTLED = 100
AT_MOST = 1.05
SIZE = 224
SIZES = ((640, 480), (480, 640), (224, 224), (1280, 853), (333, 500))


def memory() -> list[Row]:
    """Grad-CAM of ResNet-18 on random pictures of several sizes, through the pages' cache."""
    with own_home():
        import numpy as np
        from PIL import Image

        from resnet_viz import models
        from resnet_viz.analysis.attribution import DEFAULT
        from resnet_viz.ui.results import analyses
        from resnet_viz.ui.results.samples import Sample

        network = models.build("resnet18", seed=0)
        classifier = models.Classifier(
            network=network,
            classes=tuple(map(str, range(network.architecture.classes))),
            input_size=SIZE,
            mean=(0.485, 0.456, 0.406),
            std=(0.229, 0.224, 0.225),
        )
        random = np.random.default_rng(0)
        process = psutil.Process()
        resident = []
        for number in range(PICTURES):
            width, height = SIZES[number % len(SIZES)]
            pixels = random.integers(0, 256, (height, width, 3), dtype=np.uint8)
            picture = Image.fromarray(pixels)
            sample = Sample("random", f"{number}", picture)
            analyses.attribution(classifier, sample, DEFAULT, None, None)
            resident.append(process.memory_info().rss)
    ratio = resident[-1] / resident[SETTLED - 1]
    at = ", ".join(f"{resident[n - 1] / 2**20:.0f}" for n in (SETTLED, PICTURES // 2, PICTURES))
    return [
        Row(
            what=f"memory of {PICTURES:,} attributions",
            measured=f"{100 * (ratio - 1):+.1f} %",
            how=f"resident {at} MiB after {SETTLED}, {PICTURES // 2} and {PICTURES:,} pictures; "
            "ResNet-18 at 224×224, with the pages' cache of results",
            bound=f"{100 * (AT_MOST - 1):+.0f} %",
            holds=ratio <= AT_MOST,
        )
    ]
