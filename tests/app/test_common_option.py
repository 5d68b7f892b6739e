"""An option that is offered wherever a network is chosen needs its row and nothing else."""

import dataclasses
from dataclasses import dataclass

import pytest

from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.option_kinds import OneOf
from resnet_viz.models.options import OPTIONS, Option
from resnet_viz.ui.networks.catalogue import FRESH
from resnet_viz.ui.shell import keys
from tests.app.support import open_page, texts


@dataclass(frozen=True, kw_only=True)
class Furry(Architecture):
    """An architecture with a field more."""

    fur: str = "short"


@pytest.fixture(autouse=True)
def fur(monkeypatch):
    """A new option, as a field and a row."""
    row = Option(
        name="fur",
        title="Its fur",
        kind=OneOf({"short": object(), "long": object()}),
        label="{} fur",
        sentence="How long its fur is.",
        part="the fur",
        form=11,
        common=True,
    )
    monkeypatch.setitem(OPTIONS, "fur", row)
    monkeypatch.setattr(Architecture, "fur", "short", raising=False)  # of networks from before
    for name, architecture in ARCHITECTURES.items():
        monkeypatch.setitem(ARCHITECTURES, name, Furry(**vars(architecture)))
    keys.owners.cache_clear()
    yield
    keys.owners.cache_clear()


def test_the_form_of_a_run_offers_it(home):
    app = open_page("training", network="resnet20", against="resnet32", run_fur="long")
    assert app.selectbox(key="run_fur").value == "long"
    assert not app.error


def test_a_side_of_the_pair_with_random_weights_offers_it(home):
    link = {"left": FRESH, "left_net": "resnet20", "left_fur": "long"}
    app = open_page("gradients", **link)
    assert app.selectbox(key="left_fur").value == "long"
    assert "ResNet-20 · long fur" in texts(app)


def test_the_fresh_networks_of_gradients_have_it(home):
    app = open_page("gradients", gradients="fresh networks", depth="20", fur="long")
    assert app.selectbox(key="fur").options == ["short", "long"]
    said = texts(app)
    assert "plain-20 · long fur" in said
    assert "ResNet-20 · long fur" in said


def test_a_network_of_ones_own_has_it_once(home):
    app = open_page("architecture", show="your own", base="resnet20", fur_resnet20="long")
    assert app.selectbox(key="fur_resnet20").value == "long"
    assert keys.owners("fur_resnet20") == ("architecture",)
    assert dataclasses.replace(ARCHITECTURES["resnet20"], fur="long").options == {"fur": "long"}
