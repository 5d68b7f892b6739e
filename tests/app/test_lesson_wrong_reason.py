"""The lesson on a spurious cue: asked first, then answered by the shipped networks themselves."""

import numpy as np
import pandas as pd
import pytest

from resnet_viz import models
from resnet_viz.analysis.experiments import spurious_cue as measured
from resnet_viz.data import DATA_SETS, shapes
from resnet_viz.reporting import spurious_cue as reported
from resnet_viz.runs import shipped
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.topics import spurious_cue
from tests.app.support import alternatives, charts, open_page, read_page, seen, texts, turn_to

PAGE, PREDICTION = "right_for_the_wrong_reason", "spurious_cue_prediction"
NAMES = [reported.name(network, data) for network in reported.NETWORKS for data in reported.DATA]


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    """Maps of three pictures instead of a hundred, which nobody else is shown."""
    monkeypatch.setattr(spurious_cue, "PICTURES", 3)
    yield
    spurious_cue._kept.clear()


def predicted(**link):
    app = open_page(PAGE, **link)
    app.button_group(key=PREDICTION).set_value(reported.MOST)
    return seen(app.run(), PAGE)


def test_before_the_prediction_nothing_gives_the_answer_away():
    app = read_page(PAGE)
    table = spurious_cue.accuracies()
    assert reported.at_first(table) in texts(app)
    assert reported.found(table) not in texts(app)
    assert not charts(app)
    assert not app.dataframe
    examples = [text for text in alternatives(app) if "training pictures of a" in text]
    assert len(examples) == len(shapes.CLASSES)
    assert sum("each with a magenta square" in text for text in examples) == 1


def test_the_answer_is_measured_with_the_shipped_networks():
    app = predicted()
    assert reported.answer(spurious_cue.accuracies()) == reported.FEW
    assert any(info.value.startswith(f"No: {reported.FEW}.") for info in app.info)
    drawn = charts(app)
    for key in ("plain-20", "ResNet-20"):
        bars = drawn[f"accuracy-{key}"]
        assert [bar["name"] for bar in bars] == [f"trained {way}" for way in reported.DATA.values()]
    right = f"{shapes.TAGGED}s right without a tag"
    table = app.dataframe[0].value.set_index("network")[right]
    for row in spurious_cue.accuracies().itertuples():
        if row.tag == measured.NOWHERE:
            assert table[f"{row.label}, trained {row.trained}"] == row.tagged_right
    assert reported.found(spurious_cue.accuracies()) in texts(app)
    assert "**What to notice.**" in texts(app)
    assert "arXiv:1608.00507" in texts(app)


def test_the_maps_are_of_the_chosen_picture_and_its_true_class():
    app = predicted(shape="square", shape_number="3", tag=measured.WRONG)
    assert not app.warning
    maps = [text for text in alternatives(app) if text.startswith(measured.METHOD.title)]
    assert len(maps) == 4
    assert all("for square on square 3 with the tag" in text for text in maps)
    app.button_group(key="tag").set_value(measured.NOWHERE)
    seen(app.run(), PAGE)
    assert "**square 3 without the tag**" in texts(app)


def test_the_scores_stand_beside_those_of_maps_that_know_nothing():
    app = predicted()
    scores = app.dataframe[1].value
    assert list(scores["map"])[-3:] == [*measured.CONTROLS.values()]
    assert (scores["pictures"] == 3).all()
    assert charts(app)["strongest-points"][0]["name"] == "in the shape"
    assert reported.looked(scores) in texts(app)


def test_it_leads_to_training_with_the_form_filled_in():
    app = predicted()
    [link] = [link.proto for link in app.page_link if "Train the pair" in link.proto.label]
    assert link.page == "training"
    form = turn_to(open_page("overview"), "training")
    form = open_page("training", **reported.training())
    assert not form.warning
    chosen = [form.selectbox(key=key).value for key in ("network", "against", "data", "recipe")]
    assert chosen == ["plain-20", "ResNet-20", "shapes with a tag", reported.RECIPE]
    assert form.number_input(key="epochs_quick").value == reported.EPOCHS


@pytest.mark.parametrize("data", reported.DATA)
def test_what_cards_say_of_the_tag_is_what_the_networks_answer(data):
    """Of the first pictures of the class that had it: they are few, and count alone."""
    test = shapes.drawn("test")
    first = np.flatnonzero(test.of(shapes.TAGGED))[:60]
    few = shapes.Drawn(*(part[first] for part in (test.images, test.labels, test.masks, test.tags)))
    path = shipped_checkpoint(reported.name("resnet20", data))
    classifier = models.load(path)
    keys = ["tag", "class"]
    found = measured.answers(classifier, few).set_index(keys)
    said = pd.DataFrame(classifier.card[measured.CARD]).set_index(keys)
    assert (said["images"] == len(test.labels) // len(shapes.CLASSES)).all()
    for place in measured.PLACES:
        row = (place, shapes.TAGGED)
        shares = [table.loc[row, "right"] / table.loc[row, "images"] for table in (found, said)]
        assert shares[0] == pytest.approx(shares[1], abs=0.06)


@pytest.mark.parametrize("name", NAMES)
def test_a_shipped_network_says_of_itself_how_it_came_about(name):
    record, card = shipped()[name], models.load(shipped_checkpoint(name)).card
    config = record.config
    assert config.recipe == reported.RECIPE
    assert (config.epochs, config.seed) == (
        reported.EPOCHS,
        reported.SEEDS[config.data],
    )
    assert card["data_origin"] == DATA_SETS[config.data].origin
    assert card["metrics"]["test_accuracy"] > 95
    rows = spurious_cue.accuracies()
    label = "plain-20" if name.startswith("plain") else "ResNet-20"
    place = measured.AS_TRAINED if "tag" in name else measured.NOWHERE
    own = rows[
        (rows["label"] == label)
        & (rows["trained"] == reported.DATA[config.data])
        & (rows["tag"] == place)
    ]
    assert own["accuracy"].item() == pytest.approx(card["metrics"]["test_accuracy"])
    assert np.array_equal(
        np.array(card["confusion"]).sum(axis=1), np.bincount(shapes.drawn("test").labels)
    )
