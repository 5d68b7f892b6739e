"""How the chosen pictures are cut to the square that networks take."""

from collections.abc import Sequence

from resnet_viz.data.cuts import BY_HAND, CENTRE, WHOLE, Cut
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links

SUITED = "as suits it"


def choose_cut(samples: Sequence[Sample]) -> list[Sample]:
    """Draw the ways to cut, and three sliders where it is done by hand; the pictures so cut."""
    how = links.segments(
        "Cut to a square",
        (SUITED, CENTRE, WHOLE, BY_HAND),
        key="cut",
        help="Networks take a square. The photographs here are cut so that their object fills it.",
    )
    if how == SUITED:
        return suited(samples)
    cut = Cut(how)
    if how == BY_HAND:
        side = links.slider(
            "Side (% of the shorter side)", 10, 100, 80, 5, key="cut_side", says="80 %"
        )
        across = links.slider(
            "From left (0) to right (100)", 0, 100, 50, 5, key="cut_across", says="50"
        )
        down = links.slider(
            "From top (0) to bottom (100)", 0, 100, 50, 5, key="cut_down", says="50"
        )
        cut = Cut(how, side, across, down)
    return [sample.cut_as(cut) for sample in samples]


def suited(samples: Sequence[Sample]) -> list[Sample]:
    """Each cut as suits it."""
    return [sample.cut_as(Cut(sample.suits)) for sample in samples]
