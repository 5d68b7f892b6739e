"""Methods of attribution against other libraries', maps from one pass, and memory."""

import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import psutil

from benchmarks.grad_cam import LAYER, SIZE, subject
from benchmarks.table import Row
from benchmarks.timing import in_turn, timed

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.models import Classifier

NETWORKS = ("resnet18", "resnet50")
ROUNDS, FEW_ROUNDS = 15, 3
PICTURES, SETTLED, LARGER = 1_000, 100, 1.05
MEMORY_SIZE = 32
TARGET = 0
# Of the slow methods, as many passes as show what one costs, and the same of the peer's.
PASSES = 32
OPTIONS: dict[str, dict[str, Any]] = {
    "score_cam": {"channels": PASSES},
    "ablation_cam": {"channels": PASSES},
    "smooth_grad": {"samples": PASSES},
    "occlusion": {"window": 0.25, "stride": 0.25},
    "expected_gradients": {"samples": PASSES},
    "kernel_shap": {"samples": 64, "segments": 20},
}


def attribution() -> list[Row]:
    """Each method that Captum, torch-cam or pytorch-grad-cam have too, on the same settings."""
    return [row for name in NETWORKS for row in _network(name)]


def attribution_at_once() -> list[Row]:
    """Class activation maps together, against one forward and one backward pass to the layer."""
    return [_at_once(name) for name in NETWORKS]


def attribution_memory() -> list[Row]:
    """Whether pictures that each cheap method explains leave anything behind."""
    from resnet_viz import analysis

    classifier, _ = subject("resnet18", MEMORY_SIZE)
    return [
        _memory(classifier, name, row.title)
        for name, row in analysis.METHODS.items()
        if not row.slow
    ]


