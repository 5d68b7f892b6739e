"""What each network of the pair mistakes, on which pictures, and these pictures themselves."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.data.names import at_hand, available
from resnet_viz.errors import UserError
from resnet_viz.home import data_sets
from resnet_viz.reporting import histories
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import cached
from resnet_viz.ui.shell import links, projector
from resnet_viz.ui.shell.panels import CHART_CONFIG
from resnet_viz.wording import whole_share

if TYPE_CHECKING:
    import plotly.graph_objects as go
    from PIL import Image

    from resnet_viz.analysis import Confusion

OWN = "each network's own"
MOST_CELLS = 40  # classes up to which a matrix can be read
MOST_PICTURES = 24


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
        """Which pictures, and whether now or when the checkpoint was made, for Markdown."""
        images = int(self.confusion.counts.to_numpy().sum())
        how = "counted when the checkpoint was made" if self.recorded else "counted here"
        return f"{images:,} test pictures of {literal(histories.data_title(self.data))}, {how}"


def choose_data() -> str:
    """Draw the chooser of the test pictures."""
    return links.select("Test pictures", [OWN, *available()], key="test_data")


def of(side: Side, data: str) -> Mistakes | None:
    """What the network of a side mistakes; a sentence and None where that cannot be known."""
    from resnet_viz import analysis

    classifier = side.classifier
    known = classifier.card.get("data")
    name = str(known) if data == OWN else data
    if data == OWN and known is None:
        st.info(
            f"{side.label} does not say which data it was trained on: choose test pictures above."
        )
        return None
    if name == known and (recorded := analysis.recorded_confusion(classifier)) is not None:
        return Mistakes(side, name, recorded, recorded=True)
    title = literal(histories.data_title(name))
    if not at_hand(name):
        st.info(
            f"The test pictures of {title}, on which {side.label} was trained, are not on this "
            f"machine: {_bring([name])}, or choose other test pictures above."
        )
        return None
    try:
        if (classes := cached.data_set(name).classes) != classifier.classes:
            st.info(
                f"{side.label} knows the classes {_some(classifier.classes)}, the pictures of "
                f"{title} are of {_some(classes)}: choose the pictures that it was trained for."
            )
            return None
        return Mistakes(side, name, cached.confusion(classifier, name), recorded=False)
    except UserError as error:
        st.info(str(error))
        return None


def matrix(mistakes: Mistakes, cell: tuple[str, str] | None) -> "go.Figure":
    """Draw the matrix of a network, whose cells can be chosen if one of them is."""
    marked = None
    if cell and set(cell) <= set(mistakes.classes):
        marked = (mistakes.classes.index(cell[0]), mistakes.classes.index(cell[1]))
    figure = cached.figure(charts.confusion, mistakes.confusion.counts, marked=marked)
    key = f"matrix-{mistakes.side.key}"
    st.plotly_chart(
        projector.enlarged(figure),
        key=key,
        on_select=partial(_follow, key) if cell else "ignore",
        selection_mode="points",
        config=CHART_CONFIG,
        alt=f"Confusion matrix of {mistakes.side.label}, true classes as rows: "
        f"{mistakes.confusion.accuracy:.1f} % on the diagonal. "
        f"Worst: {'; '.join(_pairs(mistakes, 3))}.",
    )
    return figure


def absent(found: Sequence[Mistakes]) -> str:
    """Why no pictures can be shown of any network, and what to do about it, for Markdown."""
    names = list(dict.fromkeys(mistakes.data for mistakes in found))
    titles = " and of ".join(literal(histories.data_title(name)) for name in names)
    return (
        f"The test pictures of {titles} are not on this machine, so that none can be shown of a "
        f"number: {_bring(names)}."
    )


def choose_cell(found: Sequence[Mistakes]) -> tuple[str, str]:
    """Draw two lists for the true and the predicted class; the first network's worst at first."""
    pairs = found[0].confusion.worst_pairs(1)[["true", "predicted"]].to_numpy().tolist()
    first = pairs[0] if pairs else found[0].classes[:2]
    options = list(dict.fromkeys(name for mistakes in found for name in mistakes.classes))
    with st.container(horizontal=True):
        true = links.select("Pictures of", options, key="true", default=first[0])
        predicted = links.select("taken for", options, key="predicted", default=first[1])
    return true, predicted


