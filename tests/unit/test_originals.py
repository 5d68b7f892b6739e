"""Networks of other programs: their own answers, or what was seen that does not fit."""

import pytest
import torch
import torchvision
from torch import nn
from torch.nn.utils import fusion, parametrizations, prune
from torchvision.models.resnet import BasicBlock, Bottleneck

from resnet_viz import models
from tests.unit.originals_support import KUANGLIU, STYLES, TORCHVISION, Original, begun, replace

BY_ORDER = "the place of each layer, by their order"
ONE_EACH = [1, 1, 1, 1]


def torchvisions(block, blocks=ONE_EACH, classes=5, **options):
    return begun(torchvision.models.resnet.ResNet(block, blocks, num_classes=classes, **options))


def small(style=TORCHVISION, **options):
    return begun(Original(style, **options))


def renamed(network, change):
    """The tensors of a network by other names; None for what is not in the file."""
    pairs = [(change(name), tensor) for name, tensor in network.state_dict().items()]
    return {name: tensor for name, tensor in pairs if name is not None}


def headed(network, head):
    """A network of torchvision's style with another last layer."""
    network.fc = head
    network._last = (head,)
    return begun(network)


def reparametrised(change, style=TORCHVISION):
    network = small(style)
    for module in list(network.modules()):
        if isinstance(module, nn.Conv2d):
            change(module)
    return network


def pruned(module):
    prune.random_unstructured(module, "weight", amount=0.4)


def spectral(module):
    """Left in evaluation, in which PyTorch goes on with no power iteration."""
    normed = nn.utils.spectral_norm(module, n_power_iterations=5).train()
    normed(torch.randn(1, module.in_channels, 5, 5))
    normed.eval()


class Fused(nn.Module):
    """A network whose normalisations are within its convolutions."""

    def __init__(self, style=TORCHVISION):
        super().__init__()
        network = small(style)
        pairs = [network._first, *(pair for unit in network._units for pair in unit[0])]
        pairs += [tuple(unit[1]) for unit in network._units if unit[1]]
        names = {module: name for name, module in network.named_modules()}
        self.state = {
            f"{names[convolution]}.{end}": tensor.detach()
            for convolution, norm in pairs
            for end, tensor in fusion.fuse_conv_bn_eval(convolution, norm).named_parameters()
        }
        head = {f"{style.head}.{k}": v for k, v in network._last[0].state_dict().items()}
        self.state |= head
        self.network = network

    def forward(self, x):
        return self.network(x)

    def state_dict(self):
        return self.state


def mixed():
    """A projection in each first block alone, and so where no shape changes."""
    return small(projects="first")


def plain_norm(channels):
    return nn.BatchNorm2d(channels, affine=False)


