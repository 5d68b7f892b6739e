"""Another program's weights opened, against PyTorch reading the tensors of the same file."""

import tempfile
from pathlib import Path

from benchmarks.table import Row
from benchmarks.timing import in_turn, timed

ARCHITECTURE = "resnet152"
ROUNDS = 10


def importing() -> list[Row]:
    """ResNet-152 in torchvision's layout, 241 MB, whose architecture is found by its tensors."""
    import torch

    from resnet_viz import models

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weights.pth"
        torch.save(models.build(ARCHITECTURE, seed=0).state_dict(), path)
        times = in_turn(
            timed(lambda: models.import_weights(path)),
            timed(lambda: torch.load(path, map_location="cpu", weights_only=True)),
            rounds=ROUNDS,
            warm_up=2,
        )
    return [
        Row.ratio(
            "import of ResNet-152, found by its tensors",
            "against torch.load alone",
            [(t[0], t[1]) for t in times],
            1.5,
        )
    ]
