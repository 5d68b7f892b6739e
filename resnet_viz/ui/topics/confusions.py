"""What each network of the pair mistakes, on which pictures, and these pictures themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.data import at_hand, available
from resnet_viz.errors import UserError
from resnet_viz.reporting import confusions as reported
from resnet_viz.reporting.glossary import TERMS
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings, opened
from resnet_viz.ui.shell import links, panels, stage
from resnet_viz.ui.shell.panels import CHART_CONFIG

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

    from resnet_viz.analysis import Confusion

OWN = "each network's own"
MOST_CELLS = 40  # classes up to which a matrix can be read
MOST_PICTURES = 24
# Pixels that a matrix is high: of up to so many classes it is seen whole on a first screen.
FEW, FEW_HIGH, HIGH = 12, 400, 560


@dataclass(frozen=True, eq=False)
class Mistakes:
    """What a network takes test pictures for.

    Attributes:
        data: the name of the data set that the pictures are of.
        recorded: whether this was kept with the checkpoint instead of being computed here.
    """

    side: Side
    data: str
    confusion: "Confusion"
    recorded: bool

    @property
    def classes(self) -> tuple[str, ...]:
        """Names, in the order of the logits."""
        return self.confusion.classes

    @property
    def drawable(self) -> bool:
        """Whether the classes are few enough for a matrix."""
        return len(self.classes) <= MOST_CELLS

    @property
    def at_hand(self) -> bool:
        """Whether the pictures themselves are on this machine, and not only their counts."""
        return at_hand(self.data)

    @property
    def per_class(self) -> pd.DataFrame:
        """`Confusion.per_class` with the network's name and family, as the charts take it."""
        frame = self.confusion.per_class()
        residual = self.side.architecture.is_residual
        return frame.assign(label=self.side.label, residual=residual)

    @property
    def origin(self) -> str:
        """How many of which pictures are right, and when they were counted, for Markdown."""
        return reported.counted(self.confusion, self.data, recorded=self.recorded)


def choose_data() -> str:
    """Draw the chooser of the test pictures."""
    said = f"JPEG copy: {TERMS['JPEG copy']}"
    return links.select("Test pictures", [OWN, *available()], key="test_data", help=said, width=260)


def of(side: Side, data: str) -> Mistakes | None:
    """What the network of a side mistakes; a sentence and None where that cannot be known."""
    from resnet_viz import analysis

    classifier = side.classifier
    known = classifier.card.get("data")
    name = str(known) if data == OWN else data
    if data == OWN and known is None:
        st.info(
            f"{literal(side.label)} does not say which data it was trained on: choose test "
            "pictures above."
        )
        return None
    if name == known and (recorded := analysis.recorded_confusion(classifier)) is not None:
        return Mistakes(side, name, recorded, recorded=True)
    if not at_hand(name):
        st.info(reported.trained_on_absent(side.label, name))
        return None
    try:
        if (classes := opened.data_set(name).classes) != classifier.classes:
            st.info(reported.other_classes(side.label, classifier.classes, name, classes))
            return None
        return Mistakes(side, name, analyses.confusion(classifier, name), recorded=False)
    except UserError as error:
        st.info(literal(str(error)))
        return None


def matrix(mistakes: Mistakes, cell: tuple[str, str] | None) -> "go.Figure":
    """Draw the matrix of a network, whose cells can be chosen if one of them is."""
    height = FEW_HIGH if len(mistakes.classes) <= FEW else HIGH
    marked = None
    if cell and set(cell) <= set(mistakes.classes):
        marked = (mistakes.classes.index(cell[0]), mistakes.classes.index(cell[1]))
    figure = drawings.figure(
        charts.confusion, mistakes.confusion.counts, marked=marked, height=height
    )
    key = f"matrix-{mistakes.side.key}"
    st.plotly_chart(
        stage.enlarged(figure),
        key=key,
        on_select=partial(_follow, key) if cell else "ignore",
        selection_mode="points",
        config=CHART_CONFIG,
        alt=reported.matrix_described(mistakes.side.label, mistakes.confusion),
    )
    return figure


def choose_cell(found: Sequence[Mistakes]) -> tuple[str, str]:
    """Draw two lists for the true and the predicted class; the first network's worst at first."""
    pairs = found[0].confusion.worst_pairs(1)[["true", "predicted"]].to_numpy().tolist()
    first = pairs[0] if pairs else found[0].classes[:2]
    options = list(dict.fromkeys(name for mistakes in found for name in mistakes.classes))
    true = links.select("Pictures of", options, key="true", default=first[0], width=200)
    predicted = links.select("taken for", options, key="predicted", default=first[1], width=200)
    return true, predicted


def worst(mistakes: Mistakes, most: int = 5) -> None:
    """Name the pairs that are mistaken most, one a line."""
    worst_pairs = mistakes.confusion.worst_pairs(most)
    st.markdown(
        "**Worst pairs**, in per cent of the true class\n"
        + "".join(f"\n- {pair}" for pair in reported.pairs(worst_pairs, written=literal))
    )


def pictures(mistakes: Mistakes, true: str, predicted: str) -> "Image.Image | None":
    """Draw the pictures of a cell, up to 24, or say why there are none."""
    classes = mistakes.classes
    if not {true, predicted} <= set(classes):
        st.caption(f"{literal(mistakes.side.label)} does not know both of these classes.")
        return None
    label, wanted = classes.index(true), classes.index(predicted)
    cell = reported.cell(mistakes.side.label, true, predicted)
    count = int(mistakes.confusion.counts.to_numpy()[label, wanted])
    if not count or not mistakes.at_hand:
        st.caption(reported.no_pictures(cell, count))
        return None
    images = analyses.pictures_taken_for(mistakes.side.classifier, mistakes.data, label, wanted)
    sheet = charts.sheet(images[:MOST_PICTURES])
    caption = reported.pictures_shown(cell, len(images), MOST_PICTURES)
    panels.picture(sheet, key=f"cell {mistakes.side.key}", caption=caption, alt=f"Pictures {cell}.")
    return sheet


def _follow(matrix: str) -> None:
    """Let the two lists follow a click into a matrix."""
    if points := st.session_state[matrix]["selection"]["points"]:
        st.session_state["true"], st.session_state["predicted"] = points[-1]["customdata"][:2]
