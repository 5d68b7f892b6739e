"""The networks: published counts, torchvision's logits, and what sets plain and residual apart."""

import math
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch
import torchvision
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from resnet_viz import models
from resnet_viz.models.architecture import ARCHITECTURES, MOST_SERVED
from resnet_viz.models.choices import ACTIVATIONS, NORMS, SHORTCUTS, STEMS

PAPER_MILLIONS = {
    "resnet20": 0.27,
    "resnet32": 0.46,
    "resnet44": 0.66,
    "resnet56": 0.85,
    "resnet110": 1.7,
}
TORCHVISION_COUNTS = {
    "resnet18": 11_689_512,
    "resnet34": 21_797_672,
    "resnet50": 25_557_032,
    "resnet101": 44_549_160,
    "resnet152": 60_192_808,
    "resnext50_32x4d": 25_028_904,
}


def count(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def outputs_of_convolutions(network: nn.Module, size: int) -> list[torch.Size]:
    """The shape of what each convolution puts out for one image, without the batch."""
    found: list[torch.Size] = []
    handles = [
        module.register_forward_hook(lambda _, args, output: found.append(output.shape[1:]))
        for module in network.modules()
        if isinstance(module, nn.Conv2d)
    ]
    network(torch.empty(1, network.architecture.channels, size, size))
    for handle in handles:
        handle.remove()
    return found


@pytest.fixture(autouse=True)
def _on_meta_for_counting(request):
    """Counting needs no weights: tests named so build on the meta device."""
    if "counts" in request.node.name:
        with torch.device("meta"):
            yield
    else:
        yield


@pytest.mark.parametrize(("name", "millions"), PAPER_MILLIONS.items())
def test_counts_of_cifar_nets_are_the_papers(name, millions):
    digits = 1 if millions > 1 else 2
    assert round(count(models.build(name)) / 1e6, digits) == millions


@pytest.mark.parametrize(("name", "parameters"), TORCHVISION_COUNTS.items())
def test_counts_of_imagenet_nets_are_torchvisions(name, parameters):
    assert count(models.build(name)) == parameters


def test_counts_of_resnet9_are_the_courses_without_its_2240_cancelled_biases():
    assert count(models.build("resnet9")) == 6_575_370 - 2_240


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, {}) for name in ARCHITECTURES),
        ("resnet50", {"width_per_group": 96, "shortcut": "C"}),
        ("resnext50_32x4d", {"groups": 7, "width_per_group": 9}),
        ("resnet20", {"shortcut": "B", "norm": "none", "channels": 1, "classes": 3}),
        ("resnet18", {"stem": "cifar", "stem_width": 5, "blocks": (0, 2, 1, 0), "norm": "group"}),
        ("resnet9", {"shortcut": "C", "blocks": (0, 1, 0)}),
        ("plain34", {"block": "bottleneck"}),
    ],
)
def test_counts_without_a_network_are_the_networks_own(name, options):
    a = models.ARCHITECTURES[name].with_options(**options)
    network = models.ResNet(a)
    assert a.parameters == count(network)
    size = 75  # which does not halve evenly
    with FlopCounterMode(display=False) as counter:
        outputs = outputs_of_convolutions(network, size)
    assert a.values(size) == sum(map(math.prod, outputs))
    assert 2 * a.multiply_adds(size) == counter.get_total_flops()


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_counts_of_the_tables_networks_are_few_enough_for_a_server(name):
    row = ARCHITECTURES[name]
    assert all(row.with_options(shortcut=other).parameters <= MOST_SERVED for other in "BC")


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
def test_counts_of_a_plain_net_are_its_twins(depth):
    plain, residual = models.build(f"plain{depth}"), models.build(f"resnet{depth}")
    assert {n: p.shape for n, p in plain.named_parameters()} == {
        n: p.shape for n, p in residual.named_parameters()
    }


@pytest.mark.parametrize("name", ["plain18", "plain34"])
def test_counts_of_plain_imagenet_nets_are_their_twins_with_option_a(name):
    twin = models.build(name.replace("plain", "resnet"), shortcut="A")
    assert count(models.build(name)) == count(twin)


@pytest.mark.parametrize("name", list(models.ARCHITECTURES))
def test_depth_and_title_are_those_of_the_name(name):
    row = models.ARCHITECTURES[name]
    digits = int("".join(c for c in name.split("_")[0] if c.isdigit()))
    assert row.depth == digits
    assert row.title.lower().replace("-", "").replace(" ", "_") == name


@pytest.mark.parametrize("name", ["resnet18", "resnet50", "resnext50_32x4d"])
def test_torchvisions_weights_load_strictly_and_give_the_same_logits(name):
    torch.manual_seed(0)
    theirs = getattr(torchvision.models, name)(num_classes=7).eval()
    ours = models.build(name, classes=7).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        assert torch.equal(ours(images), theirs(images))


