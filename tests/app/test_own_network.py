"""A network of one's own is built as asked, travels in a link, and else gets a sentence."""

import dataclasses
from dataclasses import dataclass
from urllib.parse import parse_qsl

import pytest

from resnet_viz import models
from resnet_viz.models.architecture import ARCHITECTURES, Architecture
from resnet_viz.models.blocks import BLOCKS
from resnet_viz.models.errors import ArchitectureError
from resnet_viz.models.option_kinds import EachStage, Number, OneOf, Whole, YesNo
from resnet_viz.models.options import OPTIONS, Option
from resnet_viz.ui.inputs import own_network
from tests.app.architecture_support import SVG, drawing, marked, name
from tests.app.support import open_page, seen, texts, values

CUSTOM = {
    "show": "your own",
    "base": "resnet18",
    "blocks_resnet18": "1, 2, 1",
    "widths_resnet18": "32, 64, 128",
    "activation_resnet18": "gelu",
}


def test_a_network_of_ones_own_is_drawn_counted_and_kept_in_the_link():
    app = open_page("architecture", **CUSTOM)
    assert not app.warning
    network = models.build("resnet18", blocks=(1, 2, 1), widths=(32, 64, 128), activation="gelu")
    count = sum(p.numel() for p in network.parameters())
    assert name(app) == f"{network.architecture.title} and ResNet-18"
    assert f"{count:,} parameters" in texts(app)
    app.selectbox(key="norm_resnet18").set_value("none")
    seen(app.run(), "architecture")
    linked = open_page("architecture", **CUSTOM, norm_resnet18="none")
    assert texts(linked) == texts(app)
    assert f"{count:,} parameters" not in texts(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({"widths_resnet18": "8, 8"}, "but blocks has 4 and widths has 2."),
        ({"blocks_resnet18": "150, 150, 1, 1"}, "at most 200 blocks"),
        ({"blocks_resnet18": "0, 0, 0, 0"}, "At least one stage needs a block."),
        (
            {"shortcut_resnet18": "A", "widths_resnet18": "64, 32, 16, 8"},
            "Option A pads with zeros and cannot take channels away",
        ),
        ({"block_resnet18": "bottleneck", "groups_resnet18": "4096"}, "Such a network has more"),
    ],
)
def test_a_network_that_makes_no_sense_is_a_sentence(link, sentence):
    app = open_page("architecture", show="your own", base="resnet18", **link)
    [error] = values(app.error)
    assert sentence in error


def test_what_is_typed_and_is_no_list_of_numbers_is_a_sentence():
    app = open_page("architecture", show="your own", base="resnet18")
    app.text_input(key="blocks_resnet18").set_value("many, very many").run()
    [error] = values(app.error)
    assert error.startswith("The blocks are whole numbers from 0 to 1,000 with commas")
    app = open_page("architecture", show="your own", base="resnet18")
    app.text_input(key="widths_resnet18").set_value("64, -4").run()
    [error] = values(app.error)
    assert error.startswith("The widths are whole numbers from 1 to 4,096 with commas")
    assert error.endswith("such as “64, 128, 256, 512”.")


def test_ones_own_network_and_its_row_are_told_apart():
    app = open_page("architecture", show="your own", base="resnet20", norm_resnet20="group")
    assert name(app) == "ResNet-20 and ResNet-20"
    assert "normalisation group" in [text.text for text in drawing(app).iter(f"{SVG}text")]
    assert name(open_page("architecture", show="your own", base="resnet20")) == "ResNet-20"


@pytest.mark.parametrize(
    "options", [{"shortcut_scale": 0.5}, {"shortcut_dropout": 0.3}, {"branch_scale": 0.1}, {}]
)
def test_every_residual_network_has_a_plain_twin(options):
    residual = models.ARCHITECTURES["resnet20"].with_options(**options)
    assert own_network.twin(residual) == models.ARCHITECTURES["resnet20"].with_options(
        shortcut="none"
    )


def test_nonsense_about_a_network_of_ones_own_gives_its_rows_values():
    app = open_page("architecture", **CUSTOM | {"blocks_resnet18": "2; 2", "base": "resnet18"})
    assert app.text_input(key="blocks_resnet18").value == "2, 2, 2, 2"
    assert "which is not here" in values(app.warning)[0]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"blocks": (1, 2), "widths": (16, 32), "activation": "silu", "stem": "imagenet"},
        {"shortcut": "none", "norm": "none", "stem_width": 8},
        {"block": "bottleneck", "groups": 4, "width_per_group": 16},
    ],
)
def test_a_network_survives_the_way_through_a_line_of_text(options):
    architecture = ARCHITECTURES["resnet20"].with_options(**options)
    assert own_network.read(own_network.written(architecture)) == architecture


