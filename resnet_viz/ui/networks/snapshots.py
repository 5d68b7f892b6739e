"""A pair as it was on the way: the snapshots of its networks, one choice of epoch for both."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.reporting import learning as reported
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import opened
from resnet_viz.ui.shell import links

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

END = "last"  # also of a run under way, whose last one is not its end
PAUSE = 2.0  # seconds between two looks at whether a run under way has kept another one


@dataclass(frozen=True)
class Earlier(Side):
    """A network as it was after an epoch; 0 is its random weights."""

    epoch: int = 0

    @property
    def classifier(self) -> "Classifier":
        """The network of then, from the cache."""
        end = self.source.path
        assert end is not None  # or it would have no snapshots
        try:
            kept = self.source.snapshots()[self.epoch]
            return opened.at_initialisation(end) if kept is None else opened.classifier(kept)
        except (KeyError, FileNotFoundError) as error:
            raise self.removed() from error

    @property
    def _name(self) -> str:
        return f"{super()._name}, epoch {self.epoch}"


def choose(sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Draw the slider over epochs and give the pair of then; as it is where it kept no snapshots.

    A network that kept none of the epoch is as it was after the last epoch before of which it did.
    """
    if not (epochs := _epochs(sides)):
        if links.asked("epoch") not in (None, END):
            links.say(reported.nothing_kept(side.label for side in sides))
        return sides
    options = [*map(str, epochs), END]
    if st.session_state.get("epoch", END) not in options:  # of a pair that was shown before
        st.session_state["epoch"] = END
    chosen = links.steps("After epoch", options, key="epoch", says=END, value=END)
    if chosen == END:
        return sides
    return _after(sides[0], int(chosen)), _after(sides[1], int(chosen))


def show_where_to_choose(sides: Iterable[Side]) -> None:
    """Say that the pair can be seen as it was, if one of its networks kept snapshots."""
    if epochs := _epochs(sides):
        st.caption(reported.where_to_choose(epochs))


def on_the_way(side: Side) -> list[Side]:
    """A network as it was in each of its snapshots, in order, and as it is."""
    last = epoch_of(side)  # of a run under way, the last network may be a snapshot, too
    before = [epoch for epoch in side.source.snapshots() if last is None or epoch < last]
    return [*(_earlier(side, epoch) for epoch in before), side]


def epoch_of(side: Side) -> int | None:
    """The whole epochs that a network was trained for, as far as its card says."""
    if isinstance(side, Earlier):
        return side.epoch
    epochs = side.classifier.card.get("epochs")
    return epochs if isinstance(epochs, int) else None


def watch(sides: Iterable[Side]) -> None:
    """Draw the page anew when a network of the pair has been kept once more, or learns no more."""
    learning = [side.source.label for side in sides if side.source.learns]
    if learning:
        st.fragment(_look, run_every=PAUSE)(learning, _states(learning))


def _look(labels: Sequence[str], seen: dict[str, tuple[bool, list[int]]]) -> None:
    if _states(labels) != seen:
        st.rerun()


def _states(labels: Sequence[str]) -> dict[str, tuple[bool, list[int]]]:
    found = catalogue.every()
    return {
        label: (found[label].learns, list(found[label].snapshots()))
        for label in labels
        if label in found
    }


def _epochs(sides: Iterable[Side]) -> list[int]:
    return sorted({epoch for side in sides for epoch in side.source.snapshots()})


def _after(side: Side, epoch: int) -> Side:
    before = [kept for kept in side.source.snapshots() if kept <= epoch]
    last = epoch_of(side)
    if not before or (last is not None and before[-1] < last <= epoch):
        return side
    return _earlier(side, before[-1])


def _earlier(side: Side, epoch: int) -> Earlier:
    return Earlier(**vars(side), epoch=epoch)
