"""One fact, one place: a row is all that a new option, block, activation or layout needs."""

import dataclasses
import re
import subprocess
import sys
from dataclasses import dataclass

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from resnet_viz import models
from resnet_viz.cli import parsing
from resnet_viz.models import foreign, layouts
from resnet_viz.models.architecture import ARCHITECTURES, Architecture, named
from resnet_viz.models.blocks import BLOCKS, BlockKind, Convolution
from resnet_viz.models.choices import ACTIVATIONS, NORMS, SHORTCUTS, STEMS, TRANSITIONS, Activation
from resnet_viz.models.layouts import LAYOUTS, Layout
from resnet_viz.models.option_kinds import EachStage, Number, OneOf, Whole, YesNo
from resnet_viz.models.options import OPTIONS, Option
from resnet_viz.reporting import architecture, run_labels
from resnet_viz.training.config import ConfigError, RunConfig
from resnet_viz.training.errors import DataGone
from resnet_viz.training.start import check_trunk
from resnet_viz.ui.inputs import own_network, run_form
from resnet_viz.ui.topics import families

SMALL = {"blocks": (1, 1), "widths": (8, 16), "stem_width": 8}


def test_every_field_of_an_architecture_has_its_row_and_no_row_is_idle():
    fields = {field.name for field in dataclasses.fields(Architecture)}
    assert fields - {"name"} == OPTIONS.keys()
    assert all(row.name == name for name, row in OPTIONS.items())


@pytest.mark.parametrize("table", [ACTIVATIONS, NORMS, SHORTCUTS, STEMS, TRANSITIONS, BLOCKS])
def test_every_value_has_its_words(table):
    for name, row in table.items():
        assert (row.name, bool(row.title)) == (name, True)
    assert len({row.title for row in table.values()}) == len(table)


@pytest.mark.parametrize("option", OPTIONS.values(), ids=OPTIONS)
def test_every_option_has_its_words_and_reads_what_it_writes(option):
    assert option.title
    assert option.sentence.endswith(".")
    assert option.labelled((1, 2) if isinstance(option.kind, EachStage) else 7)
    for row in ARCHITECTURES.values():
        value = getattr(row, option.name)
        assert option.kind.checked(option.name, value) == value
        assert option.kind.read(option.kind.write(value)) == value
    # Two networks that a person may choose differ in words; the data decide about the rest.
    assert bool(option.part) == (not option.of_data and option.name != "input_size")


def test_places_in_the_form_are_taken_once():
    places = [row.form for row in OPTIONS.values() if row.form is not None]
    assert len(places) == len(set(places))
    kept_out = {"shortcut_scale", "branch_scale", "shortcut_dropout"}
    assert not kept_out & {row.name for row in OPTIONS.values() if row.form is not None}


@pytest.mark.parametrize("name", [row.name for row in OPTIONS.values() if row.random])
def test_an_option_that_is_called_random_makes_training_random_and_evaluation_not(name):
    network = models.build("resnet20", seed=0, **SMALL, **{name: 0.5})
    usual = models.build("resnet20", seed=0, **SMALL)
    images = torch.randn(2, 3, 8, 8)
    with torch.no_grad():
        assert torch.equal(network.eval()(images), usual.eval()(images))
        for each in (network, usual):
            each.train()  # now a batch's own statistics count
        assert not torch.equal(network(images), network(images))
        assert torch.equal(usual(images), usual(images))


def test_no_other_option_is_random():
    drawing = (torch.nn.Dropout, torch.nn.Dropout2d, torch.nn.AlphaDropout)
    with torch.device("meta"):
        for option, value in (("zero_init", True), ("shortcut_scale", 0.5), ("branch_scale", 0.5)):
            network = models.build("resnet20", **SMALL, **{option: value})
            assert not any(isinstance(m, drawing) and m.p for m in network.modules())


@dataclass(frozen=True, kw_only=True)
class Longer(Architecture):
    """An architecture with a field more."""

    tail: int = 0


