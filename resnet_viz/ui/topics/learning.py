"""While it learned: both networks' maps of a picture at each of their snapshots."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as maps_reported
from resnet_viz.reporting import learning as reported
from resnet_viz.ui.networks import snapshots
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels

if TYPE_CHECKING:
    from resnet_viz.analysis import Attribution

FILM, FEWEST = 104, 6  # pixels that a picture of the strip is wide at least, and how many fit a row


@dataclass(frozen=True)
class Asked:
    """What is asked of one network at each moment.

    Attributes:
        target: index of the class to explain; None for the one that the network takes the picture
            for now.
        layer: its name; None for the method's own.
    """

    target: int | None = None
    layer: str | None = None


@dataclass(frozen=True, eq=False)
class Moment:
    """What a network answered at one moment of its training.

    Attributes:
        name: what the moment is called.
        epoch: of it, as far as that is known.
    """

    side: Side
    name: str
    epoch: int | None
    found: "Attribution"

    def probability(self, place: int) -> float:
        """Of a class, 0 … 1."""
        return float(self.found.probabilities[place])


def section(
    sides: Sequence[Side],
    sample: Sample,
    *,
    method: str,
    asked: Mapping[str, Asked],
    opacity: float = 0.6,
) -> pd.DataFrame | None:
    """Draw both networks' maps of a picture at each snapshot, and how sure they were; the numbers.

    None where neither network kept snapshots, or none could answer.

    Args:
        sides: as they are now.
        method: a slow one gives way to the first that is not, which is said.
        asked: of each side, by its key.
        opacity: of the maps, 0 … 1.
    """
    from resnet_viz.analysis import METHODS

    st.header("While it learned", anchor=False)
    if not any(side.source.snapshots() for side in sides):
        st.caption(reported.NOTHING)
        return None
    if METHODS[method].slow:
        quick = next(name for name, row in METHODS.items() if not row.slow)
        st.caption(reported.instead(METHODS[method].title, METHODS[quick].title))
        method = quick
    asking = st.container()
    ways = [snapshots.on_the_way(side) for side in sides]
    across = max(FEWEST, *map(len, ways))
    frames = []
    for way in ways:
        with panels.sentences(way[-1].header):
            moments = _moments(way, sample, method, asked[way[-1].key])
            _strip(moments, sample, opacity, across)
            frames.append(_rows(moments))
    if not frames:
        return None
    found = pd.concat(frames, ignore_index=True)
    with asking:
        st.caption(reported.question(METHODS[method].title, found))
    _conclude(found)
    snapshots.show_where_to_choose(sides)
    again = {
        way[-1].label: accuracy
        for way in ways
        for moment in way[-2:-1]
        if (accuracy := reported.made_again(moment.classifier.card)) is not None
    }
    if again:
        st.caption(reported.origin(again))
    return found


def _moments(way: Sequence[Side], sample: Sample, method: str, asked: Asked) -> list[Moment]:
    """A network's answers, all to the question that it is asked as it is now."""
    target, layer = asked.target, asked.layer if _has(way[-1], asked.layer) else None
    if target is None:
        target = analyses.attribution(way[-1].classifier, sample, method, None, layer).target
    moments = []
    for side in way:
        found = analyses.attribution(side.classifier, sample, method, target, layer)
        epoch = snapshots.epoch_of(side)
        name = reported.moment(epoch, last=side is way[-1], learns=side.source.learns)
        moments.append(Moment(side, name, epoch, found))
    return moments


def _strip(moments: Sequence[Moment], sample: Sample, opacity: float, across: int) -> None:
    """Draw the maps beside each other, with what the picture was taken for below each."""
    last = moments[-1].side
    last.header()
    if len(moments) == 1:
        st.caption(reported.only_last(last.label))
    with st.grid(across, min_column_width=FILM, gap="small"):
        for number, moment in enumerate(moments):
            classifier, found = moment.side.classifier, moment.found
            best = int(found.probabilities.argmax())
            says = classifier.classes[best]
            with st.container(gap="xxsmall"):
                panels.picture(
                    analyses.seen_large(classifier, sample)
                    if found.blank
                    else analyses.overlay(classifier, sample, found, opacity),
                    key=f"film {last.key} {number}",
                    alt=_described(moment, sample),
                )
                st.caption(
                    reported.answer(moment.name, says, moment.probability(best), blank=found.blank)
                )


def _has(side: Side, layer: str | None) -> bool:
    from resnet_viz.analysis import layers

    return layer is not None and layer in set(layers(side.classifier)["layer"])


def _described(moment: Moment, sample: Sample) -> str:
    from resnet_viz.analysis import METHODS

    found, label = moment.found, moment.side.label
    explained = moment.side.classifier.classes[found.target]
    what = f"{METHODS[found.method].title} of {label}, {moment.name}, for {explained}"
    strongest = charts.strongest(found.heatmap.numpy())
    return maps_reported.map_described(f"{what} on {sample.name}", strongest, inexact=found.inexact)


def _rows(moments: Sequence[Moment]) -> pd.DataFrame:
    last = moments[-1]
    classes, residual = last.side.classifier.classes, last.side.architecture.is_residual
    rather = last.found.rather_than
    return pd.DataFrame(
        {
            "label": last.side.label,
            "residual": residual,
            "epoch": [moment.epoch for moment in moments],
            "best": [classes[int(moment.found.probabilities.argmax())] for moment in moments],
            "explained": classes[last.found.target],
            "rather_than": "" if rather is None else classes[rather],
            "probability": [moment.probability(moment.found.target) for moment in moments],
        }
    )


def _conclude(moments: pd.DataFrame) -> None:
    """Say when each network knew it, and draw how sure they were of the class."""
    timed = moments.dropna(subset=["epoch"]).astype({"epoch": int})
    if timed.empty:
        return
    st.markdown(f"**{reported.finding(timed)}**")
    panels.chart(
        drawings.figure(charts.probability_by_epoch, timed),
        key="while-it-learned",
        alt=reported.described(timed),
    )
