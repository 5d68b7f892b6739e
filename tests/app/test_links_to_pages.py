"""Each page shows what a link says; of nonsense it shows its defaults and says so."""

import pytest

from resnet_viz.data import DATA_SETS
from resnet_viz.ui.shell import keys
from resnet_viz.ui.shell.page_table import PAGES
from tests.app.links_support import HOSTILE, asked, control
from tests.app.support import DIGITS, LEFT, PAIRS, RIGHT, open_page, seen, texts


@pytest.mark.parametrize("said", ["resnet20", "ResNet-20"])
def test_an_option_goes_by_either_of_its_names(said):
    app = open_page("training", network=said)
    assert not app.warning
    assert app.selectbox(key="network").value == "ResNet-20"
    assert seen(app.run(), "training").query_params["network"] == "ResNet-20"


@pytest.mark.parametrize(
    ("page", "key", "said", "shown"),
    [("shortcuts", "shortcut_scale", "0.7", 0.7), ("training", "run_activation", "gelu", "gelu")],
)
def test_a_link_of_before_is_understood_and_written_anew(page, key, said, shown):
    app = open_page(page, **{keys.FORMERLY[key]: said})
    assert not app.warning
    assert control(app, key).value == shown
    seen(app.run(), page)
    assert control(app, key).value == shown
    assert app.query_params[key] == said
    assert keys.FORMERLY[key] not in app.query_params


# Page -> what a link says of all of its keys at once, and what is shown instead.
ODD = {
    "overview": {},
    "architecture": {
        "show": ("a cow", "the pair"),
        "part": ("layer9.9", "layer2.0"),
        "size_8": ("0", 8),
        "unfold": ("perhaps", False),
        "layers": ("ResNet-57", "plain-56"),
    },
    "training": {
        "recipe": ("grandmother's", "quick"),
        "network": ("resnet57", "plain-56"),
        "against": (HOSTILE, "ResNet-56"),
        "data": ("my folder", "digits"),
        "epochs_quick": ("2.5", 15),
        "batch_quick": ("a few", 64),
        "rate_quick": ("inf", 0.1),
        "decay_quick": ("-1", 1e-4),
        "seed": ("inf", 0),
        "device": (HOSTILE, "auto"),
        "precision": ("exact", "auto"),
        "run_activation": ("electric", "as usual"),
        "run_norm": ("", "as usual"),
        "run_shortcut": ("none", "as usual"),
    },
    "study": {"study": ("ImageNet", "CIFAR-10, JPEG copy")},
    "error_against_depth": {"grid": ("ImageNet", "Depth on the digits (recorded)")},
    "transfer": {
        "networks": ("ResNet-19", ["ResNet-18"]),
        "six_data": ("my folder", f"CIFAR-10 ({DATA_SETS['cifar10'].download_size} to download)"),
        "six_epochs": ("0", 5),
        "six_dropout": ("1", 0.2),
        "six_device": ("", "auto"),
        "own_data": ("my folder", "a folder"),
        "own_seed": ("inf", 0),
    },
    "curves": {
        "metric": ("abc", "error"),
        "x": ("years", "epoch"),
        "runs": ("nobody's", [LEFT, RIGHT]),
        "smoothing": ("7", 0.0),
        "band": ("perhaps", True),
        "front": ("nobody", "none"),
        "find": ("x" * 201, ""),
    },
    "gradients": {
        "gradients": ("imagined", "recorded"),
        "quantity": ("mass", "‖∂L/∂W‖₂"),
        "moment": ("15", "0.00"),
    },
    "feature_maps": {
        "image": ("telepathy", "data set"),
        "sample": ("99999", 0),
        "channel": ("9" * 22, "automatic"),
        "block": ("layer9.9", "layer1.0"),
        "scale": ("0.7", "shared"),
        "left_layer": ("nowhere", "conv1"),
    },
    "classes": {
        "test_data": ("unicorn", "each network's own"),
        "true": ("unicorn", "4"),
        "predicted": ("unicorn", "6"),
    },
    "attribution": {
        "method": ("guessing", "Grad-CAM"),
        "target": ("unicorn", "one for both"),
        "layer": ("layer0", "automatic"),
        "opacity": ("101", 60),
        "compare": ("all with all", "one method, many pictures"),
        "rather_than": ("unicorn", "no other class"),
        "drawn": ("upside down", "over the picture"),
        "map_scale": ("jet", "each map's own"),
        "sample": ("1e9", 0),
    },
    "convolution": {
        "size": ("9999", 8),
        "kernel": ("-3", 3),
        "padding": ("some", 0),
        "stride": ("1.5", 2),
        "dilation": ("inf", 1),
        "row": ("3", 0),
        "column": ("-1", 0),
        "filter": ("16", 0),
    },
    "vanishing": {
        "function": ("softplus", "sigmoid"),
        "chain_layers": ("0", "20"),
        "chain_weight": ("-3", 1.0),
        "chain_input": ("inf", 1.0),
    },
    "degradation": {"recorded_on": ("ImageNet", "digits")},
    "shortcuts": {
        "at": ("x", "layer2.0"),
        "option": ("D", "A"),
        "counted": ("resnet57", "ResNet-34"),
        "shortcut_scale": ("each network", 0.5),
    },
    "cardinality": {
        "paths": ("many", 4),
        "one_path": ("300", 64),
        "width": ("wide", "at equal cost"),
    },
    "right_for_the_wrong_reason": {},
    "glossary": {"word": ("x" * 200, "")},
    "notes": {"teach": ("answers", "notes"), "note": ("unicorn", "Convolution sizes")},
}
ON_DIGITS = ("feature_maps", "classes", "attribution", "shortcuts")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_whose_link_nothing_is_true_shows_all_its_defaults(page):
    odd = {key: nonsense for key, (nonsense, _) in ODD[page].items()}
    pair = PAIRS[page]
    unknown_left = bool(pair) and page not in ON_DIGITS
    network = {"left": "plain-57 on letters"} if unknown_left else DIGITS if pair else {}
    unknown = {"utm_source": "newsletter", "page": "../../etc/passwd"}  # which no page knows
    app = open_page(page, **odd, **network, **unknown)
    assert not app.error
    for key, (_, default) in ODD[page].items():
        assert control(app, key).value == default
        assert "which is not here" in asked(app, key)
    if unknown_left:
        assert f"this page shows {pair['left']} instead" in asked(app, "left")
    assert len(app.warning) == len(odd) + unknown_left
    seen(app.run(), page)
    assert not app.warning
    assert {key: control(app, key).value for key in odd} == {
        key: default for key, (_, default) in ODD[page].items()
    }