TAIL = Option(
    name="tail",
    title="Length of the tail",
    kind=Whole(0, 9),
    label="tail {} long",
    sentence="How long its tail is.",
    part="the tail",
    form=11,
    custom=True,
)


@pytest.fixture
def tail(monkeypatch):
    """A new option, as a field and a row."""
    monkeypatch.setitem(OPTIONS, "tail", TAIL)
    for name, row in ARCHITECTURES.items():
        monkeypatch.setitem(ARCHITECTURES, name, Longer(**vars(row)))


def test_a_field_and_a_row_are_all_that_a_new_option_needs(tail):
    network = named("resnet20", {"tail": 3})
    assert network.options == {"tail": 3}
    assert network.title == "ResNet-20 custom"
    with pytest.raises(models.ArchitectureError, match="tail is a whole number from 0 to 9"):
        named("resnet20", {"tail": 10})
    assert own_network.read(own_network.written(network)) == network
    assert run_labels.titled(network, network.options) == "ResNet-20 custom · tail 3 long"
    assert parsing.option("tail=3") == ("tail", 3)
    runs = [RunConfig.from_recipe("resnet20", options=options) for options in ({}, {"tail": 3})]
    assert "differ by the tail alone" in run_form.difference(*runs)
    with pytest.raises(ConfigError, match="tail is"):
        RunConfig.from_recipe("resnet20", options={"tail": -1})


@pytest.mark.parametrize("trunk", [True, False])
def test_a_row_says_whether_networks_that_differ_in_it_share_a_trunk(tail, monkeypatch, trunk):
    monkeypatch.setitem(OPTIONS, "tail", dataclasses.replace(TAIL, trunk=trunk, custom=False))
    networks = [named("resnet20", {"tail": number}) for number in (1, 2)]
    if trunk:
        with pytest.raises(DataGone, match="has tail 1, but the run's has tail 2"):
            check_trunk(*networks)
    else:
        check_trunk(*networks)


@pytest.mark.parametrize("need", ["shortcut", "groups"])
def test_a_row_says_what_its_option_needs(tail, monkeypatch, need):
    monkeypatch.setitem(OPTIONS, "tail", dataclasses.replace(TAIL, needs=need))
    with pytest.raises(models.ArchitectureError, match=r"tail needs (a shortcut|the bottleneck)"):
        named("plain20", {"tail": 1})
    assert named("plain20", {"tail": 0}).options == {}
    assert named("resnet50", {"tail": 1}).options == {"tail": 1}