def _network(name: str) -> list[Row]:
    from resnet_viz import analysis

    classifier, image = subject(name)
    title = f"{classifier.architecture.title} {SIZE}×{SIZE}"
    rows = []
    for method, others in peers(classifier, image).items():
        row = analysis.METHODS[method]
        options = OPTIONS.get(method, {})

        def ours(method: str = method, options: dict[str, Any] = options) -> None:
            layer = LAYER if analysis.METHODS[method].needs_layer else None
            analysis.attribute(classifier, image, method, TARGET, layer, **options)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rounds = FEW_ROUNDS if row.slow else ROUNDS
            times = in_turn(timed(ours), *map(timed, others.values()), rounds=rounds)
        fastest = min(
            range(1, len(others) + 1),
            key=lambda side: sorted(t[side] for t in times)[len(times) // 2],
        )
        rows.append(
            Row.ratio(
                f"{row.title} {title}",
                f"against {list(others)[fastest - 1]}'s, the fastest of {', '.join(others)}",
                [(t[0], t[fastest]) for t in times],
                1.0,
            )
        )
    return rows


def peers(classifier: "Classifier", image: "Tensor") -> dict[str, dict[str, Callable[[], object]]]:
    """By method, what else gives such a map, by the name of the library."""
    found: dict[str, dict[str, Callable[[], object]]] = {}
    for library in (_captum, _torchcam, _pytorch_grad_cam):
        try:
            for method, work in library(classifier, image).items():
                found.setdefault(method, {})[library.__name__.strip("_")] = work
        except ImportError:  # say where it is with PYTHONPATH
            continue
    return found


def _captum(classifier: "Classifier", image: "Tensor") -> dict[str, Callable[[], object]]:
    import torch
    from captum import attr
    from torch.nn.functional import interpolate

    network, x = classifier.network, image[None]
    layer = network.get_submodule(LAYER)
    black = torch.zeros_like(x)
    side = SIZE // 4
    images = torch.randn((PASSES // 8, *image.shape), generator=torch.Generator().manual_seed(1))

    def grad_cam() -> object:
        cam = attr.LayerGradCam(network, layer).attribute(x, TARGET, relu_attributions=True)
        return interpolate(cam, x.shape[2:], mode="bilinear")

    def smooth_grad() -> object:
        tunnel = attr.NoiseTunnel(attr.Saliency(network))
        return tunnel.attribute(
            x.clone().requires_grad_(), nt_samples=PASSES, nt_samples_batch_size=4, target=TARGET
        )

    return {
        "grad_cam": grad_cam,
        "saliency": lambda: attr.Saliency(network).attribute(x.clone().requires_grad_(), TARGET),
        "input_x_gradient": lambda: attr.InputXGradient(network).attribute(
            x.clone().requires_grad_(), TARGET
        ),
        "guided_backpropagation": lambda: attr.GuidedBackprop(network).attribute(
            x.clone().requires_grad_(), TARGET
        ),
        "guided_grad_cam": lambda: attr.GuidedGradCam(network, layer).attribute(
            x.clone().requires_grad_(), TARGET, interpolate_mode="bilinear"
        ),
        "deep_lift": lambda: attr.DeepLift(network).attribute(x, black, TARGET),
        "smooth_grad": smooth_grad,
        "expected_gradients": lambda: attr.GradientShap(network).attribute(
            x, images, n_samples=PASSES, target=TARGET
        ),
        "occlusion": lambda: attr.Occlusion(network).attribute(
            x, (3, side, side), (3, side, side), black, TARGET, perturbations_per_eval=16
        ),
    }


def _torchcam(classifier: "Classifier", image: "Tensor") -> dict[str, Callable[[], object]]:
    from torch.nn.functional import interpolate
    from torchcam import methods

    names = {
        "grad_cam": "GradCAM",
        "grad_cam_plus_plus": "GradCAMpp",
        "xgrad_cam": "XGradCAM",
        "layer_cam": "LayerCAM",
    }

    def work(kind: str) -> Callable[[], object]:
        def run() -> object:
            with getattr(methods, kind)(classifier.network, LAYER) as extract:
                scores = classifier.network(image[None])
                [cam] = extract(TARGET, scores)
                return interpolate(cam[None], image.shape[1:], mode="bilinear")

        return run

    return {method: work(kind) for method, kind in names.items()}


def _pytorch_grad_cam(classifier: "Classifier", image: "Tensor") -> dict[str, Callable[[], object]]:
    import pytorch_grad_cam
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

    names = {
        "grad_cam": "GradCAM",
        "grad_cam_plus_plus": "GradCAMPlusPlus",
        "xgrad_cam": "XGradCAM",
        "hires_cam": "HiResCAM",
        "layer_cam": "LayerCAM",
        "eigen_cam": "EigenCAM",
    }
    layer = classifier.network.get_submodule(LAYER)

    def work(kind: str) -> Callable[[], object]:
        def run() -> object:
            with getattr(pytorch_grad_cam, kind)(classifier.network, [layer]) as extract:
                return extract(image[None], [ClassifierOutputTarget(TARGET)])

        return run

    return {method: work(kind) for method, kind in names.items()}


def _at_once(name: str) -> Row:
    import torch

    from resnet_viz import analysis

    classifier, image = subject(name)
    network = classifier.network.requires_grad_(False)

    def one_pass() -> None:
        kept: list[Tensor] = []

        def keep(module: object, inputs: object, output: "Tensor") -> "Tensor":
            kept.append(output.detach().requires_grad_())
            return kept[0]

        with network.get_submodule(LAYER).register_forward_hook(keep):
            score = network(image[None])[0, TARGET]
        torch.autograd.grad(score, kept[0])

    times = in_turn(
        timed(lambda: analysis.attribute_all(classifier, image, TARGET, [LAYER])),
        timed(one_pass),
        rounds=2 * ROUNDS,
        warm_up=3,
    )
    number = len(analysis.attribute_all(classifier, image, TARGET, [LAYER]))
    return Row.ratio(
        f"{number} class activation maps of {classifier.architecture.title} {SIZE}×{SIZE}, {LAYER}",
        "against one forward and one backward pass to that layer",
        [(t[0], t[1]) for t in times],
        1.3,
    )


def _memory(classifier: "Classifier", method: str, title: str) -> Row:
    import torch

    from resnet_viz import analysis

    process = psutil.Process()
    random = torch.Generator().manual_seed(0)
    resident = []
    for _ in range(PICTURES):
        image = torch.randn(3, MEMORY_SIZE, MEMORY_SIZE, generator=random)
        analysis.attribute(classifier, image, method)
        resident.append(process.memory_info().rss)
    ratio = resident[-1] / resident[SETTLED - 1]
    at = ", ".join(f"{resident[n - 1] / 2**20:.0f}" for n in (SETTLED, PICTURES))
    return Row(
        what=f"memory of {PICTURES:,} pictures through {title}",
        measured=f"{100 * (ratio - 1):+.1f} %",
        how=f"resident {at} MiB after {SETTLED} and {PICTURES:,}; {classifier.architecture.title} "
        f"at {MEMORY_SIZE}×{MEMORY_SIZE}",
        bound=f"{100 * (LARGER - 1):+.0f} %",
        holds=ratio <= LARGER,
    )