@pytest.mark.parametrize("key", ["stage", "projector"])
def test_a_link_takes_a_page_to_the_stage_or_says_why_not(key):
    app = open_page("overview", **{key: "true"})
    assert app.session_state["stage"] is True
    assert (app.query_params["stage"], app.warning) == ("true", [])
    app.button(key="stage_switch").click().run()
    assert app.session_state["stage"] is False
    assert not app.query_params
    odd = open_page("overview", **{key: "perhaps"})
    assert odd.session_state["stage"] is False
    assert len(odd.warning) == 1
    assert not odd.query_params


@pytest.mark.parametrize("page", ["feature_maps", "classes", "attribution", "shortcuts"])
def test_an_unknown_network_gives_the_pages_own_and_a_sentence(page):
    app = open_page(page, left="plain-57 on letters", right=RIGHT)
    default = PAIRS[page]["left"]
    assert app.selectbox(key="left").value == default
    assert app.selectbox(key="right").value == RIGHT
    assert "`plain-57 on letters`" in asked(app, "left")
    assert f"this page shows {default} instead" in asked(app, "left")
    assert len(app.warning) == 1


def test_a_link_shows_what_it_says():
    app = open_page(
        "feature_maps", left=RIGHT, right=LEFT, sample="7", block="layer2.3", channel="5"
    )
    assert not app.warning
    said = texts(app)
    assert said.index(f"## :blue[●] {RIGHT}") < said.index(f"## :orange[●] {LEFT}")
    assert said.count("layer2.3: 4×4×32") == 2
    assert any("channel 5" in caption for image in app.image for caption in image.captions)
    assert app.number_input(key="sample").value == 7


def test_a_fresh_network_travels_in_the_link():
    app = open_page(
        "attribution",
        right="a fresh network",
        right_net="resnet20",
        right_activation="tanh",
        right_seed="3",
    )
    assert not app.warning
    assert "ResNet-20 · tanh, random weights of seed 3" in texts(app)
    assert app.selectbox(key="right_activation").value == "tanh"
    assert app.number_input(key="right_seed").value == 3


def test_moving_a_widget_is_not_taken_for_a_link():
    app = open_page("feature_maps", **DIGITS, block="layer3.8", channel="60")
    assert not app.warning
    app.select_slider(key="block").set_value("layer1.0").run()
    assert not app.exception
    assert not app.warning
    assert app.selectbox(key="channel").value == "automatic"