SIZES = {
    "ResNet-26": {"kind": "bottleneck", "blocks": (2, 2, 2, 2), "widths": (4, 8, 12, 16)},
    "an odd depth": {"blocks": (1, 1, 3), "projects": "C"},
    "one block": {"blocks": (1,), "widths": (8,), "projects": "C"},
    "two stages": {"blocks": (2, 2), "widths": (8, 16)},
    "three wide stages": {"widths": (32, 64, 128), "stem_width": 16},
    "five stages": {"blocks": (1,) * 5, "widths": (6, 8, 10, 12, 14), "stem_width": 6},
    "six stages": {"blocks": (1,) * 6, "widths": (6, 8, 10, 12, 14, 16), "stem_width": 6},
    "widths that shrink": {"widths": (16, 12, 8), "stem_width": 16},
    "equal widths": {"widths": (8, 8, 8)},
    "odd widths": {"widths": (7, 11, 13), "stem_width": 5},
    "zero padding": {"projects": "A"},
    "zero padding, deeper": {"projects": "A", "blocks": (3, 3, 3)},
    "projections everywhere": {"projects": "C"},
    "a 7×7 stem": {"kernel": 7},
    "a 7×7 stem before three stages": {"kernel": 7, "kind": "bottleneck"},
    "grey pictures": {"channels": 1},
    "two classes": {"classes": 2},
    "a hundred classes": {"classes": 100},
    "a wide bottleneck": {"kind": "bottleneck", "inner": 2},
    "a wider bottleneck": {"kind": "bottleneck", "inner": 4, "blocks": (2, 1, 1)},
    "groups": {"kind": "bottleneck", "groups": 4, "inner": 2},
    "many groups": {"kind": "bottleneck", "groups": 8, "inner": 4, "kernel": 7},
    "channelwise": {"kind": "bottleneck", "groups": 8, "widths": (8, 8), "blocks": (2, 1)},
}  # fmt: skip
TORCHVISIONS = {
    "ResNet-10": lambda: torchvisions(BasicBlock),
    "ResNet-10, grey head": lambda: torchvisions(BasicBlock, classes=2),
    "ResNet-12": lambda: torchvisions(BasicBlock, [1, 2, 1, 1]),
    "ResNet-14": lambda: torchvisions(Bottleneck),
    "ResNeXt 32x4d": lambda: torchvisions(Bottleneck, groups=32, width_per_group=4),
    "ResNeXt 64x4d": lambda: torchvisions(Bottleneck, groups=64, width_per_group=4),
    "starting at zero": lambda: torchvisions(BasicBlock, zero_init_residual=True),
}
FOLDED = {
    "weight normalisation": lambda: reparametrised(nn.utils.weight_norm),
    "weight normalisation as a parametrisation": lambda: reparametrised(
        parametrizations.weight_norm
    ),
    "weight normalisation, by order": lambda: reparametrised(
        parametrizations.weight_norm, STYLES["layers"]
    ),
    "weight normalisation as a whole": lambda: reparametrised(
        lambda module: nn.utils.weight_norm(module, dim=None)
    ),
    "pruning masks": lambda: reparametrised(pruned),
    "pruning masks, by order": lambda: reparametrised(pruned, STYLES["first_block"]),
    "spectral normalisation": lambda: reparametrised(spectral),
    "spectral normalisation as a parametrisation": lambda: reparametrised(
        parametrizations.spectral_norm
    ),
    "biases of convolutions": lambda: small(replace(TORCHVISION, bias=True)),
    "biases of convolutions, by order": lambda: small(replace(STYLES["kinds"], bias=True)),
    "projections without a normalisation": lambda: small(
        replace(KUANGLIU, projection_normalised=False)
    ),
    "projections of one convolution": lambda: small(
        replace(KUANGLIU, projection_normalised=False, around="shortcut", bias=True)
    ),
    "no scale and shift": lambda: small(norm=plain_norm),
    "projections in first blocks": mixed,
    "no bias of the last layer": lambda: small(head_bias=False),
    "no bias of the last layer, by order": lambda: small(STYLES["layers"], head_bias=False),
}
HEADS = {
    "linear in a Sequential": lambda: headed(small(), nn.Sequential(nn.Linear(24, 7))),
    "dropout and linear": lambda: headed(small(), nn.Sequential(nn.Dropout(), nn.Linear(24, 7))),
    "linear behind two modules": lambda: headed(
        small(), nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(24, 7), nn.Identity())
    ),
    "linear of another name": lambda: small(replace(TORCHVISION, head="last_linear")),
    "linear deep within": lambda: small(replace(TORCHVISION, head="classifier.out.0")),
    "torchvision's, exchanged": lambda: headed_torchvision(nn.Sequential(nn.Linear(512, 3))),
}


FUSED = {
    "normalisations within convolutions": Fused,
    "normalisations within convolutions, by order": lambda: Fused(STYLES["stem and stages"]),
    "projections in first bottlenecks": lambda: small(projects="first", kind="bottleneck"),
}


def headed_torchvision(head):
    network = torchvisions(BasicBlock)
    network.fc = head
    return begun(network)


def within(prefix):
    """A file in which each name begins so."""
    return lambda: (network := small(), renamed(network, lambda name: f"{prefix}{name}"))


def beside(more, change=lambda name: name, style=TORCHVISION):
    """A file with other tensors beside the network's."""
    return lambda: (network := small(style), renamed(network, change) | more)


