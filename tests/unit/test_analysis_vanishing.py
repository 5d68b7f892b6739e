"""Slopes against closed forms, the chain against a plain product and against autograd."""

import math

import numpy as np
import pytest
import torch

from resnet_viz import analysis, models
from resnet_viz.models.choices import ACTIVATIONS
from tests.unit.analysis_support import batch


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def bell(x):
    return np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi)


def phi(x):
    return np.array([0.5 * (1 + math.erf(value / math.sqrt(2))) for value in x])


DERIVATIVES = {
    "sigmoid": lambda x: sigmoid(x) * (1 - sigmoid(x)),
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
    "relu": lambda x: (x > 0).astype(float),
    "leaky_relu": lambda x: np.where(x > 0, 1.0, 0.01),
    "gelu": lambda x: phi(x) + x * bell(x),
    "silu": lambda x: sigmoid(x) * (1 + x * (1 - sigmoid(x))),
}
# The largest derivative and where: GELU's at √2, because its second derivative is φ(x)(2 − x²);
# SiLU's where x·tanh(x/2) = 2.
LARGEST = {
    "sigmoid": (0.25, 0.0),
    "tanh": (1.0, 0.0),
    "gelu": (0.5 * (1 + math.erf(1)) + math.exp(-1) / math.sqrt(math.pi), math.sqrt(2)),
    "silu": (1.0998, 2.3994),
}


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_derivatives_are_the_closed_forms(activation):
    frame = analysis.activation_curve(activation)
    x = frame["x"].to_numpy()
    assert (x[0], x[-1]) == (-6, 6)
    expected = DERIVATIVES[activation](x)
    assert frame["derivative"].to_numpy() == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("activation", LARGEST)
def test_the_largest_slope_and_its_place(activation):
    slope = analysis.largest_slope(activation)
    largest, place = LARGEST[activation]
    assert slope.largest == pytest.approx(largest, abs=1e-4)
    assert slope.first == slope.last == pytest.approx(place, abs=1e-3)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu"])
def test_a_rectifier_has_its_largest_slope_at_every_positive_input(activation):
    slope = analysis.largest_slope(activation)
    assert slope.largest == 1
    assert 0 < slope.first < 0.01
    assert slope.last == 6


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weight", [1.0, -1.5, 2.5])
def test_the_chain_agrees_with_autograd_through_all_of_it(activation, weight):
    depth, start = 7, 0.8
    frame = analysis.scalar_chain(activation, depth, weight, start)
    function = ACTIVATIONS[activation].make()
    values = [torch.tensor(start, dtype=torch.float64, requires_grad=True)]
    for _ in range(depth):
        values.append(function(weight * values[-1]))
    gradients = torch.autograd.grad(values[-1], values[1:])
    assert frame["layer"].tolist() == list(range(1, depth + 1))
    assert frame["value"].to_numpy() == pytest.approx([v.item() for v in values[1:]])
    assert frame["product"].to_numpy() == pytest.approx([g.item() for g in gradients])
    assert (frame["product"].abs() <= frame["bound"] * (1 + 1e-9)).all()


def test_a_chain_of_sigmoids_keeps_less_than_a_quarter_a_layer():
    frame = analysis.scalar_chain("sigmoid", 56)
    assert frame["bound"].iloc[0] == pytest.approx(0.25**55)
    assert 0 < frame["product"].iloc[0] < 0.25**55
    assert frame["product"].iloc[-1] == frame["bound"].iloc[-1] == 1


