import json
import pickle
import subprocess
import sys

import pytest

from resnet_viz.training import RECIPES, ConfigError, RunConfig

CHECKPOINT = "start.safetensors"
FINETUNE = {"recipe": "finetune", "start": CHECKPOINT}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_config_survives_json_and_pickle(recipe):
    start = CHECKPOINT if RECIPES[recipe].needs_start else None
    config = RunConfig.from_recipe(
        "resnet56", recipe, options={"shortcut": "B", "activation": "gelu"}, seed=7, start=start
    )
    assert RunConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config
    assert pickle.loads(pickle.dumps(config)) == config
    assert hash(pickle.loads(pickle.dumps(config))) == hash(config)


def test_a_networks_own_form_survives_json():
    options = {"blocks": (2, 2, 2), "widths": (8, 16, 32), "stem_width": 8}
    config = RunConfig.from_recipe("resnet20", options=options)
    again = RunConfig.from_dict(json.loads(json.dumps(config.to_dict())))
    assert again == config
    assert again.network.depth == 14


def test_a_config_cannot_be_changed_afterwards():
    options = {"shortcut": "B"}
    config = RunConfig.from_recipe("resnet20", options=options)
    options["shortcut"] = "C"
    assert config.network.shortcut == "B"
    with pytest.raises(TypeError):
        config.options["shortcut"] = "C"
    with pytest.raises(AttributeError):
        config.seed = 1


def test_a_recipe_gives_what_is_not_overridden():
    config = RunConfig.from_recipe("plain20", "paper", epochs=3)
    assert (config.epochs, config.batch_size, config.weight_decay) == (3, 128, 1e-4)


def test_finetuning_puts_dropout_before_the_new_layer_unless_told_otherwise():
    default = RunConfig.from_recipe("resnet18", "finetune", start=CHECKPOINT)
    assert default.network.dropout == RECIPES["finetune"].dropout > 0
    told = RunConfig.from_recipe("resnet18", "finetune", start=CHECKPOINT, options={"dropout": 0.5})
    assert told.network.dropout == 0.5


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ({"architecture": "resnet21"}, "resnet21"),
        ({"architecture": 20}, "architecture"),
        ({"options": {"shortcut": "Z"}}, "shortcut"),
        ({"options": {"speed": 3}}, "speed"),
        ({"options": {"classes": 10}}, "classes"),
        ({"options": {"channels": 1}}, "channels"),
        ({"options": {"activation": ["relu"]}}, "options"),
        ({"options": "shortcut=B"}, "options"),
        ({"data": " "}, "data set"),
        ({"recipe": "slow"}, "slow"),
        ({"recipe": ["quick"]}, "quick"),
        ({"recipe": "finetune"}, "choose a checkpoint"),
        ({"start": CHECKPOINT}, "finetune"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 2.0}, "epochs"),
        ({"epochs": True}, "epochs"),
        ({"batch_size": 1}, "batch size"),
        ({"batch_size": 10**6}, "batch size"),
        ({"learning_rate": 0}, "learning rate"),
        ({"learning_rate": float("nan")}, "learning rate"),
        ({"learning_rate": float("inf")}, "learning rate"),
        ({"learning_rate": "0.1"}, "learning rate"),
        ({"weight_decay": -1e-4}, "weight decay"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"device": "gpu"}, "gpu"),
        ({"device": "cuda:"}, "cuda"),
        ({"device": None}, "device"),
        ({"precision": "8"}, "precision"),
        ({"precision": ["auto"]}, "precision"),
        ({"threads": 0}, "threads"),
        ({"input_size": 32}, "finetune"),
        ({"trunk_rate": 0.5}, "finetune"),
        (FINETUNE | {"input_size": 7}, "input size"),
        (FINETUNE | {"input_size": 32.0}, "input size"),
        (FINETUNE | {"trunk_rate": -0.1}, "trunk"),
        (FINETUNE | {"trunk_rate": 1.5}, "trunk"),
        (FINETUNE | {"start": "imagenet"}, "no ImageNet weights for resnet20"),
        ({"momentum": 0.9}, "momentum"),
    ],
)
def test_a_setting_without_meaning_is_refused_in_one_sentence(override, says):
    values = RunConfig.from_recipe("resnet20").to_dict() | override
    with pytest.raises(ConfigError, match=says) as refusal:
        RunConfig.from_dict(values)
    text = str(refusal.value)
    assert text.endswith(".")
    assert "\n" not in text
    assert ". " not in text


def test_a_config_stored_before_the_choices_of_finetuning_still_loads():
    config = RunConfig.from_recipe("resnet18", "finetune", start=CHECKPOINT)
    stored = config.to_dict()
    del stored["input_size"], stored["trunk_rate"]
    assert RunConfig.from_dict(stored) == config


def test_the_trunk_learns_at_the_recipes_share_unless_told_otherwise():
    default = RunConfig.from_recipe("resnet18", "finetune", start=CHECKPOINT)
    assert (default.trunk_scale, default.is_frozen) == (0.1, False)
    frozen = RunConfig.from_recipe("resnet18", "finetune", start=CHECKPOINT, trunk_rate=0)
    assert (frozen.trunk_scale, frozen.is_frozen) == (0.0, True)
    assert RunConfig.from_recipe("resnet20").trunk_scale == 1.0


def test_a_missing_setting_is_named():
    values = RunConfig.from_recipe("resnet20").to_dict()
    del values["epochs"]
    with pytest.raises(ConfigError, match="add epochs"):
        RunConfig.from_dict(values)


def test_a_run_can_be_described_without_torch():
    program = (
        "import sys; from resnet_viz.training import RunConfig, RECIPES, ConfigError, Recorder;"
        "RunConfig.from_recipe('resnet20'); assert not {'torch', 'lightning'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
