"""What tensors do not tell, and is told at an import: the original's answers only when it is."""

import pytest
import torch

from resnet_viz import models
from resnet_viz.models import CheckpointError
from tests.unit.checkpoints_support import cifar_state, classifier
from tests.unit.opened_support import opened
from tests.unit.originals_support import Original, begun

__all__ = ["opened"]

BOTH, BEHIND = "zeros on both sides of the channels", "zeros behind the channels only"


def answers(network):
    torch.manual_seed(1)
    with torch.no_grad():
        return network(torch.randn(2, 3, 16, 16))


@pytest.mark.parametrize("widths", [(8, 16, 24), (8, 11, 16)])
@pytest.mark.parametrize(("where", "before"), [("both", 0.5), ("behind", 0.0)])
def test_zeros_stand_where_they_are_said_to(opened, tmp_path, where, before, widths):
    original = begun(Original(projects="A", widths=widths, zeros_before=before))
    usual, said = opened(original.state_dict()), opened(original.state_dict(), zero_padding=where)
    torch.testing.assert_close(answers(said.network), answers(original))
    assert torch.allclose(answers(usual.network), answers(original), atol=1e-4) == (where == "both")
    assert BOTH in usual.card["assumed"]
    assert not {BOTH, BEHIND} & set(said.card["assumed"])
    said.save(tmp_path / "kept.safetensors")
    assert torch.equal(
        answers(models.load(tmp_path / "kept.safetensors").network), answers(said.network)
    )
    assert (said.digest == usual.digest) == (where == "both")


def test_a_network_that_pads_nothing_is_not_told_where():
    for name, options in (("resnet20", {"shortcut": "B"}), ("plain20", {}), ("resnet18", {})):
        with pytest.raises(models.ArchitectureError, match="zero_padding needs shortcuts that pad"):
            models.build(name, zero_padding="behind", **options)
        assert not models.ARCHITECTURES[name].with_options(**options).pads
    assert models.ARCHITECTURES["resnet20"].pads
    assert not models.ARCHITECTURES["resnet9"].pads  # its transitions change the shapes


def test_the_zeros_go_with_the_shortcuts_that_have_them():
    behind = models.ARCHITECTURES["resnet20"].with_options(zero_padding="behind")
    assert behind.with_shortcut("B").options == {"shortcut": "B"}
    assert behind.with_shortcut("A") == behind
    assert behind.title == "ResNet-20"


def test_the_place_of_zeros_is_not_assumed_of_a_network_that_projects(opened):
    found = opened(begun(Original(projects="B")).state_dict())
    assert not {BOTH, BEHIND} & set(found.card["assumed"])
    with pytest.raises(CheckpointError, match="zero_padding needs shortcuts that pad"):
        opened(begun(Original(projects="B")).state_dict(), zero_padding="behind")


def test_blue_first_is_turned_round_for_pictures_of_red_first(opened):
    original = begun(Original())
    state = original.state_dict() | {"std": torch.tensor([0.1, 0.2, 0.4])}
    found = opened(state, channel_order="bgr", mean=(0.1, 0.2, 0.3))
    torch.manual_seed(1)
    images = torch.randn(2, 3, 16, 16)
    with torch.no_grad():
        torch.testing.assert_close(found.network(images), original(images.flip(1)))
    # What is told is of red, green and blue; what the file holds is in the order of its channels.
    assert found.mean == (0.1, 0.2, 0.3)
    assert found.std == pytest.approx((0.4, 0.2, 0.1))
    assert "the first layer's channels turned round" in found.card["folded"]
    assert "red as the first channel" not in found.card["assumed"]
    assert "red as the first channel" in opened(original.state_dict()).card["assumed"]


def test_grey_pictures_have_no_order_of_colours(tmp_path):
    torch.save(cifar_state(channels=1), tmp_path / "grey.pth")
    assert (
        "red as the first channel"
        not in models.import_weights(tmp_path / "grey.pth").card["assumed"]
    )
    with pytest.raises(CheckpointError, match="grey pictures, whose one channel has no order"):
        models.import_weights(tmp_path / "grey.pth", channel_order="bgr")


@pytest.mark.parametrize("what", [{"zero_padding": "left"}, {"channel_order": "gbr"}])
def test_what_nobody_can_mean_is_refused(opened, what):
    with pytest.raises(CheckpointError, match=f"{next(iter(what))}"):
        opened(classifier().network.state_dict(), **what)
