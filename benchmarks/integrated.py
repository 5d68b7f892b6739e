"""Integrated gradients against Captum's with as many steps as give a map that is as near."""

from typing import TYPE_CHECKING

from benchmarks.table import Row
from benchmarks.timing import in_turn, timed
from resnet_viz.analysis.attribution.method import WIDEST_GAP

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models import Classifier

SUBJECTS = ("plain56-cifar10-jpeg-seed0", "resnet56-cifar10-jpeg-seed0")
PHOTOGRAPH = "cat"
ROUNDS = 8
MANY = 1024  # steps of the map that both are compared with
STEPS = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512)
AT_ONCE = 16  # images


def integrated_gradients() -> list[Row]:
    """The deep networks that ship, on a photograph that comes with a library."""
    return [_network(name) for name in SUBJECTS]


def _network(name: str) -> Row:
    from resnet_viz import analysis, models
    from resnet_viz.data import PHOTOGRAPHS
    from resnet_viz.runs.shipped_runs import shipped_checkpoint

    path = shipped_checkpoint(name)
    assert path is not None
    classifier = models.load(path)
    classifier.network.requires_grad_(False)
    image = classifier.preprocess(PHOTOGRAPHS[PHOTOGRAPH].load())

    def ours() -> "analysis.Attribution":
        return analysis.attribute(classifier, image, "integrated_gradients")

    found = ours()
    right = _captum(classifier, image, found.target, MANY)
    error, change = _apart(found.heatmap, right), right.sum().item()

    def is_as_good(steps: int) -> bool:
        other = _captum(classifier, image, found.target, steps)
        gap = abs(other.sum().item() / change - 1)
        return _apart(other, right) <= error and gap <= max(found.gap or 0, WIDEST_GAP)

    steps = next(filter(is_as_good, STEPS), STEPS[-1])
    times = in_turn(
        timed(ours),
        timed(lambda: _captum(classifier, image, found.target, steps)),
        rounds=ROUNDS,
        warm_up=1,
    )
    title = f"Integrated gradients {classifier.architecture.title} 32×32"
    against = (
        f"against Captum's with {steps} steps, which are as near: {100 * error:.0f} % from "
        f"{MANY} steps, and the sum within {100 * WIDEST_GAP:.0f} %"
    )
    return Row.ratio(title, against, [(t[0], t[1]) for t in times], 1.2)


def _captum(classifier: "Classifier", image: "Tensor", target: int, steps: int) -> "Tensor":
    """From black, as `analysis.attribute` goes: shape (H, W)."""
    from captum.attr import IntegratedGradients

    black = -image.new_tensor(classifier.mean) / image.new_tensor(classifier.std)
    return (
        IntegratedGradients(lambda x: classifier.network(x)[:, target])
        .attribute(
            image[None],
            baselines=black[None, :, None, None].expand_as(image[None]),
            n_steps=steps,
            internal_batch_size=AT_ONCE,
        )
        .sum(dim=1)[0]
        .float()
        .detach()
    )


def _apart(one: "Tensor", other: "Tensor") -> float:
    return ((one - other).norm() / other.norm()).item()
