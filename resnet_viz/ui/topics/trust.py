"""Putting a map to the test: the checks of the page Attribution, one at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz import charts
from resnet_viz.analysis import METHODS
from resnet_viz.analysis.trust import CHECKS
from resnet_viz.analysis.trust.randomisation import NOTICES_BELOW
from resnet_viz.analysis.trust.removal import REPLACEMENTS
from resnet_viz.reporting import trust as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs.trust_study import TrustStudy
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings, map_checks
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, panels

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image
    from streamlit.delta_generator import DeltaGenerator

    from resnet_viz.analysis import Attribution
    from resnet_viz.models import Classifier

Maps = Mapping[str, "Attribution"]
Tables = dict[str, pd.DataFrame]
OPACITY = 0.6  # of the maps of the strip
SHARES = st.column_config.NumberColumn(format="%.1f")


@dataclass(frozen=True)
class Place:
    """Where a check's controls stand, and what it finds, above its evidence."""

    controls: "DeltaGenerator"
    finding: "DeltaGenerator"

    def say(self, said: Sequence[str]) -> None:
        """The findings, one a network."""
        if said:
            self.finding.markdown("  \n".join(f"**{text}**" for text in said))


def unnoticing(method: str | None = None) -> str | None:
    """What is said where methods are offered, or of one: whose maps outlive the weights."""
    found = reported.unnoticing(map_checks.recorded().values())
    shown = {name: value for name, value in found.items() if method in (None, name)}
    return reported.offered(shown)