def test_plain_and_residual_differ_only_in_the_addition():
    plain, residual = models.build("plain20", seed=0), models.build("resnet20", seed=1)
    residual.load_state_dict(plain.state_dict(), strict=True)
    for network in (plain, residual):
        for block in network.blocks().values():
            nn.init.zeros_(block.last_norm.weight)
        network.eval()
    images = torch.randn(2, 3, 32, 32)
    seen: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
    for name, block in residual.blocks().items():
        block.register_forward_hook(
            lambda _, args, out, name=name: seen.__setitem__(name, (args[0], out))
        )
    with torch.no_grad():
        residual(images)
        dead = plain.layer1(plain.act1(plain.bn1(plain.conv1(images))))
    identity = [n for n, b in residual.blocks().items() if isinstance(b.downsample, nn.Identity)]
    assert len(identity) == 7
    for name in identity:
        torch.testing.assert_close(seen[name][1], seen[name][0], rtol=0, atol=0)
    assert dead.abs().max() == 0
    assert {n for n, _ in residual.named_modules()} - {n for n, _ in plain.named_modules()} == {
        f"{block}.{part}" for block in residual.blocks() for part in ("add", "downsample")
    }


def test_zero_init_makes_every_block_start_as_its_shortcut():
    network = models.build("resnet20", zero_init=True, seed=0).train()
    x = torch.randn(4, 16, 8, 8).relu()
    with torch.no_grad():
        assert torch.equal(network.layer1(x), x)


def test_scaled_parts_of_a_block_are_what_the_addition_gets():
    options = {"shortcut_scale": 0.5, "branch_scale": 0.25}
    network = models.build("resnet20", seed=0, **options).eval()
    usual = models.build("resnet20", seed=0).eval()
    x = torch.randn(2, 16, 8, 8)
    for stage, block in (("layer1", 1), ("layer2", 0)):
        scaled, plain = getattr(network, stage)[block], getattr(usual, stage)[block]
        wanted = 0.25 * plain.branch(x) + 0.5 * plain.downsample(x)
        torch.testing.assert_close(scaled(x), wanted.relu(), rtol=0, atol=0)
    assert network.state_dict().keys() == usual.state_dict().keys()


@pytest.mark.parametrize("shortcut", ["A", "B", "C"])
def test_dropout_on_the_shortcut_drops_there_alone_and_only_in_training(shortcut):
    network = models.build("resnet20", seed=0, shortcut=shortcut, shortcut_dropout=0.5)
    usual = models.build("resnet20", seed=0, shortcut=shortcut)
    images = torch.randn(2, 3, 16, 16)
    assert torch.equal(network.eval()(images), usual.eval()(images))
    block = network.layer1[1]
    torch.manual_seed(0)
    dropped = block.train().downsample(torch.ones(4, 16, 8, 8))
    assert 0.3 < (dropped == 0).float().mean() < 0.7
    assert network.state_dict().keys() == usual.state_dict().keys()


def test_a_network_of_ones_own_counts_as_the_row_that_it_rebuilds():
    rebuilt = models.build(
        "resnet18", block="bottleneck", blocks=[3, 4, 6, 3], groups=32, width_per_group=4
    )
    assert count(rebuilt) == TORCHVISION_COUNTS["resnext50_32x4d"]
    assert rebuilt.architecture.title == "ResNeXt-50 32x4d custom"
    assert rebuilt.architecture.options["blocks"] == (3, 4, 6, 3)
    deeper = models.build("resnet20", blocks=(9, 9, 9))
    assert count(deeper) == count(models.build("resnet56"))
    assert deeper.architecture.depth == 56
    assert not models.ARCHITECTURES["resnet56"].is_custom


def test_option_a_subsamples_and_pads_with_zeros_on_both_sides():
    downsample = models.build("resnet20").layer2[0].downsample
    x = torch.randn(2, 16, 8, 8)
    out = downsample(x)
    assert torch.equal(out[:, 8:24], x[:, :, ::2, ::2])
    assert out[:, :8].abs().sum() == out[:, 24:].abs().sum() == 0
    assert not list(downsample.parameters())


