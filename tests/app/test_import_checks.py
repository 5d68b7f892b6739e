"""What an import assumed is checked on labelled pictures with one press, and the best is taken."""

import pytest

from resnet_viz import models
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.networks import catalogue
from tests.app.imports_support import import_weights, saved
from tests.app.support import texts, values


@pytest.fixture
def few(monkeypatch):
    """A check that looks at so few pictures that it is quick."""
    from resnet_viz.analysis import assumptions

    monkeypatch.setattr(
        assumptions.check_assumptions,
        "__kwdefaults__",
        {
            **assumptions.check_assumptions.__kwdefaults__,
            "pictures": 40,
        },
    )


def digits(name="resnet20-digits-seed0"):
    return models.load(shipped_checkpoint(name))


def press(app, start):
    [button] = [button for button in app.button if button.label.startswith(start)]
    return button.click().run()


def labels(app):
    return {button.label for button in app.button}


def test_wrong_assumptions_are_found_and_the_best_taken_with_one_press_each(few, store):
    label = "ResNet-20, mine"
    app = import_weights("mine.pth", saved(digits().network.state_dict()))
    assert app.selectbox(key="check-data-right").value == "digits"
    app = press(app, "Check")
    assert not app.exception
    [said] = [text for text in values(app.warning) if "As imported" in text]
    assert "the assumptions are probably wrong" in said
    assert "Stop checking" not in labels(app)
    before = catalogue.imported()[label]
    app = press(app, "Use it with pictures of 8 pixels")
    assert not app.exception
    assert list(catalogue.imported()) == [label]
    path = catalogue.imported()[label]
    assert path != before
    assert not before.exists()
    taken = models.load(path)
    assert (taken.input_size, taken.classes) == (8, digits().classes)
    assert taken.mean == pytest.approx(digits().mean, abs=1e-3)
    assert app.selectbox(key="right").value == label
    assert "Checked on 40 test pictures of Handwritten digits" in texts(app)
    assert not [text for text in values(app.caption) if text.startswith("Assumed")]


def test_data_of_other_classes_are_not_offered_and_their_lack_is_said(store):
    state = models.build("resnet20", seed=0, classes=7).state_dict()
    app = import_weights("mine.pth", saved(state))
    assert "There are no labelled pictures of 7 classes here" in texts(app)
    assert "Check" not in labels(app)


def test_what_goes_wrong_with_the_data_is_a_sentence(few, store, monkeypatch):
    from resnet_viz.data import DataError

    app = import_weights("mine.pth", saved(digits("plain20-digits-seed0").network.state_dict()))

    def fail(*_):
        raise DataError("The folder is gone.")

    monkeypatch.setattr("resnet_viz.training.start.data_for", fail)
    app = press(app, "Check")
    assert not app.exception
    assert "The folder is gone." in values(app.error)


def test_a_network_that_is_gone_meanwhile_is_not_brought_back(few, store):
    app = import_weights("mine.pth", saved(digits().network.state_dict()))
    app = press(app, "Check")
    catalogue.remove("ResNet-20, mine")
    with pytest.raises(catalogue.ImportsError, match="has just been removed"):
        catalogue.replace("ResNet-20, mine", digits())
    app = press(app, "Use it")
    assert not app.exception
    assert not catalogue.imported()


def test_two_networks_that_become_the_same_are_one(store):
    one, other = digits(), digits("plain20-digits-seed0")
    first, second = catalogue.keep(one, "one.pth"), catalogue.keep(other, "two.pth")
    assert catalogue.replace(second, one) == first
    assert list(catalogue.imported()) == [first]
    renamed = catalogue.replace(first, digits("plain20-digits-seed0"))
    assert renamed == "plain-20, one"
    assert list(catalogue.imported()) == [renamed]


def test_a_best_way_that_is_mostly_wrong_is_no_primary_button_and_not_green(
    few, store, monkeypatch
):
    from resnet_viz.analysis import AssumptionCheck

    monkeypatch.setattr(AssumptionCheck, "is_mostly_wrong", lambda check, one: True)
    app = import_weights("mine.pth", saved(digits().network.state_dict()))
    app = press(app, "Check")
    [button] = [button for button in app.button if button.label.startswith("Use it with")]
    assert button.proto.type == "secondary"
    assert [text for text in values(app.warning) if "wrong more often than right" in text]