def worst(mistakes: Mistakes, most: int = 5) -> None:
    """Name the pairs that are mistaken most, one a line."""
    st.markdown(
        "**Worst pairs**, in per cent of the true class\n"
        + "".join(f"\n- {pair}" for pair in _pairs(mistakes, most, written=literal))
    )


def _pairs(mistakes: Mistakes, most: int, written: Callable[[str], str] = str) -> list[str]:
    pairs = mistakes.confusion.worst_pairs(most)
    return [
        f"{written(str(row.true))} taken for {written(str(row.predicted))}: {row.share:.1f} % "
        f"({row.images:,})"
        for row in pairs.itertuples()
    ] or ["none: it mistakes nothing"]


def pictures(mistakes: Mistakes, true: str, predicted: str) -> "Image.Image | None":
    """Draw the pictures of a cell, up to 24, or say why there are none."""
    classes = mistakes.classes
    if not {true, predicted} <= set(classes):
        st.caption(f"{mistakes.side.label} does not know both of these classes.")
        return None
    label, wanted = classes.index(true), classes.index(predicted)
    cell = f"pictures of {true} that {mistakes.side.label} takes for {predicted}"
    count = int(mistakes.confusion.counts.to_numpy()[label, wanted])
    if not count:
        st.caption(f"There are no {literal(cell)}.")
        return None
    if not mistakes.at_hand:
        st.caption(f"{count:,} {literal(cell)}; they are not on this machine.")
        return None
    images = cached.pictures_taken_for(mistakes.side.classifier, mistakes.data, label, wanted)
    sheet = charts.sheet(images[:MOST_PICTURES])
    shown = f", the first {MOST_PICTURES}" if len(images) > MOST_PICTURES else ""
    caption = f"{len(images):,} {literal(cell)}{shown}"
    st.image(sheet, width="stretch", caption=caption, alt=f"{cell}.")
    return sheet


def compared(found: Sequence[Mistakes]) -> str:
    """What follows from the numbers of the two networks."""
    said = [f"{one.side.label} is right on {one.confusion.accuracy:.1f} %." for one in found]
    for one in found:
        counts = one.confusion.counts.to_numpy()
        taken, fair = counts.sum(axis=0), counts.sum() / len(counts)
        if taken.max() > 2 * fair:
            name = literal(one.classes[int(taken.argmax())])
            share = whole_share(100 * taken.max() / counts.sum())
            said.append(f"{one.side.label} takes {share} % of all pictures for {name}.")
    if len(found) == 2 and found[0].classes == found[1].classes:
        first, second = (one.confusion.per_class()["accuracy"] for one in found)
        if (first - second).abs().max() > 0:
            place = int((first - second).abs().argmax())
            name = literal(found[0].classes[place])
            accuracies = f"{whole_share(first[place])} % against {whole_share(second[place])} %"
            said.append(f"They differ most on {name}: {accuracies}.")
    return " ".join(said)


def _follow(matrix: str) -> None:
    """Let the two lists follow a click into a matrix."""
    if points := st.session_state[matrix]["selection"]["points"]:
        st.session_state["true"], st.session_state["predicted"] = points[-1]["customdata"][:2]


def _bring(names: Sequence[str]) -> str:
    """What brings data sets onto this machine."""
    folders = " and one named ".join(literal(name) for name in names)
    return (
        f"put a folder named {folders} with them into {data_sets().name} in the folder where this "
        "server keeps its runs"
    )


def _some(classes: tuple[str, ...]) -> str:
    return ", ".join(map(literal, classes[:3])) + (", …" if len(classes) > 3 else "")
