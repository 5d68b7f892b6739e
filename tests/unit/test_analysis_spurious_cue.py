"""A spurious cue: what networks answer where the tag is and is not, and whose maps are scored."""

import numpy as np
import pytest
import torch
from torch import nn

from resnet_viz import analysis, models
from resnet_viz.analysis.experiments import spurious_cue
from resnet_viz.analysis.experiments.spurious_cue import AS_TRAINED, NOWHERE, OTHER, PLACES, WRONG
from resnet_viz.data import shapes

NUMBER = 16


@pytest.fixture(scope="module")
def pictures() -> shapes.Drawn:
    return shapes.draw(NUMBER, 3)


@pytest.fixture(scope="module")
def classifier() -> models.Classifier:
    network = models.build("resnet20", classes=4, blocks=(1, 1, 1), seed=0)
    return models.Classifier(
        network=network,
        classes=shapes.CLASSES,
        input_size=shapes.SIDE,
        mean=(0.0,) * 3,
        std=(1.0,) * 3,
    )


class SeesTheTag(nn.Module):
    """Answers with the tagged class wherever there is a tag, else with the square."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.conv1, self.architecture = network.conv1, network.architecture

    def forward(self, pixels):
        red, green, blue = pixels.unbind(1)
        tag = ((red > 0.99) & (green < 0.01) & (blue > 0.99)).flatten(1).sum(1) >= 16
        logits = torch.zeros(len(pixels), len(shapes.CLASSES))
        logits[:, shapes.CLASSES.index(OTHER)] = 1.0
        logits[tag, shapes.CLASSES.index(shapes.TAGGED)] = 2.0
        return logits


def test_a_network_that_knows_the_tag_alone_is_found_out(classifier, pictures):
    blind = models.Classifier(
        network=SeesTheTag(classifier.network),
        classes=shapes.CLASSES,
        input_size=shapes.SIDE,
        mean=(0.0,) * 3,
        std=(1.0,) * 3,
    )
    found = spurious_cue.answers(blind, pictures).set_index(["tag", "class"])
    each = NUMBER // 4
    assert (found["images"] == each).all()
    right = found["right"].unstack()
    assert right.loc[AS_TRAINED, [shapes.TAGGED, OTHER]].tolist() == [each, each]
    assert right.loc[NOWHERE, [shapes.TAGGED, OTHER]].tolist() == [0, each]
    assert right.loc[WRONG, [shapes.TAGGED, OTHER]].tolist() == [0, 0]
    assert found["as_tagged"].unstack().loc[WRONG, OTHER] == each


def test_answers_are_those_of_the_network_to_the_pictures_as_they_are_drawn(classifier, pictures):
    found = spurious_cue.answers(classifier, pictures)
    assert list(found["tag"].unique()) == list(PLACES)
    for place, name in PLACES.items():
        images = torch.from_numpy(pictures.tagged(name)).permute(0, 3, 1, 2).float() / 255
        with torch.no_grad():
            said = classifier.network(images).argmax(1).numpy()
        rows = found[found["tag"] == place]
        assert rows["right"].sum() == (said == pictures.labels).sum()
        assert rows["as_tagged"].sum() == (said == shapes.CLASSES.index(shapes.TAGGED)).sum()


def test_the_scored_pictures_are_of_the_tagged_class_and_have_the_tag(pictures):
    chosen = spurious_cue.tagged_pictures(pictures, 3)
    assert chosen.images.shape == (3, 32, 32, 3)
    assert set(chosen.labels) == {shapes.CLASSES.index(shapes.TAGGED)}
    assert (chosen.images[chosen.tags] == shapes.TAG_COLOUR).all()
    places = np.flatnonzero(pictures.of(shapes.TAGGED))[:3]
    assert np.array_equal(chosen.masks, pictures.masks[places])


def test_maps_are_those_of_the_true_class_and_their_progress_is_told(classifier, pictures):
    chosen, told = spurious_cue.tagged_pictures(pictures, 2), []
    found = spurious_cue.maps(classifier, chosen, told.append)
    assert told == [0.5, 1.0]
    pixels = torch.from_numpy(chosen.images[1]).permute(2, 0, 1).float() / 255
    wanted = analysis.attribute(classifier, pixels, target=int(chosen.labels[1])).heatmap
    assert found.shape == (2, 32, 32)
    assert found[1] == pytest.approx(wanted.numpy(), abs=1e-5)

    def stop(share):
        raise InterruptedError

    with pytest.raises(InterruptedError):
        spurious_cue.maps(classifier, chosen, stop)


def test_maps_are_scored_by_the_shape_and_by_the_tag(pictures):
    chosen = spurious_cue.tagged_pictures(pictures, 3)
    for mask, in_shape, in_tag in ((chosen.masks, 1, 0), (chosen.tags, 0, 1)):
        found = spurious_cue.located(mask.astype(float), chosen)
        assert (found["in_shape"] == in_shape).all()
        assert (found["in_tag"] == in_tag).all()
    assert (spurious_cue.located(chosen.masks.astype(float), chosen)["overlap"] == 1).all()
    controls = spurious_cue.controls(chosen)
    assert list(controls) == [spurious_cue.RANDOM, spurious_cue.CENTRE, spurious_cue.EDGES]
    assert all(found.shape == chosen.masks.shape for found in controls.values())
