"""A recipe is one row: a new one trains and is spoken of everywhere without another line."""

import dataclasses

import pandas as pd
import pytest

from resnet_viz import cli
from resnet_viz.reporting import findings
from resnet_viz.runs import Record, history
from resnet_viz.training import RECIPES, RunConfig
from resnet_viz.training.recipes import PAPER
from tests.unit.training_support import Memory, home, train

__all__ = ["home"]

DIFFERS = "the learning rate stays as it is"


@pytest.fixture
def _constant(monkeypatch):
    row = dataclasses.replace(
        RECIPES["quick"],
        name="constant",
        title="Constant",
        differs=DIFFERS,
        epochs=2,
        batch_size=70,
        learning_rate=0.02,
        schedule=lambda step, total, depth: 1.0,
    )
    monkeypatch.setitem(RECIPES, row.name, row)


def ended(config):
    """A run of an epoch, with errors of its own."""
    values = {name: [1.0] for name in history.EPOCHS}
    return Record(
        name="run",
        config=config,
        status="finished",
        hardware="",
        seconds=1.0,
        layers=(),
        steps=pd.DataFrame(),
        epochs=history.frame(history.EPOCHS, values),
        gradients=pd.DataFrame(),
    )


@pytest.mark.usefixtures("_constant")
def test_a_new_recipe_trains_at_its_own_rates(tmp_path):
    memory = Memory()
    config = RunConfig.from_recipe("resnet20", "constant")
    assert (config.epochs, config.batch_size) == (2, 70)
    train(tmp_path, memory, recipe="constant", learning_rate=config.learning_rate)
    assert {row["learning_rate"] for row in memory.steps} == {0.02}


@pytest.mark.usefixtures("_constant")
def test_the_command_line_offers_a_new_recipe(capsys):
    assert cli.main(["train", "resnet20", "--recipe", "nonsense"]) == 2
    assert capsys.readouterr().err.strip().endswith(f"choose from {', '.join(RECIPES)}.")


@pytest.mark.usefixtures("_constant")
@pytest.mark.parametrize("recipe", [*RECIPES, "constant"])
def test_what_sets_a_recipe_apart_from_the_papers_is_said(recipe):
    start = "x.safetensors" if RECIPES[recipe].needs_start else None
    config = RunConfig.from_recipe("resnet20", recipe, data="cifar10", start=start)
    said = findings.differences({"ResNet-20": [ended(config)]})
    if recipe == PAPER:
        assert RECIPES[recipe].differs == ""
    else:
        assert RECIPES[recipe].differs in said
        assert len(RECIPES[recipe].differs) > 10
    assert (DIFFERS in said) == (recipe == "constant")
    assert ("crops and flips" in said) == (not RECIPES[recipe].augment)