@pytest.mark.parametrize(
    ("option", "value"),
    [
        *(("shortcut", value) for value in SHORTCUTS),
        *(("norm", value) for value in NORMS),
        *(("activation", value) for value in ACTIVATIONS),
        *(("stem", value) for value in STEMS),
    ],
)
@pytest.mark.parametrize("name", ["plain20", "resnet9", "resnet18", "resnext50_32x4d"])
def test_every_option_fits_every_row_and_activations_are_used_once(name, option, value):
    # The first block of a stage may differ from the next, which all others are like.
    blocks = tuple(min(count, 2) for count in ARCHITECTURES[name].blocks)
    options = {option: value, "blocks": blocks}
    with torch.device("meta"):
        network = models.build(name, classes=3, channels=1, dropout=0.5, **options)
        calls: list[nn.Module] = []
        kind = type(network.act1)
        for module in network.modules():
            if isinstance(module, kind):
                assert not getattr(module, "inplace", False)
                module.register_forward_hook(lambda module, *_: calls.append(module))
        assert network(torch.randn(2, 1, 32, 32)).shape == (2, 3)
    assert len(calls) == len(set(calls)) == sum(isinstance(m, kind) for m in network.modules())


@pytest.mark.parametrize(
    ("name", "activation", "gain"),
    [("plain20", "relu", 2**0.5), ("plain20", "tanh", 5 / 3), ("resnet18", "sigmoid", 1.0)],
)
def test_initialisation_has_the_stated_deviation(name, activation, gain):
    weight = models.build(name, activation=activation, seed=0).layer3[1].conv1.weight
    fan_out = weight.shape[0] * 9
    assert weight.std().item() == pytest.approx(gain / fan_out**0.5, rel=0.03)


def test_a_seed_makes_weights_reproducible_and_leaves_the_random_state_alone():
    before = torch.get_rng_state()
    first, second = models.build("resnet20", seed=3), models.build("resnet20", seed=3)
    assert torch.equal(first.conv1.weight, second.conv1.weight)
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("resnet21", {}, "no architecture 'resnet21'"),
        ("resnet20", {"depth": 3}, "no option 'depth'"),
        ("resnet20", {"shortcut": "D"}, "no shortcut 'D'"),
        ("plain20", {"zero_init": True}, "needs a shortcut"),
        ("resnet20", {"zero_init": True, "norm": "none"}, "norm cannot be none"),
        ("resnet20", {"dropout": 1.0}, "below 1"),
        ("resnet20", {"dropout": "0.5"}, "below 1"),
        ("resnet20", {"classes": 1}, "from 2 to"),
        ("resnet20", {"classes": True}, "from 2 to"),
        ("resnet20", {"channels": 0}, "from 1 to"),
        ("resnet20", {"blocks": (3, 3)}, "blocks has 2 and widths has 3"),
        ("resnet20", {"blocks": (0, 0, 0)}, "At least one stage needs a block"),
        ("resnet20", {"blocks": 3}, "a list"),
        ("resnet20", {"widths": (16, 32, "64")}, "widths"),
        ("resnet20", {"widths": (64, 32, 16)}, "cannot take channels away"),
        ("resnet20", {"groups": 2}, "bottleneck"),
        ("resnet50", {"groups": 0}, "from 1 to"),
        ("resnet50", {"groups": 2, "width_per_group": 0}, "from 1 to"),
        ("resnet20", {"block": "bottleneck", "width_per_group": 2}, "none left"),
        ("resnet50", {"blocks": (9, 9, 9, 900), "widths": (64, 64, 64, 4096)}, "more than"),
        ("resnet50", {"width_per_group": 4096}, "more than"),
        ("resnext50_32x4d", {"groups": 4096, "width_per_group": 64}, "more than"),
        ("resnet18", {"widths": (4096,) * 4, "blocks": (0, 0, 0, 4)}, "more than"),
        ("plain20", {"shortcut_scale": 0.5}, "needs a shortcut"),
        ("resnet20", {"shortcut_scale": 0}, "above 0"),
        ("resnet20", {"branch_scale": float("nan")}, "above 0"),
        ("resnet20", {"shortcut_dropout": 1}, "below 1"),
    ],
)
def test_options_that_make_no_sense_are_refused_with_a_sentence(name, options, sentence):
    with pytest.raises(models.ArchitectureError, match=sentence):
        models.build(name, **options)


def test_a_plain_row_with_a_shortcut_calls_itself_residual():
    changed = models.ARCHITECTURES["plain56"].with_options(shortcut="B", activation="gelu")
    assert changed.title == "ResNet-56"
    assert changed.options == {"shortcut": "B", "activation": "gelu"}


def test_a_seed_gives_its_weights_whatever_other_threads_build():
    def digest(seed):
        return models.build("plain20", seed=seed).state_dict()["layer3.2.conv2.weight"].sum().item()

    alone = [digest(seed) for seed in range(4)]
    with ThreadPoolExecutor(5) as pool:
        others = [pool.submit(models.build, "resnet20") for _ in range(20)]
        together = list(pool.map(digest, [0, 1, 2, 3] * 8))
    assert all(other.result() for other in others)
    assert together == alone * 8
