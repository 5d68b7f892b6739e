"""Predictions while a teacher presents: each with two visitors, of whom one asks."""

import json
from dataclasses import replace

import pytest

from resnet_viz.classroom import current
from resnet_viz.teaching.polls import Poll
from resnet_viz.teaching.sessions import Target
from resnet_viz.ui.classroom import class_poll, classes, following
from resnet_viz.ui.shell.page_table import LESSONS
from resnet_viz.ui.shell.push import CLASS, hub
from tests.app.lectures_support import (
    OTHER_TEACHER,
    TEACHER,
    classroom,
    held,
    open_as,
    press,
    student,
)
from tests.app.support import charts, texts

__all__ = ["classroom", "held"]

PAGE, KEY = "convolution", "convolution_prediction"


def told() -> dict:
    """What every tab of the class was told last."""
    event = hub._latest[CLASS].event.decode()
    return json.loads(event.split("data: ", 1)[1])


def poll(held):
    [found] = held.polls.of_class(current.held().id)
    return found


def answer(app, choice):
    [choices] = [one for one in app.segmented_control if " asked " in str(one.key)]
    choices.set_value(choice)
    return app.run()


def labels(app):
    return [button.label for button in app.button]


@pytest.fixture
def teacher(held):
    return press(open_as(TEACHER, PAGE), "Present")


def test_nobody_sees_the_answer_before_the_teacher_reveals_it(held, teacher):
    ada, bob = open_as(student("ada"), PAGE), open_as(student("bob"), PAGE)
    assert class_poll.SOON in texts(ada)
    [closed] = [one for one in ada.segmented_control if " asked " in str(one.key)]
    assert closed.disabled
    press(teacher, "Open poll")
    before = told()
    first, second = poll(held).choices[:2]
    answer(ada.run(), first)
    answer(bob.run(), second)
    answer(bob, first)
    assert dict(poll(held).counts)[first] == 2
    assert poll(held).answers == 2
    assert told()["counts"][poll(held).id].startswith("2 ")
    assert told()["states"] == before["states"]  # a count is drawn by the browsers themselves
    for app in (ada, bob, teacher.run()):
        assert not app.success
        assert "Measured" not in texts(app)
    shown = "".join(each.proto.body for each in teacher.html)
    assert f'data-counts="{poll(held).id}">2 answers so far<' in shown
    press(teacher, "Reveal")
    assert told()["states"] != before["states"]
    measured = poll(held).answer
    for app in (ada.run(), teacher):
        assert f"Measured: {measured}." in texts(app)
        assert f"class-answers-{poll(held).id}" in charts(app)
    assert "Open poll" not in labels(teacher)


def test_one_student_with_two_tabs_counts_once_and_finds_the_answer_again(held, teacher):
    press(teacher, "Open poll")
    first, second = poll(held).choices[:2]
    answer(open_as(student("ada"), PAGE), first)
    again = open_as(student("ada"), PAGE)
    [choices] = [one for one in again.segmented_control if " asked " in str(one.key)]
    assert choices.value == first
    answer(again, second)
    assert dict(poll(held).counts) == dict.fromkeys(poll(held).choices, 0) | {second: 1}


def test_an_answer_that_comes_too_late_is_refused(held, teacher):
    press(teacher, "Open poll")
    ada = open_as(student("ada"), PAGE)
    press(teacher, "Close poll")
    answer(ada, poll(held).choices[0])
    assert poll(held).answers == 0
    assert class_poll.UNANSWERED in texts(ada)
    press(teacher, "Open again")
    answer(ada.run(), poll(held).choices[0])
    assert poll(held).answers == 1


def test_without_a_presenting_teacher_a_lesson_is_as_it_is(held, teacher):
    ada = open_as(student("ada"), PAGE)
    press(teacher, "Stop")
    assert [one.key for one in ada.run().segmented_control if one.key == KEY] == [KEY]
    assert "Before you look" in texts(ada)


def test_a_lesson_that_the_class_has_not_come_to_waits_while_a_teacher_presents(held, teacher):
    other = "cardinality"
    ada, presented = open_as(student("ada"), other), told()["states"]
    assert class_poll.LATER in texts(ada)
    [closed] = [one for one in ada.segmented_control if " asked " in str(one.key)]
    assert closed.disabled
    assert poll(held).page == PAGE
    assert class_poll.LATER not in texts(open_as(OTHER_TEACHER, other))
    press(teacher, "Stop")
    assert told()["states"][other] != presented[other]  # so that it is drawn anew by itself
    assert class_poll.LATER not in texts(ada.run())


def test_a_student_has_no_button_of_a_teacher_and_presses_none(held, teacher):
    ada = open_as(student("ada"), PAGE)
    assert not {"Present", "Stop", "Open poll", "Reveal"} & set(labels(ada))
    # The key of the teacher's button, sent by a student's browser, is of no widget of this page.
    ada.session_state[f"page Open poll {poll(held).id}"] = True
    ada.run()
    assert poll(held).opened is None


def test_the_last_teacher_who_presents_is_followed_and_the_other_is_told(held, teacher):
    assert told()["page"] == PAGE
    other = open_as(OTHER_TEACHER, "glossary")
    assert "Another teacher presents" in texts(other)
    press(other, "Present here")
    assert told()["page"] == "glossary"
    assert "Another teacher presents" in texts(teacher.run())
    assert "Present here" in labels(teacher)
    assert told()["page"] == "glossary"


def test_a_presented_address_leaves_out_what_is_the_teachers_own(held):
    press(open_as(TEACHER, "feature_maps", image="upload", block="2", stage="true"), "Present")
    assert (told()["page"], told()["own"]) == ("feature_maps", True)
    assert "image" not in told()["query"]
    assert "stage" not in told()["query"]


def test_only_pages_with_a_question_in_another_state_are_drawn_anew():
    poll = Poll("p", PAGE, "s", "?", ("a", "b"), 0.0)
    target = Target("teacher", "glossary", turn=3)
    before = classes.states(target, [poll], [])
    assert set(before) == {lesson.name for lesson in LESSONS}
    answered = replace(poll, counts={"a": 3})
    assert classes.states(replace(target, page=PAGE, turn=4), [answered], []) == before
    for changed in ({"opened": 1.0}, {"opened": 1.0, "closed": 2.0}, {"revealed": 1.0}):
        after = classes.states(target, [replace(poll, **changed)], [])
        assert [page for page in after if after[page] != before[page]] == [PAGE]
    ended = classes.states(replace(target, presenter=None), [poll], [])
    assert not set(ended.values()) & set(before.values())
    asked = classes.states(target, [], [("r", True)])
    assert set(asked) - set(before) == {"training"}
    assert classes.states(target, [], [("r", False)]) != asked


def test_what_is_followed_is_all_of_an_address_but_what_is_ones_own():
    query = "runs=a%26b&runs=c&image=photograph&stage=true&word="
    assert following.followed(query) == ("runs=a%26b&runs=c&image=photograph&word=", False)
    assert following.followed("image=camera&block=2") == ("block=2", True)
