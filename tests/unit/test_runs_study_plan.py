"""A study is a grid: what a file may say, what it expands to, and where a mistake in it is."""

import pickle

import pytest

from resnet_viz.runs.study_plan import MOST_RUNS, Study, StudyError, cost, identity
from resnet_viz.runs.study_reading import described, read
from tests.unit.runs_support import config

TOML = """
depths = [8, 14]
seeds = 3
[options]
norm = ["batch", "group"]
shortcut = ["A", "B"]
"""
YAML = """
depths: [8, 14]
seeds: [0, 1, 2]
options:
  norm: [batch, group]
  shortcut: [A, B]
"""


def test_a_grid_has_each_run_once_and_no_shortcut_in_a_plain_net():
    configs = described({"depths": [8, 14], "options": {"shortcut": ["A", "B"]}}, "s").configs()
    assert [(one.architecture, dict(one.options)) for one in configs] == [
        ("plain8", {}),
        ("resnet8", {}),
        ("plain14", {}),
        ("resnet14", {}),
        ("resnet8", {"shortcut": "B"}),
        ("resnet14", {"shortcut": "B"}),
    ]


def test_toml_and_yaml_say_the_same(tmp_path):
    (tmp_path / "mine.toml").write_text(TOML)
    (tmp_path / "mine.yaml").write_text(YAML)
    study = read(tmp_path / "mine.toml")
    assert study == read(tmp_path / "mine.yaml")
    assert study.name == "mine"
    assert len(study.configs()) == (2 * 2 + 2 * 4) * 3
    assert study.configs()[0].seed == study.configs()[1].seed == 0  # a seed after the other


def test_settings_may_vary_and_lists_are_one_value_where_the_option_is_one():
    study = described(
        {
            "architectures": "resnet20",
            "epochs": [1, 2],
            "options": {"blocks": [1, 1, 1]},
        },
        "s",
    )
    assert [(one.epochs, one.options["blocks"]) for one in study.configs()] == [
        (1, (1, 1, 1)),
        (2, (1, 1, 1)),
    ]
    two = described(
        {"architectures": "resnet20", "options": {"blocks": [[1, 1, 1], [2, 2, 2]]}}, "s"
    )
    assert [one.network.depth for one in two.configs()] == [8, 14]


def test_a_plan_survives_json_and_pickle():
    study = described(
        {"depths": 8, "options": {"blocks": [[1, 1, 1], [2, 2, 2]]}, "restarts": 2}, "s"
    )
    assert pickle.loads(pickle.dumps(study)) == study
    assert study.restarts == 2


def test_a_plan_from_before_there_were_restarts_has_none():
    kept = described({"depths": 8}, "s").to_dict()
    assert "restarts" not in kept
    assert Study.from_dict(kept).restarts == 0


def test_two_runs_are_the_same_whatever_their_threads_and_the_order_of_their_options():
    one = config(options={"norm": "group", "activation": "gelu"}, threads=1)
    other = config(options={"activation": "gelu", "norm": "group"}, threads=2)
    assert identity(one) == identity(other) != identity(config())


def test_a_deeper_network_and_more_epochs_cost_more():
    assert cost(config("resnet20")) < cost(config("resnet56"))
    assert cost(config(epochs=30)) == pytest.approx(2 * cost(config(epochs=15)))


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("depths = [8\nseeds = 2", "line 2"),
        ("depths = [9]", "depths"),
        ("depth = [8]", "depth"),
        ("families = ['plain']", "depths"),
        ("families = ['vgg']\ndepths = [8]", "families"),
        ("depths = [8]\nseeds = [-1]", "seeds"),
        ("depths = [8]\nseeds = 0", "seeds"),
        ("depths = [8]\nepochs = 0", "plain8, epochs = 0"),
        ("depths = [8]\nrecipe = 'finetune'", "recipe"),
        ("depths = [8]\nrecipe = 'slow'", "recipe"),
        ("depths = [8]\ndata = 3", "data"),
        ("depths = [8]\n[options]\nnorm = 'layer'", "plain8, norm = layer"),
        ("depths = [8]\n[options]\nnorms = 'batch'", "options"),
        ("depths = [8]\nname = '/'", "name"),
        ("depths = [8]\nrestarts = -1", "restarts"),
        ("depths = [8]\nrestarts = [1, 2]", "restarts"),
        ("depths = [8]\nrestarts = true", "restarts"),
        ("depths = [8, 14, 20]\nseeds = 1000\nepochs = [1, 2]", f"{MOST_RUNS:,}"),
    ],
)
def test_a_mistake_in_a_file_is_one_sentence_with_its_place(tmp_path, text, place):
    (tmp_path / "mine.toml").write_text(text)
    with pytest.raises(StudyError) as refused:
        read(tmp_path / "mine.toml")
    said = str(refused.value)
    assert said.startswith("mine.toml: ")
    assert place in said
    assert "\n" not in said


@pytest.mark.parametrize(
    "content", [b"- 1\n- 2\n", b"a: [\n", b"\xff\xfe", b"!!python/object:os.x"]
)
def test_a_yaml_file_that_describes_no_study_is_refused(tmp_path, content):
    (tmp_path / "mine.yml").write_bytes(content)
    with pytest.raises(StudyError, match=r"^mine\.yml: "):
        read(tmp_path / "mine.yml")


def test_studies_on_other_data_or_by_another_recipe_do_not_join():
    study = Study(name="s", architectures=("resnet8",))
    joined = study.joined(Study(name="s", architectures=("plain8", "resnet8"), seeds=(0, 4)))
    assert joined.architectures == ("resnet8", "plain8")
    assert joined.seeds == (0, 4)
    for other in ({"data": "shapes"}, {"recipe": "short"}):
        with pytest.raises(StudyError, match=next(iter(other))):
            study.joined(Study(name="s", architectures=("resnet8",), **other))