@pytest.mark.parametrize("depth", [56, 110, 1000])
def test_a_product_that_no_float_can_hold_is_kept_as_a_power_of_ten(depth):
    value, expected = 1.0, [0.0]
    for _ in range(depth - 1):  # all factors but the first layer's
        value = math.tanh(10 * value)
        expected.append(expected[-1] + math.log10(10 / math.cosh(10 * value) ** 2))
    frame = analysis.scalar_chain("tanh", depth, 10.0)
    assert frame["product"].iloc[0] == 0  # which is why
    assert frame["log10_product"].iloc[0] == pytest.approx(expected[-1], rel=1e-7)
    assert frame["log10_bound"].tolist() == pytest.approx(list(range(depth - 1, -1, -1)))
    assert frame["sign"].eq(1).all()


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("weight", [1.0, -1.5, 2.5])
def test_the_logarithms_and_the_sign_are_those_of_product_and_bound(activation, weight):
    frame = analysis.scalar_chain(activation, 9, weight, 0.8)
    assert (frame["sign"] * 10 ** frame["log10_product"]).to_numpy() == pytest.approx(
        frame["product"].to_numpy()
    )
    assert (10 ** frame["log10_bound"]).to_numpy() == pytest.approx(frame["bound"].to_numpy())


def test_a_slope_of_zero_leaves_exactly_nothing():
    frame = analysis.scalar_chain("relu", 5, start=-1.0)
    assert frame["product"].tolist() == [0, 0, 0, 0, 1]
    assert frame["log10_product"].tolist() == [-math.inf] * 4 + [0]
    assert frame["sign"].tolist() == [0, 0, 0, 0, 1]
    assert analysis.scalar_chain("relu", 5, weight=0.0)["log10_bound"].iloc[-1] == 0


def test_a_chain_of_rectifiers_loses_nothing():
    assert analysis.scalar_chain("relu", 110)["product"].eq(1).all()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("relu", 0), "from 1 to 1,000, not 0"),
        (("relu", 2.5), "not 2.5"),
        (("relu", 5, float("nan")), "finite"),
        (("softplus", 5), "There is no activation 'softplus'"),
    ],
)
def test_nonsense_gets_its_sentence(arguments, sentence):
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.scalar_chain(*arguments)


def fresh(depth, seed=0, **options):
    images, labels = batch(16)
    blocks = ((depth - 2) // 6,) * 3
    architecture = models.ARCHITECTURES["plain20"].with_options(blocks=blocks, **options)
    return analysis.fresh_gradients(architecture, images, labels, seed)


def test_fresh_gradients_are_those_of_the_network_that_build_gives():
    images, labels = batch(16)
    network = models.build("resnet20", seed=3, norm="none").double()
    loss = torch.nn.functional.cross_entropy(network(images.double()), labels)
    loss.backward()
    frame = analysis.fresh_gradients(network.architecture, images, labels, 3)
    ends = (network.conv1, network.layer3[-1].conv2)
    first, last = (module.weight.grad.norm().item() for module in ends)
    assert frame["gradient_norm"].iloc[0] == pytest.approx(first, rel=1e-9)
    assert frame["relative"].iloc[0] == pytest.approx(first / last, rel=1e-9)
    assert frame["relative"].iloc[-2] == 1
    assert frame["layer"].tolist()[-2:] == ["layer3.2.conv2", "fc"]
    assert frame["position"].tolist() == list(range(20))


def test_what_single_precision_would_call_zero_is_measured():
    relative = fresh(44, norm="none", activation="sigmoid")["relative"]
    assert 0 < relative.iloc[0] < 1e-29


def test_with_batch_normalisation_a_plain_networks_gradients_grow_toward_the_first_layers():
    shallow, deep = (fresh(depth)["relative"].iloc[0] for depth in (20, 56))
    assert deep > 20 * shallow > 20
    assert fresh(56, shortcut="A")["relative"].iloc[0] < deep / 100


def test_zeros_around_small_maps_make_a_plain_networks_gradients_small():
    architecture = models.ARCHITECTURES["plain56"].with_options(norm="none")
    images, labels = batch(4, 8)
    small, large = (
        analysis.fresh_gradients(architecture, pictures, labels, 0)["gradient_norm"].median()
        for pictures in (images, images.repeat_interleave(4, 2).repeat_interleave(4, 3))
    )
    assert large > 100 * small
