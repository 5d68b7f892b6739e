"""All notes: on the lessons, then on the pages that are shown beside them."""

from resnet_viz.reporting.teaching import block_notes, lesson_notes, page_notes
from resnet_viz.reporting.teaching.facts import Facts
from resnet_viz.reporting.teaching.note import Note

ORDER = (
    lesson_notes.on_convolution,
    lesson_notes.on_vanishing,
    lesson_notes.on_degradation,
    block_notes.on_shortcuts,
    block_notes.on_cardinality,
    lesson_notes.on_wrong_reason,
    page_notes.on_training,
    page_notes.on_gradients,
    page_notes.on_feature_maps,
    page_notes.on_attribution,
)


def notes(facts: Facts) -> dict[str, Note]:
    """The notes by the name of their page."""
    found = [write(facts) for write in ORDER]
    return {note.page: note for note in found}
