"""Teacher's notes: their links lead to what they say, plans fill the hour, exercises are folded."""

from functools import cache
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest

from resnet_viz.reporting.teaching import exercises, facts, notes, plans
from resnet_viz.reporting.teaching.note import Note
from resnet_viz.runs import shipped
from resnet_viz.ui.shell import keys
from resnet_viz.ui.shell.page_table import LESSONS, PAGES
from resnet_viz.ui.topics import spurious_cue
from tests.app.class_support import ADA, TEACHER, classroom, come_as
from tests.app.support import open_page, texts, turn_to

__all__ = ["classroom", "come_as"]


@cache
def known() -> facts.Facts:
    return facts.of(shipped(), spurious_cue.accuracies())


@cache
def written() -> dict[str, Note]:
    return notes.notes(known())


def pointed() -> list[tuple[str, dict[str, str]]]:
    """All pages that notes, plans and exercises lead to, with what their addresses ask for."""
    return [
        *((note.page, dict(move.query)) for note in written().values() for move in note.moves),
        *((step.page, dict(step.query)) for plan in plans.PLANS.values() for step in plan),
        *((one.page, dict(one.query)) for one in exercises.exercises(known())),
    ]


def test_every_lesson_has_a_note_with_something_to_say_ask_move_and_mend():
    assert {lesson.name for lesson in LESSONS} < set(written())
    for note in written().values():
        assert all((note.minutes, note.say, note.ask, note.sources))
        assert len(note.moves) >= 2
        assert len(note.mistakes) >= 2
        assert all(mistake.said and mistake.so for mistake in note.mistakes)


def test_every_link_asks_a_page_of_the_table_for_what_it_has():
    for page, query in pointed():
        assert page in PAGES
        assert [key for key in query if not keys.drawn_on(key, page)] == []


@pytest.mark.parametrize("page", [page for page in PAGES if any(dict(pointed()).get(page, ()))])
def test_a_page_shows_what_the_links_ask_for_without_a_warning(page):
    asked = {key: said for name, query in pointed() if name == page for key, said in query.items()}
    app = open_page(page, **asked)
    assert not app.warning
    assert not app.error


def test_a_link_is_shown_whole_in_the_middle_of_a_visit():
    app = open_page("notes")
    for move in written()["convolution"].moves:
        app.query_params.update(move.query)  # as `st.page_link` hands them over
        turn_to(app, "convolution")
        assert {key: str(app.number_input(key=key).value) for key in move.query} == move.query
        assert not app.warning
        turn_to(app, "notes")


@pytest.mark.parametrize(("minutes", "plan"), [(45, "45 minutes"), (90, "90 minutes")])
def test_a_plan_fills_its_time_and_leads_to_its_pages(minutes, plan):
    steps = plans.PLANS[plan]
    times = plans.times(steps)
    assert times[0].startswith("0–")
    assert times[-1].endswith(f"–{minutes}")
    assert all(a.split("–")[1] == b.split("–")[0] for a, b in pairwise(times))
    app = open_page("notes", teach=plan)
    links = [link.proto for link in app.page_link]
    assert [link.page for link in links] == [PAGES[step.page].address for step in steps]
    assert [dict(parse_qsl(link.query_string)) for link in links] == [
        dict(step.query) for step in steps
    ]
    assert all(time in texts(app) for time in times)


def test_answers_are_folded_and_files_of_both_kinds_are_offered():
    app = open_page("notes", teach="exercises")
    asked = exercises.exercises(known())
    answers = [box for box in app.expander if box.label == "Answer"]
    assert len(answers) == len(asked)
    assert not any(box.proto.expanded for box in answers)
    outside = "\n".join(
        text.value for text in app.markdown if not any(text in box.markdown for box in answers)
    )
    assert "269,722" not in outside
    assert "269,722" in texts(app)
    labels = [button.proto.label for button in app.get("download_button")]
    assert labels == ["Exercises (HTML, printable)", "With answers"]


def test_a_student_of_a_class_reads_no_answer_and_a_teacher_does(come_as):
    come_as(ADA)
    app = open_page("notes", teach="exercises")
    assert len(app.error) == 1
    assert not app.expander
    assert not app.get("download_button")
    assert "269,722" not in texts(app)
    come_as(TEACHER)
    app = open_page("notes", teach="exercises")
    assert not app.error
    assert "269,722" in texts(app)


def test_notes_say_what_the_records_say_and_nothing_of_what_is_not_at_hand():
    deep = 100 - shipped()["plain56-cifar10-jpeg-seed0"].epochs["train_accuracy"].iloc[-1]
    assert f"plain-56 at {deep:.1f} %" in " ".join(written()["degradation"].say)
    without = notes.notes(facts.of({}))
    assert set(without) == set(written())
    for note in without.values():
        said = " ".join([*note.say, *(mistake.so for mistake in note.mistakes)])
        assert "Recorded" not in said
        assert " nan " not in said
