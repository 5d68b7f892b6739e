"""Many pictures as a contact sheet: each small with both maps, one of them opened."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics.attribution import Answer

OPENED, FILTER = "picture opened", "pictures shown"
SMALL = 96  # pixels of a picture and of each map
EVERY = "all"


def opened(samples: Sequence[Sample]) -> Sample:
    """The picture whose full row is shown: the one that was pressed, or else the first."""
    name = st.session_state.get(OPENED)
    return next((sample for sample in samples if sample.name == name), samples[0])


def draw(
    samples: Sequence[Sample],
    answers: Mapping[str, Sequence[Answer]],
    drawn: Callable[[Answer], bytes | None],
) -> None:
    """Draw all pictures that the filter leaves, each with a button that opens it.

    Args:
        answers: of each picture, by its name, what the networks say that can answer.
        drawn: a map as it is seen; None where it is blank.
    """
    outcomes = {
        key: reported.outcome([one.judged for one in said]) for key, said in answers.items()
    }
    kinds = [EVERY, *dict.fromkeys(outcomes.values())]
    if st.session_state.get(FILTER, EVERY) not in kinds:  # of other pictures
        del st.session_state[FILTER]
    shown = st.segmented_control(
        "Show",
        kinds,
        default=EVERY,
        required=True,
        key=FILTER,
        wrap=True,
        label_visibility="collapsed",
    )
    current = opened(samples).name
    with st.grid("auto", min_column_width=3 * SMALL + 20, gap="small"):
        for number, sample in enumerate(samples):
            said = answers[sample.name]
            if shown not in (EVERY, outcomes[sample.name]) or not said:
                continue
            with st.container(gap="xxsmall"):
                panels.picture(
                    _strip(sample, said, drawn),
                    key=f"card {number}",
                    alt=reported.card(sample.title, [one.judged for one in said]),
                )
                st.button(
                    literal(f"{reported.signs([one.judged for one in said])} {sample.title}"),
                    key=f"open {number}",
                    type="primary" if sample.name == current else "secondary",
                    width="stretch",
                    help="Open it above.",
                    on_click=_open,
                    args=(sample.name,),
                )


def _open(name: str) -> None:
    st.session_state[OPENED] = name


def _strip(
    sample: Sample, said: Sequence[Answer], drawn: Callable[[Answer], bytes | None]
) -> bytes:
    maps = [picture for one in said if (picture := drawn(one)) is not None]
    known = ("strip", sample.key, *(one.described for one in said), *map(hash, maps))
    small = analyses.thumbnail(sample, 2 * SMALL)
    return drawings.picture(known, lambda: charts.strip([small, *maps], side=SMALL))
