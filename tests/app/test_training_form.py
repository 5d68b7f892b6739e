"""What the form of the Training page submits, and what it refuses."""

import dataclasses
import re
from types import SimpleNamespace

import pytest
import torch

from resnet_viz.errors import UserError
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.training import estimate, probe
from resnet_viz.training.recipes import RECIPES
from resnet_viz.ui.inputs import device_field, estimates
from tests.app.support import LEFT, RIGHT, open_page, seen, texts, values

MEASURE = estimates.run_seconds


def train(app):
    return app.button(key="train_now").click().run()


def test_the_help_of_the_device_names_several_gpus_where_there_are_any():
    assert "This machine" not in device_field.explained(1)
    assert "3 GPUs: cuda:0,1,2" in device_field.explained(3)


def test_details_of_the_recipe_reach_both_runs(store, sleepers):
    app = open_page("training", network="plain32", against="resnet32", run_activation="gelu")
    app.number_input(key="epochs_quick").set_value(3)
    app.number_input(key="batch_quick").set_value(32)
    app.number_input(key="rate_quick").set_value(0.05)
    app.number_input(key="decay_quick").set_value(0.0)
    app.number_input(key="seed").set_value(7)
    app.text_input(key="device").set_value(" cpu ")
    app.selectbox(key="run_shortcut").set_value("B")
    train(app)
    residual, plain = store.runs()
    assert residual.config.architecture == "resnet32"
    assert residual.config.options == {"activation": "gelu", "shortcut": "B"}
    assert plain.config.architecture == "plain32"
    assert plain.config.options == {"activation": "gelu"}
    for config in (plain.config, residual.config):
        assert (config.epochs, config.batch_size, config.seed) == (3, 32, 7)
        assert (config.learning_rate, config.weight_decay, config.device) == (0.05, 0.0, "cpu")


def test_the_form_folds_into_one_line_when_training_begins_and_keeps_what_it_says(store, sleepers):
    app = open_page("training", network="plain20", against="resnet20", epochs_quick="3")
    assert not app.expander
    train(app)
    [form] = app.expander
    assert not form.proto.expanded
    assert form.label.startswith(
        "**plain-20 against ResNet-20 · digits · quick, 3 epochs · seed 0**"
    )
    assert form.button(key="train_now")  # in it, for another pair
    assert app.number_input(key="epochs_quick").value == 3
    assert {run.config.epochs for run in store.runs()} == {3}


def test_who_comes_with_a_network_of_their_own_finds_it_in_an_open_form(store, sleepers):
    train(open_page("training", network="plain20", against="resnet20"))
    [folded] = open_page("training", network="plain32", against="resnet32").expander
    [form] = open_page("training", network="your own", own="resnet20 blocks=1,1,1").expander
    assert (folded.proto.expanded, form.proto.expanded) == (False, True)
    assert form.text_input(key="own").value == "resnet20 blocks=1,1,1"


def test_train_is_off_where_the_two_networks_do_not_differ(store, sleepers):
    app = open_page("training", network="resnet20", against="resnet20")
    assert "The two runs differ by nothing" in texts(app)
    assert app.button(key="train_now").disabled
    assert not open_page("training", against="resnet20").button(key="train_now").disabled


def test_the_same_settings_and_seed_once_more_are_said_to_be_the_same_run(store, sleepers):
    app = open_page("training", network="plain20", against="resnet20")
    assert "the same two runs again" not in texts(app)
    train(app)
    assert "It would be the same two runs again; another seed, under *Details*" in texts(app)
    app.number_input(key="seed").set_value(1).run()
    assert "the same two runs again" not in texts(app)


def test_a_link_carries_the_form_that_it_was_copied_from(store, sleepers):
    link = {
        "epochs_quick": "3",
        "batch_quick": "32",
        "rate_quick": "0.05",
        "decay_quick": "0",
        "seed": "7",
        "device": "cpu",
        "precision": "32-true",
    }
    app = open_page("training", network="plain20", against="resnet20", **link)
    assert not app.warning
    train(app)
    for run in store.runs():
        config = run.config
        assert (config.epochs, config.batch_size, config.seed) == (3, 32, 7)
        assert (config.learning_rate, config.weight_decay) == (0.05, 0.0)
        assert (config.device, config.precision) == ("cpu", "32-true")


@pytest.mark.parametrize("recipe", RECIPES)
def test_only_what_was_measured_here_says_how_long_training_takes(recipe):
    said = texts(open_page("training", recipe=recipe))
    assert "About 41 s on this machine, the start included" in said  # 31 of training
    assert not re.search("half a minute|a minute|an hour", said)


def test_a_new_recipe_is_offered_with_its_sentence(monkeypatch):
    row = dataclasses.replace(RECIPES["quick"], name="new", sentence="A recipe that is new.")
    monkeypatch.setitem(RECIPES, row.name, row)
    app = open_page("training", recipe="new")
    assert app.selectbox(key="recipe").value == "new"
    assert "A recipe that is new." in texts(app)


