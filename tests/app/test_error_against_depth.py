"""Error against depth: a study's numbers now, what can be done to it, what it exports."""

import pytest
from sqlalchemy import select, update

from resnet_viz.reporting import studies as reported
from resnet_viz.runs.database import runs
from resnet_viz.runs.studies import Studies
from resnet_viz.runs.study_plan import StudyError
from resnet_viz.runs.study_reading import described
from resnet_viz.ui.inputs import study_form
from resnet_viz.ui.runs import study_actions
from tests.app.support import open_page, texts
from tests.unit.runs_support import config, launcher


@pytest.fixture
def studies(store):
    """A study of four runs, of which one has finished."""
    starter = launcher(store)
    starter.pump = list
    found = Studies(starter)
    found.submit(described({"name": "mine", "depths": [8, 14], "epochs": 1}))
    with store.database.writing() as connection:
        first = connection.scalar(select(runs.c.id).order_by(runs.c.position))
        connection.execute(
            update(runs)
            .where(runs.c.id == first)
            .values(status="finished", train_accuracy=90.0, test_accuracy=80.0, epoch=1)
        )
    found.pause("mine")
    return found


def buttons(app):
    return [button.label for button in app.button]


def test_the_page_shows_a_study_and_pauses_and_stops_it(studies):
    app = open_page("error_against_depth", grid="mine")
    assert not app.exception
    assert "10.0 %" in " ".join(text.value for text in app.markdown)
    assert {"Resume", "Stop", "Delete"} <= set(buttons(app))
    assert "Pause" not in buttons(app)
    next(button for button in app.button if button.label == "Stop").click().run()
    standing = studies.standing("mine")
    assert standing.counts["stopped"] == 3
    assert "Stop" not in buttons(app)


def test_a_study_is_extended_by_depths_and_seeds(studies):
    study = study_actions.extended(studies.standing("mine").study, [20], 2)
    assert study.architectures == (
        "plain8",
        "plain14",
        "resnet8",
        "resnet14",
        "plain20",
        "resnet20",
    )
    assert study.seeds == (0, 1)
    assert studies.submit(study).new == 8


def test_a_study_is_one_row_of_the_run_table(studies, store):
    app = open_page("training")
    assert not app.exception
    frame = app.dataframe[0].value
    assert list(frame["run"]) == ["mine"]
    assert frame["network"][0].startswith("1 of 4 runs finished")
    entries = reported.in_one_list(studies.all(), store.recent())
    assert len(entries) == 1


def test_the_form_makes_a_study_of_its_networks(store, monkeypatch):
    configs = [config("plain20", seed=4, epochs=2), config("resnet20", seed=4, epochs=2)]
    study = study_form.of(configs, "mine", [8, 14], 3, {"norm": ["batch", "group"]})
    assert study.architectures == ("plain8", "plain14", "resnet8", "resnet14")
    assert study.seeds == (4, 5, 6)
    assert dict(study.settings) == {"epochs": (2,)}
    assert len(study.configs()) == 24
    alone = study_form.of([config("resnet9")], "mine", [], 1, {"shortcut": ["A", "B"]})
    assert [dict(one.options) for one in alone.configs()] == [{}, {"shortcut": "B"}]
    own = [config("resnet20", options={"blocks": (1, 1, 1)}), config("plain20")]
    with pytest.raises(StudyError, match="differ in their options"):
        study_form.of(own, "mine", [], 1, {})


def test_a_study_is_handed_in_from_the_training_page(store, sleepers):
    app = open_page("training")
    app.session_state["vary"] = True
    app.run()
    assert not app.exception
    app.number_input(key="vary_seeds").set_value(2).run()
    [said] = [text for text in texts(app).splitlines() if text.startswith("4 runs")]
    assert "on this machine" in said
    button = next(each for each in app.button if each.label == "Train 4 runs")
    button.click().run()
    [standing] = Studies(sleepers).all()
    assert standing.size == 4
    assert (standing.counts["running"], standing.counts["queued"]) == (1, 3)