KINDS = {
    "choice": (OneOf({"short": object(), "long": object()}), "long"),
    "whole": (Whole(0, 9), 3),
    "number": (Number(1, below=True), 0.25),
    "yes or no": (YesNo(), True),
    "each stage": (EachStage(0, 9, (1, 2)), (1, 2, 3)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_option_reads_what_it_writes_and_refuses_nonsense(kind):
    kind, value = KINDS[kind]
    assert kind.read(kind.write(value)) == value
    assert kind.checked("tail", value) == value
    for nonsense in ("a cow", None, -1, float("nan"), [[1]], {"a": 1}):
        with pytest.raises(models.ArchitectureError, match="tail"):
            kind.checked("tail", nonsense)
    with pytest.raises(models.ArchitectureError, match="tail"):
        kind.checked("tail", kind.read("a cow"))


def wide(at):
    """A kind of block that widens in the middle, threefold, and ends twice as wide."""
    return (
        Convolution(at.channels, at.width, 1),
        Convolution(at.width, 3 * at.width, 5, at.stride),
        Convolution(3 * at.width, 3 * at.width, 3),
        Convolution(3 * at.width, 2 * at.width, 1),
    )


@pytest.fixture
def wide_block(monkeypatch):
    kind = BlockKind(name="wide", title="a wide one", convolutions=wide, sentence="It is wide.")
    monkeypatch.setitem(BLOCKS, "wide", kind)


def test_a_row_is_all_that_a_new_kind_of_block_needs(wide_block, tmp_path):
    network = models.build("resnet20", seed=0, block="wide", shortcut="B", **SMALL).eval()
    a = network.architecture
    assert (a.depth, a.kind.expansion) == (2 + 4 * 2, 2)
    assert a.parameters == sum(p.numel() for p in network.parameters())
    with FlopCounterMode(display=False) as counter:
        assert network(torch.zeros(1, 3, 15, 15)).shape == (1, 10)
    assert 2 * a.multiply_adds(15) == counter.get_total_flops()
    assert [name for name, _ in network.layer1[0].named_children() if name[:4] == "conv"] == [
        f"conv{number}" for number in range(1, 5)
    ]
    assert own_network.read(own_network.written(a)) == a
    classifier = models.Classifier(
        network=network, classes=tuple("abcdefghij"), input_size=15, mean=(0.5,) * 3, std=(1.0,) * 3
    )
    classifier.save(tmp_path / "wide.safetensors")
    assert models.load(tmp_path / "wide.safetensors").digest == classifier.digest


def test_what_is_to_be_known_of_a_block_stands_on_its_row(wide_block):
    from resnet_viz import analysis

    parts = analysis.outline(named("resnet20", {"block": "wide", "shortcut": "B", **SMALL}), 15)
    assert architecture.finding({"it": parts}).endswith(" It is wide.")


def test_a_row_is_all_that_a_new_activation_needs(monkeypatch):
    row = Activation(name="elu", title="ELU", formula=r"\mathrm{ELU}", make=torch.nn.ELU)
    monkeypatch.setitem(ACTIVATIONS, "elu", row)
    with torch.device("meta"):
        network = models.build("resnet20", activation="elu", **SMALL)
    assert sum(isinstance(module, torch.nn.ELU) for module in network.modules()) == 5
    assert run_labels.titled(network.architecture, {"activation": "elu"}).endswith("· elu")


def test_a_network_is_marked_as_the_tables_where_only_the_data_changed_it():
    shown = [named("resnet20", {"classes": 7}), named("resnet32", {"activation": "gelu"})]
    assert dict(families.marked(shown).set_index("network")["here"])["ResNet-20"]
    assert not dict(families.marked(shown).set_index("network")["here"])["ResNet-32"]


def test_a_row_is_all_that_a_new_layout_needs(tmp_path, monkeypatch):
    state = models.build("resnet20", seed=5).state_dict()
    file = tmp_path / "weights.pth"
    flat = {re.sub(r"^(layer\d)\.(\d)\.", r"\1_\2_", name): name for name in state}  # no modules
    torch.save({f"model.{new.replace('conv', 'falt')}": state[flat[new]] for new in flat}, file)
    assert foreign.fitting(file) == []
    layout = Layout(
        name="german",
        title="another language",
        recognise=lambda shapes: any("falt" in name for name in shapes),
        rename=lambda shapes: {
            name: flat.get(name.replace("falt", "conv"), name) for name in shapes
        },
        first_layer="falt1.weight",
    )
    monkeypatch.setitem(LAYOUTS, "german", layout)
    imported = models.import_weights(file, architecture="resnet20").network.state_dict()
    assert all(torch.equal(imported[name], value) for name, value in state.items())
    assert "resnet20" in foreign.fitting(file)


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_recognises_its_own_names_and_leaves_torchvisions_alone(name):
    layout, state = LAYOUTS[name], models.build("resnet20", shortcut="B").state_dict()
    shapes = {layer: tuple(tensor.shape) for layer, tensor in state.items()}
    assert layout.name == name
    assert layout.title
    assert not layout.recognise(shapes)
    assert not layout.recognise({})
    assert layouts.read_names(shapes) == ({layer: layer for layer in shapes}, [])


def test_tables_are_read_without_pytorch():
    code = (
        "import sys\n"
        "from resnet_viz.models import architecture, blocks, choices, layouts, options\n"
        "import resnet_viz.class_names\n"
        "assert architecture.ARCHITECTURES['resnet50'].multiply_adds(224) > 4e9\n"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
