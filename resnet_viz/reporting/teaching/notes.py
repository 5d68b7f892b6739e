"""All notes: on the lessons, then on the pages that are shown beside them."""

from resnet_viz.reporting.teaching.facts import Facts
from resnet_viz.reporting.teaching.lesson_notes import LESSONS
from resnet_viz.reporting.teaching.note import Note
from resnet_viz.reporting.teaching.page_notes import PAGES


def notes(facts: Facts) -> dict[str, Note]:
    """The notes by the name of their page."""
    found = [write(facts) for write in (*LESSONS, *PAGES)]
    return {note.page: note for note in found}
