"""The mosaic test: of four pictures, whether a map finds the one that its class is about."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from resnet_viz import checks
from resnet_viz.analysis.errors import AnalysisError
from resnet_viz.analysis.trust.check import Check

if TYPE_CHECKING:
    import pandas as pd
    from torch import Tensor

    from resnet_viz.data import Split
    from resnet_viz.models.classifier import Classifier

MOSAIC = Check(
    name="mosaic",
    title="Mosaic",
    sentence="Four pictures of four classes, each of which the network knows for certain, side by "
    "side: the share of what speaks for a class that lies on its picture. 25 % is chance.",
    better="higher",
    paper="Rao et al. 2022, arXiv:2205.10435; Böhle et al. 2021, arXiv:2104.00032",
    bias="A mosaic is a picture that the network was not trained on, and each class has a quarter "
    "to itself: maps that cannot tell neighbours apart do better than on one picture.",
)
COUNT = 100
CELLS = 4
BEST = 50  # pictures of a class to choose from
CERTAIN = 0.9  # the least probability of the right class
BATCH_SIZE = 256


@dataclass(frozen=True, eq=False)
class Mosaics:
    """Pictures of four pictures.

    Attributes:
        classifier: the network with an input of twice its size.
        pixels: shape (N, C, 2H, 2W), normalised.
        classes: of the four cells (top left, top right, bottom left, bottom right), shape (N, 4).
        pictures: their places in the split, shape (N, 4).
    """

    classifier: "Classifier"
    pixels: "Tensor"
    classes: "Tensor"
    pictures: "Tensor"

    def __len__(self) -> int:
        return len(self.pixels)

    def asked(self, number: int) -> tuple[int, int]:
        """The cell of a mosaic that is asked for, and its class: each cell has its turn."""
        cell = number % CELLS
        return cell, int(self.classes[number, cell])


def mosaics(
    classifier: "Classifier", split: "Split", *, count: int = COUNT, seed: int = 0
) -> Mosaics:
    """Mosaics of pictures that a network knows for certain.

    Of each class the pictures with the highest probability, at most 50 and none below 0.9, are
    drawn from; a mosaic has four classes.

    Args:
        split: of the classifier's classes.
        count: how many mosaics.

    Raises:
        AnalysisError: if the network is certain about fewer than four classes.
    """
    import torch

    from resnet_viz.analysis.access import inspecting
    from resnet_viz.analysis.checked import check_scores
    from resnet_viz.data.feed import Feed, evaluation_batches, on_device

    checks.whole("The number of mosaics", count, least=1, most=10_000, error=AnalysisError)
    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    there = on_device(split, classifier.network.conv1.weight.device)
    found = []
    for inputs, _ in evaluation_batches(there, feed, BATCH_SIZE):
        with inspecting(classifier) as network, torch.no_grad():
            logits = network(inputs)  # (N, classes)
            check_scores(network, inputs, logits)
        found.append(logits.cpu())
    labels = split.labels.cpu().long()
    sure = torch.cat(found).softmax(dim=1).gather(1, labels[:, None])[:, 0]
    known = {}
    for label in labels.unique().tolist():
        places = (labels == label).nonzero()[:, 0]
        places = places[sure[places].argsort(descending=True)][:BEST]
        places = places[sure[places] >= CERTAIN]
        if len(places):
            known[label] = places
    if len(known) < CELLS:
        raise AnalysisError(
            f"{classifier.architecture.title} is certain about pictures of {len(known)} "
            f"class{'es' * (len(known) != 1)}, and a mosaic needs {CELLS}: choose a network that "
            "was trained for longer."
        )
    generator = torch.Generator().manual_seed(seed)
    names = torch.tensor(sorted(known))
    chosen = []
    for _ in range(count):
        four = names[torch.randperm(len(names), generator=generator)[:CELLS]]
        draws = [torch.randint(len(known[one]), (1,), generator=generator) for one in four.tolist()]
        chosen.append([known[one][draw] for one, draw in zip(four.tolist(), draws, strict=True)])
    pictures = torch.tensor(chosen)  # (count, 4)
    shown = feed(split.images[pictures.flatten()].cpu())
    cells = shown.unflatten(0, pictures.shape)  # (count, 4, C, H, W)
    rows = [torch.cat([cells[:, left], cells[:, left + 1]], dim=3) for left in (0, 2)]
    twice = replace(classifier, input_size=2 * classifier.input_size)
    return Mosaics(twice, torch.cat(rows, dim=2), labels[pictures], pictures)


def share_in_cell(heatmap: "Tensor", cell: int) -> float:
    """The share of a map's positive values in one of four cells; NaN where there are none."""
    half = [side // 2 for side in heatmap.shape]
    row, column = divmod(cell, 2)
    positive = heatmap.double().clamp(min=0)
    whole = positive.sum().item()
    part = positive[row * half[0] : (row + 1) * half[0], column * half[1] : (column + 1) * half[1]]
    return part.sum().item() / whole if whole else float("nan")


def mosaic_test(
    made: Mosaics,
    methods: Iterable[str],
    *,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> "pd.DataFrame":
    """The mosaic test of methods, and of maps that ask the network nothing.

    Args:
        methods: names in ``METHODS``.
        progress: told the maps that are done and of how many; what it raises ends the test.

    Returns:
        One row a method or control and mosaic: map, mosaic, cell, target, share (0 … 1; NaN for a
        map without positive values).

    Raises:
        AnalysisError: as `analysis.attribute`.
    """
    import pandas as pd

    from resnet_viz.analysis.attribution.explaining import attribute
    from resnet_viz.analysis.trust.controls import controls

    names = list(methods)
    rows = []
    for number in range(len(made)):
        cell, target = made.asked(number)
        pixels = made.pixels[number]
        found = controls(pixels, seed=number)
        for place, name in enumerate(names):
            found[name] = attribute(made.classifier, pixels, name, target, **options).heatmap
            if progress:
                progress(number * len(names) + place + 1, len(made) * len(names))
        rows += [
            {
                "map": name,
                "mosaic": number,
                "cell": cell,
                "target": target,
                "share": share_in_cell(heatmap, cell),
            }
            for name, heatmap in found.items()
        ]
    return pd.DataFrame(rows, columns=["map", "mosaic", "cell", "target", "share"])
