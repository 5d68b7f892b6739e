"""What a student cannot do on a page: neither by what it shows nor by what is sent to it."""

import pytest

from resnet_viz import models
from resnet_viz.classroom import current
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.runs import Launcher, Store
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.runs import live_view
from tests.app.class_support import ADA, TEACHER, classroom, come_as
from tests.app.support import open_page, values
from tests.unit.runs_support import SLEEPER, config

__all__ = ["classroom", "come_as"]


def labels(app) -> set[str]:
    return set(values_of(app.button))


def values_of(elements) -> list[str]:
    return [element.label for element in elements]


@pytest.fixture
def teachers_run(classroom):
    """A run of the teacher's that is under way, to no end."""
    [run] = Launcher(Store(), SLEEPER, by=lambda: TEACHER).submit(config(), names=["teachers"])
    return run


def test_a_student_watches_the_teachers_run_and_cannot_stop_it(come_as, teachers_run):
    come_as(ADA)
    app = open_page("training")
    assert "Stop" not in labels(app)
    assert "Runs at once" not in values_of(app.number_input)
    come_as(TEACHER)
    app = open_page("training")
    assert {"Stop", "Train"} <= labels(app)
    assert "Runs at once" in values_of(app.number_input)


def test_the_live_curves_are_a_students_only_where_nobody_else_trains(classroom):
    current.change(students_start=True)
    store = Store()
    store.set_slots(2)

    def submitted(who, name):
        return Launcher(store, SLEEPER, by=lambda: who).submit(config(), names=[name])[0].name

    def shown():
        return [run.name for run in live_view.shown_among(store.runs())]

    ada = submitted(ADA, "ada")
    assert shown() == [ada]
    assert submitted(TEACHER, "teacher") in shown()
    Launcher(store).stop("teacher")
    submitted(TEACHER, "waits")
    assert shown() == ["teacher"]


def test_a_click_that_the_page_did_not_offer_any_more_is_refused(come_as, teachers_run):
    """A button of the teacher's page, pressed by whoever has become a student meanwhile."""
    come_as(TEACHER)
    app = open_page("training")
    [stop] = [button for button in app.button if button.label == "Stop"]
    current.end()
    current.begin()
    stop.click().run()
    assert not Store().run(teachers_run.id).stop_requested
    assert "Stop" not in labels(app)


@pytest.mark.parametrize("change", [{"students_start": False}, {"seconds": 10}])
def test_train_is_refused_to_a_student_who_may_not(come_as, classroom, change):
    come_as(ADA)
    if "seconds" in change:
        Launcher(Store(), SLEEPER, by=lambda: ADA).submit(config())
    app = open_page("training") if "seconds" not in change else None
    current.change(**change)
    app = app or open_page("training")
    [train] = [button for button in app.button if button.label == "Train"]
    before = len(Store().runs())
    train.proto.disabled = False  # a browser may send what it likes
    train.click().run()
    assert len(Store().runs()) == before
    assert [button.disabled for button in app.button if button.label == "Train"] == [True]


def test_a_student_is_offered_the_data_that_are_here_and_no_folder(come_as, classroom):
    come_as(ADA)
    app = open_page("training", data="a folder")
    options = app.selectbox(key="data").options
    assert options
    assert not [option for option in options if "folder" in option or "zip" in option]


FORGED = """
from resnet_viz.ui.inputs import data_form, archive_form, finetune_form
from resnet_viz.ui.shell import panels
import streamlit as st
with panels.sentences():
    {call}
    st.text("done")
"""


@pytest.mark.parametrize(
    "call",
    [
        "data_form.locate(data_form.FOLDER)",
        "data_form.locate(data_form.ARCHIVE)",
        "data_form.locate('/etc')",
        "data_form.locate('cifar10')",
        "archive_form.upload('data')",
    ],
)
def test_ways_to_bring_data_are_refused_where_they_are_taken(come_as, call):
    from streamlit.testing.v1 import AppTest

    come_as(ADA)
    app = AppTest.from_string(FORGED.format(call=call)).run()
    assert len(app.error) == 1
    assert not app.text


def imported(name="mine.pth"):
    classifier = models.load(shipped_checkpoint("resnet20-digits-seed0"))
    return catalogue.keep(classifier, name)


IMPORTS = """
import streamlit as st
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.runs import live_view
st.text([*catalogue.imported()])
st.text([source for source in catalogue.every() if "mine" in source or "shared" in source])
"""


def seen() -> list[str]:
    from streamlit.testing.v1 import AppTest

    return values(AppTest.from_string(IMPORTS).run().text)


@pytest.fixture
def as_visitor(monkeypatch):
    """Says whose page it is that calls, without a page."""
    from resnet_viz.ui.classroom import visitor

    return lambda who: monkeypatch.setattr(visitor, "current", lambda: who)


EVE = type(ADA)("e" * 32, ADA.role)


def test_what_a_student_imports_is_seen_by_nobody_else_and_gone_with_the_class(
    classroom, as_visitor
):
    as_visitor(ADA)
    label = imported()
    assert [*catalogue.imported()] == [label]
    assert label in catalogue.every()
    for other in (EVE, TEACHER):
        as_visitor(other)
        assert not catalogue.imported()
        assert label not in catalogue.every()
        catalogue.remove(label)
    as_visitor(ADA)
    assert label in catalogue.every()
    current.end()
    current.begin()
    assert label not in catalogue.every()


def test_a_student_uses_what_the_teacher_imports_and_cannot_remove_it(classroom, as_visitor):
    as_visitor(TEACHER)
    label = imported("shared.pth")
    as_visitor(ADA)
    assert label in catalogue.every()
    assert not catalogue.imported()
    classifier = models.load(shipped_checkpoint("plain20-digits-seed0"))
    for act in (lambda: catalogue.remove(label), lambda: catalogue.replace(label, classifier)):
        with pytest.raises(ClassroomError):
            act()
    own = imported("shared.pth")
    assert own != label
    assert {own, label} <= catalogue.every().keys()
    as_visitor(TEACHER)
    assert [*catalogue.imported()] == [label]


def test_what_students_import_is_bounded_for_each_and_for_all(classroom, as_visitor, monkeypatch):
    as_visitor(ADA)
    monkeypatch.setattr(catalogue, "MOST_BYTES_OF_STUDENT", 1000)
    with pytest.raises(catalogue.ImportsError):
        imported()
    monkeypatch.undo()
    as_visitor(ADA)
    imported()
    monkeypatch.setattr(catalogue, "MOST_BYTES", 1000)
    as_visitor(EVE)
    with pytest.raises(catalogue.ImportsError):
        imported()
