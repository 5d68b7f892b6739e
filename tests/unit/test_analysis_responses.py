import pytest
import torch

from resnet_viz import analysis
from tests.unit.analysis_support import batch, classifier, same, state


def test_responses_are_deviations_after_each_normalisation():
    one = classifier("resnet20", shortcut="B")
    images, _ = batch(6)
    frame = analysis.layer_responses(one, images)
    assert len(frame) == 19  # the stem and two in each of nine blocks; no projections
    assert frame["layer"].iloc[[0, 1, 2]].tolist() == ["conv1", "layer1.0.conv1", "layer1.0.conv2"]
    network = one.network
    with torch.no_grad():
        stem = network.bn1(network.conv1(images))
        block = network.layer1[0]
        inner = block.bn1(block.conv1(stem.relu()))
        outer = block.bn2(block.conv2(inner.relu()))
    expected = [part.std(correction=0).item() for part in (stem, inner, outer)]
    assert frame["response"].iloc[:3].tolist() == pytest.approx(expected, rel=1e-5)


def test_the_last_of_each_branch_is_the_response_that_a_block_has():
    one = classifier("plain20")
    images, _ = batch(1)
    maps = analysis.block_maps(one, images[0])
    frame = analysis.layer_responses(one, images).set_index("layer")
    for block, walked in maps.items():
        assert frame.loc[f"{block}.conv2", "response"] == pytest.approx(walked.response, rel=1e-4)


def test_the_network_is_left_as_found():
    one = classifier("resnet20")
    before = state(one)
    analysis.layer_responses(one, batch(2)[0])
    assert same(before, state(one))


def test_a_network_without_normalisation_gets_its_sentence():
    one = classifier("plain20", norm="none")
    with pytest.raises(analysis.AnalysisError, match="has none here"):
        analysis.layer_responses(one, batch(2)[0])
