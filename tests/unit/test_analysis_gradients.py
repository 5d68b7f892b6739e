import copy

import pytest
import torch
from torch import nn
from torch.func import functional_call

from resnet_viz import analysis, data, models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from tests.unit.analysis_support import SHALLOW, batch, classifier


def test_norms_agree_with_plain_autograd():
    one = classifier("resnet20", shortcut="B")
    images, labels = batch(16)
    twin = copy.deepcopy(one.network).train()
    nn.functional.cross_entropy(twin(images), labels).backward()
    frame = analysis.gradient_norms(one, images, labels)
    for row in frame.itertuples():
        weight = twin.get_parameter(f"{row.layer}.weight")
        assert row.gradient_norm == pytest.approx(weight.grad.norm().item(), rel=1e-4)
        assert row.weight_norm == pytest.approx(weight.detach().norm().item(), rel=1e-5)
        assert row.ratio == pytest.approx(row.gradient_norm / row.weight_norm)
        assert row.parameters == weight.numel()


def test_a_batch_is_drawn_by_its_seed_and_normalised_as_the_network_takes_it():
    digits = data.load("digits")
    one = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    first, again, other = (
        analysis.batch_gradient_norms(one, digits, 16, seed) for seed in (0, 0, 1)
    )
    assert first.equals(again)
    assert not first.equals(other)
    chosen = torch.randperm(1400, generator=torch.Generator().manual_seed(0))[:16]
    pixels = digits.train.images[chosen].float() / 255  # (16, 3, 8, 8)
    mean, std = (torch.tensor(numbers)[:, None, None] for numbers in (one.mean, one.std))
    expected = analysis.gradient_norms(one, (pixels - mean) / std, digits.train.labels[chosen])
    assert first["gradient_norm"].tolist() == pytest.approx(expected["gradient_norm"], rel=1e-3)


def test_a_network_that_knows_other_classes_has_no_gradients_on_the_data():
    with pytest.raises(analysis.AnalysisError, match="knows other classes than"):
        analysis.batch_gradient_norms(classifier("resnet20"), data.load("digits"), 16, 0)


def test_norm_agrees_with_finite_differences():
    one = classifier("plain20", activation="tanh", channels=1, **SHALLOW)
    one.network.double()
    images, labels = (tensor[:6] for tensor in batch(6, channels=1))
    images = images.double()
    network = copy.deepcopy(one.network).train()
    weight = network.conv1.weight.detach().clone()

    def loss() -> float:
        with torch.no_grad():
            scores = functional_call(network, {"conv1.weight": weight}, (images,))
            return nn.functional.cross_entropy(scores, labels).item()

    slopes = []
    flat, step = weight.view(-1), 1e-5
    for place in range(flat.numel()):
        middle = flat[place].item()
        flat[place] = middle + step
        above = loss()
        flat[place] = middle - step
        slopes.append((above - loss()) / (2 * step))
        flat[place] = middle
    norms = analysis.gradient_norms(one, images, labels).set_index("layer").gradient_norm
    assert norms["conv1"] == pytest.approx(torch.tensor(slopes).norm().item(), rel=1e-5)


@pytest.mark.parametrize(
    ("name", "shortcut"), [("resnet20", "C"), ("resnet50", "B"), ("resnet9", "B")]
)
def test_layers_come_in_the_order_of_the_forward_pass(name, shortcut):
    one = classifier(name, 32, shortcut=shortcut, classes=10)
    called = []
    for layer, module in one.network.named_modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.register_forward_hook(lambda *_, layer=layer: called.append(layer))
    frame = analysis.gradient_norms(one, *batch(2, 32))
    assert frame.layer.tolist() == called
    assert (called[0], called[-1]) == ("conv1", "fc")


def test_initial_norms_are_those_of_the_literature():
    """Orders of magnitude at depth 56, first and last convolution (why: Yang et al. 2019)."""
    images, labels = batch(32, 32)

    def ends(name, **options):
        one = classifier(name, 32, **options)
        norms = analysis.gradient_norms(one, images, labels).gradient_norm
        return norms.iloc[0], norms.iloc[-2]  # the very last row is fc

    first, last = ends("plain56")
    assert 200 < first < 6000, "without shortcuts, batch normalisation makes gradients explode"
    assert 0.05 < last < 2
    first, last = ends("resnet56")
    assert 0.5 < first < 15, "with shortcuts they stay calm"
    assert 0.05 < last < 2


def test_vanishing_gradients_are_seen_below_what_float32_can_square():
    one = classifier("plain32", norm="none", activation="sigmoid")
    norms = analysis.gradient_norms(one, *batch(4)).gradient_norm
    assert 0 < norms.iloc[0] < 1e-20 < norms.iloc[-2]


def test_batch_statistics_are_used_as_in_training():
    one = classifier("plain20")
    for module in one.network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.fill_(7)
            module.running_var.fill_(1e4)
    fresh = classifier("plain20")
    images, labels = batch(8)
    shifted = analysis.gradient_norms(one, images, labels)
    assert shifted.equals(analysis.gradient_norms(fresh, images, labels))


def test_dropout_does_not_make_norms_random():
    one = classifier("resnet20", dropout=0.5)
    images, labels = batch(4)
    first = analysis.gradient_norms(one, images, labels)
    assert first.equals(analysis.gradient_norms(one, images, labels))


@pytest.mark.parametrize(
    ("images", "labels", "sentence"),
    [
        (
            torch.zeros(2, 3, 8, 8),
            torch.tensor([0, 10]),
            "Label 10 is not one of the classes 0 to 9",
        ),
        (torch.zeros(2, 3, 8, 8), torch.tensor([-1, 0]), "Label -1 is not one"),
        (torch.zeros(0, 3, 8, 8), torch.zeros(0, dtype=torch.int64), "at least one image"),
        (torch.zeros(3, 8, 8), torch.tensor([0, 0, 0]), "in a batch of shape"),
        (torch.zeros(2, 1, 8, 8), torch.tensor([0, 0]), "in a batch of shape"),
        (torch.zeros(2, 3, 8, 8), torch.tensor([0]), "one class index for each"),
        (torch.zeros(2, 3, 8, 8), torch.tensor([0.0, 1.0]), "one class index for each"),
        (torch.zeros(2, 3, 8, 8, dtype=torch.uint8), torch.tensor([0, 1]), "Normalise the pixels"),
        (
            torch.full((2, 3, 8, 8), torch.nan),
            torch.tensor([0, 1]),
            "image holds values that are not",
        ),
        (torch.zeros(1, 3, 2, 2), torch.tensor([0]), "at least two images"),
    ],
)
def test_a_batch_that_makes_no_sense_is_refused_with_a_sentence(images, labels, sentence):
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.gradient_norms(classifier("resnet20"), images, labels)


def test_overflowing_scores_are_refused_with_a_sentence():
    one = classifier("resnet20", norm="none")
    with torch.no_grad():
        one.network.fc.weight.fill_(1e38)
    with pytest.raises(analysis.AnalysisError, match="not finite numbers"):
        analysis.gradient_norms(one, *batch(4))