def copied():
    network = small(STYLES["MoCo"])
    state = network.state_dict()
    slow = {name.replace("encoder_q", "encoder_k"): 2 * it for name, it in state.items()}
    return network, {**slow, **state, "module.queue": torch.zeros(128, 65)}


FILES = {
    **{
        f"within {prefix}": within(prefix)
        for prefix in (
            "module.", "model.", "net.", "backbone.", "module.model.", "student.encoder.",
            "_orig_mod.", "module._orig_mod.", "_fsdp_wrapped_module.", "ema_model.module.",
        )
    },
    "a slow copy": copied,
    "a loss beside it": beside({"criterion.weight": torch.ones(5)}),
    "a loss beside layers in order": beside({"loss.w": torch.ones(5)}, style=STYLES["layers"]),
    "an average's count": beside({"n_averaged": torch.tensor(3)}, lambda name: f"module.{name}"),
    "no counts of batches": lambda: (
        network := small(), renamed(network, lambda name: None if "num_" in name else name)
    ),
    "in alphabetical order": lambda: (
        network := small(), dict(sorted(network.state_dict().items()))
    ),
    "twelve blocks in alphabetical order": lambda: (
        network := small(STYLES["layers"], blocks=(3, 5, 4)),
        dict(sorted(network.state_dict().items())),
    ),
    "stages in alphabetical order": lambda: (
        network := small(STYLES["stem and stages"], blocks=(1, 11, 1)),
        dict(sorted(network.state_dict().items())),
    ),
    "half precision": lambda: (
        network := small().half().float(), {k: v.half() if v.is_floating_point() else v
                                            for k, v in network.state_dict().items()}
    ),
}  # fmt: skip


def whole(make):
    """A file of a network's own state dict."""

    def made():
        network = make()
        return network, network.state_dict()

    return made


KINDS = ("basic", "bottleneck")
OPENED = {
    **{
        f"{name}, {kind}": whole(lambda style=style, kind=kind: small(style, kind=kind))
        for name, style in STYLES.items()
        for kind in KINDS
    },
    **{name: whole(lambda options=options: small(**options)) for name, options in SIZES.items()},
    **{
        f"{name}, by order": whole(lambda options=options: small(STYLES["layers"], **options))
        for name, options in SIZES.items()
        if name not in ("equal widths", "channelwise")
    },
    **{f"torchvision's {name}": whole(make) for name, make in TORCHVISIONS.items()},
    **{name: whole(make) for name, make in (FOLDED | FUSED | HEADS).items()},
    **FILES,
}


def imported(folder, state, suffix="pth", **options):
    torch.save(state, folder / f"weights.{suffix}")
    return models.import_weights(folder / f"weights.{suffix}", **options)


def test_there_are_a_hundred_layouts():
    assert len(OPENED) >= 100


@pytest.mark.filterwarnings("ignore:.*weight_norm:FutureWarning")  # which files still hold
@pytest.mark.parametrize("layout", OPENED)
@torch.no_grad()
def test_a_network_of_another_program_gives_its_own_answers(tmp_path, layout):
    network, state = OPENED[layout]()
    found = imported(tmp_path, state)
    images = torch.randn(2, found.architecture.channels, 32, 32)
    torch.testing.assert_close(found.network(images), network(images), atol=2e-5, rtol=1e-4)
    known = BY_ORDER not in found.card["assumed"]
    assert known or "by order" in layout or any(map(layout.startswith, STYLES)) or layout in FILES
    assert ("folded" in found.card) == bool(layout in FOLDED or layout.startswith("d2l"))
    found.save(tmp_path / "own.safetensors")
    own = models.load(tmp_path / "own.safetensors")
    assert (own.digest, own.card) == (found.digest, found.card)


def test_a_normalisation_that_is_filled_in_changes_nothing(tmp_path):
    network = small(replace(KUANGLIU, projection_normalised=False))
    norm = imported(tmp_path, network.state_dict()).network.get_submodule("layer2.0.downsample.1")
    maps = torch.randn(2, 16, 4, 4)
    torch.testing.assert_close(norm(maps), maps, atol=0, rtol=5e-7)