def section(sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """Draw the checks of the shown maps, folded at first.

    Args:
        found: the maps by the side's key, of one method; a side without one is left out.

    Returns:
        The numbers of the check that is open, by title, for the downloads.
    """
    box = links.expander(
        "Can the map be trusted? Put it to the test",
        icon=":material/science:",
        key="trust",
        says="it closed",
    )
    shown = [side for side in sides if side.key in found]
    if not box.open or not shown:
        return {}
    with box:
        if marked := unnoticing(found[shown[0].key].method):
            st.info(marked)
        titles = {name: row.title for name, row in CHECKS.items()}
        controls = st.container(horizontal=True, vertical_alignment="bottom")
        with controls:
            check = links.segments("Check", tuple(CHECKS), key="check", names=titles)
        tables = DRAWN[check](Place(controls, st.container()), shown, sample, found)
        st.caption(reported.check(CHECKS[check]))
        for side in shown:
            if (gap := found[side.key].gap) is not None:
                st.caption(reported.completed(side.label, gap))
    return tables


def _removal(way: str, place: Place, sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """Curves and areas of the map and of the controls, for each network."""
    titles = {name: row.title for name, row in REPLACEMENTS.items()}
    with place.controls:
        replacement = links.segments(
            "Pixels are replaced by", tuple(REPLACEMENTS), key="replaced_by", names=titles
        )
    said: list[str] = []
    areas: dict[str, pd.DataFrame] = {}
    for column, side in zip(st.columns(len(sides), gap="medium"), sides, strict=True):
        one = found[side.key]
        with column, panels.sentences():
            result = map_checks.removal(side.classifier, sample, one, replacement)
            areas[side.label] = result.areas
            name = side.classifier.classes[one.target]
            whole = float(one.probabilities[one.target])
            said.append(reported.removed(side.label, one.method, way, result.areas, whole, name))
            legend = reported.areas_named(result.areas, way, one.method)
            panels.chart(
                drawings.figure(
                    charts.removal, result.curves, way, legend, hue=side.colour, title=side.label
                ),
                key=f"trust-{way}-{side.key}",
                alt=said[-1],
            )
    place.say(said)
    if not areas:
        return {}
    method = found[sides[0].key].method
    return {f"{CHECKS[way].title}, areas": reported.areas(areas, method)}


def _randomisation(place: Place, sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """The strip of maps as part after part becomes random, and what is recorded of all methods."""
    said, rows = [], []
    known = all(
        map_checks.is_randomised(side.classifier, sample, found[side.key]) for side in sides
    )
    for side in sides if known or _asked(found, "randomisation") else ():
        one = found[side.key]
        with panels.sentences():
            steps = map_checks.randomisation(side.classifier, sample, one)
            st.markdown(f"**{literal(side.label)}**")
            for column, step in zip(
                panels.beside(len(steps), key=f"forgetting-{side.key}", align="top"),
                steps,
                strict=True,
            ):
                part = step.parts[-1] if step.parts else ""
                caption = reported.forgotten_caption(part, step.correlation) if part else "trained"
                with column:
                    panels.picture(
                        _drawn(side, sample, one, step.parts, step.heatmap.numpy()),
                        key=f"forgotten {side.key} {part}",
                        caption=caption,
                        alt=f"The map of {side.label}, {caption}.",
                    )
            said.append(
                reported.forgotten(side.label, one.method, steps[-1].correlation, blank=one.blank)
            )
            rows += [
                {"network": side.label, "part": step.parts[-1], "correlation": step.correlation}
                for step in steps[1:]
            ]
    place.say(said)
    if said:
        st.caption(reported.STRIP)
    study = _study(place, sides)
    if study is not None:
        shown = reported.recorded_randomised(study)
        panels.chart(
            drawings.figure(
                charts.recorded_scores,
                shown,
                axis="rank correlation",
                span=(-0.3, 1.02),
                line=NOTICES_BELOW,
                says="does not notice",
            ),
            key="trust-randomised",
            alt="Rank correlation of each method's maps with those of the random network.",
        )
        st.caption(reported.randomised_conditions(study))
    return {"Randomisation": pd.DataFrame(rows)} if rows else {}


def _mosaic(place: Place, sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """The recorded mosaic test of all methods, beside the controls and chance."""
    study = _study(place, sides)
    if study is None:
        st.info("The mosaic test has not been recorded.")
        return {}
    finding = reported.mosaic_finding(study, found[sides[0].key].method)
    place.say([finding])
    rows = reported.recorded_mosaics(study)
    chart, table = st.columns([3, 2], gap="medium")
    shown = reported.table(rows, "value")
    with chart:
        panels.chart(
            drawings.figure(
                charts.recorded_scores,
                rows,
                axis="share on the right picture (%)",
                span=(0, 103),
                line=100 * reported.CHANCE,
                says="chance",
            ),
            key="trust-mosaics",
            alt=finding,
        )
    with table:
        st.dataframe(
            shown,
            hide_index=True,
            placeholder="",
            height=panels.table_height(len(shown)),
            column_config=dict.fromkeys(shown.columns[1:], SHARES),
            alt="Share of each map on the right picture, in per cent, by network.",
        )
    st.caption(reported.mosaic_conditions(study))
    return {"Mosaics": rows.drop(columns=["residual", "value", "map"])}


def _agreement(place: Place, sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """How alike the maps of the methods are that are there, for each network."""
    said, tables = [], {}
    for column, side in zip(st.columns(len(sides), gap="medium"), sides, strict=True):
        one = found[side.key]
        with column, panels.sentences():
            correlations = map_checks.agreement(side.classifier, sample, one)
            said.append(reported.agreed(side.label, one.method, correlations))
            panels.chart(
                drawings.figure(charts.agreement, correlations, title=side.label),
                key=f"trust-agreement-{side.key}",
                alt=said[-1],
            )
            tables[f"Agreement, {side.label}"] = correlations.reset_index(names="map")
    place.say(said)
    return tables


def _sensitivity(place: Place, sides: Sequence[Side], sample: Sample, found: Maps) -> Tables:
    """How much weak noise changes the map, for each network."""
    said, rows = [], []
    known = _all_known(map_checks.is_sensed, sides, sample, found)
    for side in sides if known or _asked(found, "sensitivity") else ():
        one = found[side.key]
        with panels.sentences():
            result = map_checks.sensitivity(side.classifier, sample, one)
            said.append(reported.sensitive(side.label, result, blank=one.blank))
            rows.append(
                {
                    "network": side.label,
                    "largest change (%)": 100 * result.largest,
                    "prediction kept": result.kept,
                    "samples": result.samples,
                }
            )
    place.say(said)
    return {"Sensitivity": pd.DataFrame(rows)} if rows else {}


# Check -> what draws it.
DRAWN: dict[str, Callable[[Place, Sequence[Side], Sample, Maps], Tables]] = {
    "insertion": partial(_removal, "insertion"),
    "deletion": partial(_removal, "deletion"),
    "randomisation": _randomisation,
    "mosaic": _mosaic,
    "agreement": _agreement,
    "sensitivity": _sensitivity,
}


def _all_known(
    is_known: "Callable[[Classifier, Sample, Attribution], bool]",
    sides: Sequence[Side],
    sample: Sample,
    found: Maps,
) -> bool:
    return all(is_known(side.classifier, sample, found[side.key]) for side in sides)


def _asked(found: Maps, check: str) -> bool:
    """Whether what takes long is wanted; a quick method's randomisation always is."""
    row = METHODS[next(iter(found.values())).method]
    if not row.slow and check == "randomisation":
        return True
    label = f"Compute it for {row.title}"
    return st.button(label, icon=":material/play_arrow:", key=f"compute {check}")


def _study(place: Place, sides: Sequence[Side]) -> TrustStudy | None:
    """The recorded checks of a data set, which can be chosen; the pair's own at first."""
    known = map_checks.recorded()
    if not known:
        return None
    own = [str(side.classifier.card.get("data")) for side in sides]
    default = next((name for name in own if name in known), next(iter(known)))
    names = {name: reported.DATA.get(name, name) for name in known}
    if len(known) == 1:
        return known[default]
    with place.controls:
        chosen = links.segments(
            "Recorded on", tuple(known), key="mosaics_of", names=names, default=default
        )
    return known[chosen]


def _drawn(
    side: Side,
    sample: Sample,
    found: "Attribution",
    parts: tuple[str, ...],
    heatmap: "NDArray[np.float32]",
) -> bytes:
    """A map over the pixels that the network is given."""
    classifier, signed = side.classifier, METHODS[found.method].signed
    known = (classifier.digest, sample.key, found.method, found.question, found.layer, parts)

    def draw() -> "Image.Image":
        seen = analyses.seen(classifier, sample)
        covered = charts.overlay(seen, heatmap, opacity=OPACITY, signed=signed)
        return charts.magnify(covered)

    return drawings.picture(("forgotten", *known), draw)