def test_what_was_changed_in_a_recipe_stands_behind_its_sentence():
    app = open_page("training")
    assert "in 15 epochs" in texts(app)
    assert "changed here" not in texts(app)
    app.number_input(key="epochs_quick").set_value(3)
    app.number_input(key="rate_quick").set_value(0.02)
    seen(app.run(), "training")
    said = "That is the recipe as it stands; changed here: 3 epochs, learning rate 0.02."
    assert said in texts(app)


@pytest.mark.parametrize(
    ("link", "sentence"),
    [
        ({}, "Same data, seed and recipe: the two differ by the shortcuts alone."),
        ({"run_activation": "tanh"}, "the two differ by the shortcuts alone."),
        ({"network": "plain20"}, "the two differ by the shortcuts and depth."),
        ({"network": "resnet20"}, "the two differ by depth alone."),
        ({"network": "resnet56"}, "The two runs differ by nothing: choose another network"),
        ({"against": "resnet18"}, "by the shortcuts, depth, width and the first layers."),
        ({"recipe": "finetune"}, "the two differ by the shortcuts and what they start from."),
        ({"against": "none: train one alone"}, None),
    ],
)
def test_what_sets_the_two_runs_apart_is_said(link, sentence):
    said = texts(open_page("training", **link))
    assert sentence in said if sentence else "differ by" not in said


def test_the_page_names_no_other_networks_than_the_chosen_ones_above_its_form():
    said = texts(open_page("training", network="resnet20", against="resnet56"))
    heading, notice, _ = said.partition("**What to notice.**")
    assert notice  # which is of the recorded plain-56 and says so
    assert "plain-56" not in heading


# For every field but those that the data decide, another value than that of ResNet-50.
def test_one_network_is_trained_alone(store, sleepers):
    app = open_page("training", network="resnet20", against="none: train one alone")
    train(app)
    [run] = store.runs()
    assert run.config.architecture == "resnet20"
    assert run.pair is None


def test_fine_tuning_starts_from_the_pair(store, sleepers):
    app = open_page("training", recipe="finetune")
    assert (app.selectbox(key="left").value, app.selectbox(key="right").value) == (LEFT, RIGHT)
    train(app)
    assert [run.config.start for run in reversed(store.runs())] == [
        str(shipped_checkpoint(f"{name}-digits-seed0")) for name in ("plain56", "resnet56")
    ]


def test_a_network_with_random_weights_is_no_start_for_fine_tuning():
    app = open_page("training", recipe="finetune", right="a fresh network")
    [error] = values(app.error)
    assert "has nothing to start from: choose a trained network above." in error
    assert app.button(key="train_now").disabled


def asked_here(config, size):
    """What the process that measures would answer, without waiting for it to import torch."""
    try:
        return probe.probe(config, size)
    except UserError as error:
        return str(error)


@pytest.mark.parametrize(
    ("device", "sentence", "disabled"),
    [
        ("banana", "There is no device 'banana': choose auto, cpu, mps, cuda, GPUs", True),
        ("", "There is no device '': choose auto, cpu, mps, cuda, GPUs", True),
        # Known, but not on this machine: that is noticed when its speed is to be measured.
        ("mps", "This machine has no Apple GPU: choose another device or auto.", False),
    ],
)
def test_a_device_that_is_not_there_is_a_sentence(monkeypatch, device, sentence, disabled):
    if device == "mps" and torch.backends.mps.is_available():
        pytest.skip("there is an Apple GPU here")
    monkeypatch.setattr(estimate, "_prober", SimpleNamespace(ask=asked_here))
    app = open_page("training", network="plain20", against="resnet20")
    monkeypatch.setattr(estimates, "run_seconds", MEASURE)
    app.text_input(key="device").set_value(device).run()
    assert not app.exception
    [error] = values(app.error)
    assert error.startswith(sentence)
    assert app.button(key="train_now").disabled is disabled


def test_a_network_too_large_for_the_server_is_trained_without_an_estimate(monkeypatch):
    monkeypatch.setattr(estimates, "run_seconds", MEASURE)
    wide = "resnet18 widths=4096,4096,4096,4096 blocks=1,1,1,0"
    app = open_page("training", network="your own", own=wide, against="none: train one alone")
    assert not app.error
    assert "ResNet-8 custom is too large to be measured on this server" in texts(app)
    assert not app.button(key="train_now").disabled


def test_a_folder_is_asked_for_and_must_be_there():
    app = open_page("training", data="a folder")
    assert "Name the folder of pictures to train on." in texts(app)
    assert app.button(key="train_now").disabled
    [folder] = [field for field in app.text_input if field.label.startswith("Folder")]
    folder.set_value("/no/such/folder").run()
    [error] = values(app.error)
    assert "There is no folder /no/such/folder; check the path." in error
    assert app.button(key="train_now").disabled