@pytest.mark.parametrize(
    "text",
    [
        "",
        "resnet57",
        "resnet20 blocks",
        "resnet20 blocks=a",
        "resnet20 colour=red",
        "resnet20 stem=8",
        "resnet20 groups=-1",
        "resnet20 classes=7",
        "resnet20 blocks=300,1,1",
        "resnet20 stem_width=1e9",
    ],
)
def test_a_line_that_is_no_network_is_refused_with_a_sentence(text):
    assert not own_network.readable(text)
    with pytest.raises(ArchitectureError):
        own_network.read(text)


def test_it_is_trained_from_the_page_against_its_twin(store, sleepers):
    app = open_page("architecture", **CUSTOM)
    [link] = [link.proto for link in app.page_link if "Train it" in link.label]
    assert link.page == "training"
    app = open_page("training", **dict(parse_qsl(link.query_string)))
    assert not app.warning
    assert not app.error
    assert "the two differ by the shortcuts alone" in texts(app)
    app = seen(app.button(key="train_now").click().run(), "training")
    assert "ResNet-10 custom · gelu · blocks 1-2-1 · widths 32-64-128" in texts(app)
    first, second = store.runs()
    form = {"blocks": (1, 2, 1), "widths": (32, 64, 128), "activation": "gelu"}
    options = [dict(run.config.options) for run in (first, second)]
    assert form in options
    assert form | {"shortcut": "none"} in options


def test_a_link_to_the_form_carries_a_network_of_ones_own(store, sleepers):
    line = "resnet20 blocks=1,1,1 norm=group"
    app = open_page("training", network="your own", against="none: train one alone", own=line)
    assert not app.warning
    app.button(key="train_now").click().run()
    [run] = store.runs()
    assert dict(run.config.options) == {"blocks": (1, 1, 1), "norm": "group"}
    app = open_page("training", network="your own", own="resnet20 blocks=many")
    assert app.text_input(key="own").value == "resnet20"
    assert "which is not here" in values(app.warning)[0]


def test_every_number_says_how_large_it_may_be():
    app = open_page("architecture", show="your own", base="resnet50")
    labels = [number.label for number in app.number_input]
    assert len(labels) == 4
    assert all(label.endswith("(1–4,096)") for label in labels)


def test_a_network_of_another_form_is_not_marked_as_the_one_it_was_made_from():
    assert marked(open_page("architecture", show="your own")) == {"ResNet-18": "●"}
    custom = open_page("architecture", show="your own", blocks_resnet18="3, 1, 1, 1")
    assert marked(custom) == {"ResNet-18": "◆"}


@dataclass(frozen=True, kw_only=True)
class Longer(Architecture):
    """An architecture with a field more of each kind that a form can ask for."""

    tail: int = 2
    weight: float = 0.5
    soft: bool = False
    fur: str = "short"
    knots: tuple[int, ...] = (1, 2)


NEW = {
    "tail": Whole(0, 9),
    "weight": Number(1),
    "soft": YesNo(),
    "fur": OneOf({"short": object(), "long": object()}),
    "knots": EachStage(0, 9, (1, 2)),
}


def test_a_row_puts_an_option_into_the_form_and_another_one_a_kind_of_block(monkeypatch):
    monkeypatch.setitem(BLOCKS, "twin", dataclasses.replace(BLOCKS["basic"], name="twin"))
    for place, (option, kind) in enumerate(NEW.items(), start=20):
        words = {"label": f"{option} {{}}", "sentence": f"Its {option}.", "part": option}
        row = Option(name=option, title=f"Its {option}", kind=kind, form=place, **words)
        monkeypatch.setitem(OPTIONS, option, row)
        # Networks that were made before have it as usual.
        monkeypatch.setattr(Architecture, option, Longer.usual(option), raising=False)
    monkeypatch.setitem(ARCHITECTURES, "resnet20", Longer(**vars(ARCHITECTURES["resnet20"])))
    link = {"tail_resnet20": "7", "soft_resnet20": "yes", "block_resnet20": "twin"}
    app = open_page("architecture", show="your own", base="resnet20", **link)
    assert not app.error
    assert not app.warning
    assert app.number_input(key="tail_resnet20").label == "Its tail (0–9)"
    assert app.number_input(key="weight_resnet20").value == 0.5
    assert app.selectbox(key="fur_resnet20").options == ["short", "long"]
    assert app.text_input(key="knots_resnet20").value == "1, 2"
    [built] = [link.proto for link in app.page_link if "Train it" in link.label]
    written = dict(parse_qsl(built.query_string))["own"]
    assert written == "resnet20 block=twin tail=7 soft=true"
    assert own_network.read(written) == ARCHITECTURES["resnet20"].with_options(
        block="twin", tail=7, soft=True
    )
