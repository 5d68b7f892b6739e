"""A deeper network that does what the shallower one does, built by hand; and what chance builds."""

import pytest
import torch

from resnet_viz import analysis, data, models
from resnet_viz.analysis.experiments.insertion import error, logits
from resnet_viz.data import Split
from resnet_viz.data.feed import Feed
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from tests.unit.analysis_support import batch, classifier, same, state


@pytest.fixture(scope="module")
def digits():
    return data.load("digits")


def trained(name):
    path = shipped_checkpoint(f"{name}-digits-seed0")
    assert path is not None
    return models.load(path)


def arriving(one, digits):
    return Feed(one.mean, one.std, one.input_size)(digits.train.images[:512])


@pytest.mark.parametrize("blocks", [1, 6])
def test_in_a_residual_net_new_blocks_at_zero_leave_the_logits_bit_equal(digits, blocks):
    one = trained("resnet20")
    deeper = analysis.insert_blocks(one, blocks, "identity", arriving(one, digits), seed=blocks)
    assert deeper.architecture.depth == 20 + 6 * blocks
    assert torch.equal(logits(one, digits.test), logits(deeper, digits.test))


def test_in_a_plain_net_the_identity_built_by_hand_holds_to_rounding(digits):
    one = trained("plain20")
    deeper = analysis.insert_blocks(one, 6, "identity", arriving(one, digits))
    assert deeper.architecture.depth == 56
    before, after = logits(one, digits.test), logits(deeper, digits.test)
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-3)
    assert error(after, digits.test) == error(before, digits.test)


def test_what_was_built_by_hand_is_the_identity_for_whatever_is_not_negative(digits):
    one = trained("plain20")
    deeper = analysis.insert_blocks(one, 1, "identity", arriving(one, digits))
    block = deeper.network.blocks()["layer2.3"]
    x = torch.rand(4, 32, 4, 4)
    with torch.no_grad():
        torch.testing.assert_close(block(x), x, rtol=1e-5, atol=1e-5)
        norm = block.bn1
        # Not a normalisation that was switched off: it subtracts and divides as every other.
        assert norm.running_var.max() > 0
        assert (norm.weight / (norm.running_var + norm.eps).sqrt()).max() == pytest.approx(1)


def test_random_blocks_ruin_a_plain_net(digits):
    one = trained("plain20")
    deeper = analysis.insert_blocks(one, 6, "random", arriving(one, digits))
    assert error(logits(one, digits.test), digits.test) < 5
    assert error(logits(deeper, digits.test), digits.test) > 50


def test_random_blocks_are_normalised_by_what_arrives():
    one = classifier("plain20")
    images, _ = batch(64)
    deeper = analysis.insert_blocks(one, 2, "random", images, seed=1)
    seen = {}
    norm = deeper.network.get_submodule("layer1.3.bn2")
    norm.register_forward_hook(lambda module, given, output: seen.update(output=output))
    with torch.no_grad():
        deeper.network(images)
    assert seen["output"].mean(dim=(0, 2, 3)).abs().max() < 1e-3
    assert seen["output"].std(dim=(0, 2, 3)).mean() == pytest.approx(1, abs=0.02)
    assert norm.momentum == 0.1


@pytest.mark.parametrize("way", ["identity", "random"])
@pytest.mark.parametrize("name", ["plain20", "resnet20"])
def test_the_trained_network_is_left_as_found(name, way):
    one = classifier(name)
    before = state(one)
    analysis.insert_blocks(one, 2, way, batch(8)[0])
    assert same(before, state(one))


@pytest.mark.parametrize(
    ("name", "blocks", "way", "sentence"),
    [
        ("plain20", 0, "identity", "from 1 to 50, not 0"),
        ("plain20", 2.5, "identity", "not 2.5"),
        ("plain20", 1, "magic", "no way to insert blocks 'magic'; choose from identity, random"),
        ("resnet50", 1, "identity", "choose plain-20 or ResNet-20"),
    ],
)
def test_nonsense_gets_its_sentence(name, blocks, way, sentence):
    one = classifier(name, 32)
    with pytest.raises(analysis.AnalysisError, match=sentence):
        analysis.insert_blocks(one, blocks, way, batch(2, 32)[0])


def test_error_counts_what_is_taken_for_another_class():
    split = Split(images=torch.zeros(4, 3, 8, 8, dtype=torch.uint8), labels=torch.arange(4))
    assert error(torch.eye(4), split) == 0
    assert error(torch.eye(4)[[1, 0, 2, 3]], split) == 50
