"""One method, many pictures: one opened, with both maps beside what the networks take it for."""

from collections.abc import Mapping, Sequence

import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import attribution as reported
from resnet_viz.ui.networks.pair import Side
from resnet_viz.ui.results import analyses, drawings
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import panels
from resnet_viz.ui.topics import attributed_pixel, attribution, contact_sheet
from resnet_viz.ui.topics.attribution import Answer, Asked, Look, Shown

ORIGINAL = 240  # pixels of a picture as it came, at most


def draw(
    sides: Sequence[Side],
    samples: Sequence[Sample],
    method: str,
    asked: Asked,
    look: Look,
    shared: Sequence[str],
) -> Shown:
    """Draw the opened picture with both maps, and all of them small where there are several.

    Args:
        shared: the classes that both networks know.
    """
    from resnet_viz.analysis import METHODS

    opened = contact_sheet.opened(samples)
    shown = Shown(opened, look)
    answers: dict[str, list[Answer]] = {sample.name: [] for sample in samples}
    picture, *columns = panels.evidence().columns([24, 43, 43], gap="small")
    with picture, st.container(key="given"):
        show_picture(opened, sides, look, signed=METHODS[method].signed)
    for sample in samples:
        for column, side in zip(columns, sides, strict=True):
            # Of the others only what is wrong stands in the column.
            heading = side.header if sample is opened else None
            with column, panels.sentences(heading):
                given = attribution.answer(side, sides, sample, method, asked)
                answers[sample.name].append(given)
    shown.answers += sorted(
        (one for said in answers.values() for one in said), key=lambda one: one.sample is not opened
    )
    of_opened = answers[opened.name]
    number = list(samples).index(opened)
    for column, side in zip(columns, sides, strict=True):
        with column:
            for given in (one for one in of_opened if one.side is side):
                side.header()
                show_answer(given, shown.drawn(given), number=number)
    for given in shown.answers:
        shown.figures[f"Answers of {given.side.label} on {given.sample.name}"] = given.figure
        if (drawn := shown.drawn(given)) is not None:
            shown.pictures[given.described] = drawn
    if shown.answers:
        shown.pictures[f"{opened.name} as it was cut"] = opened.image
    _say(shown, samples, answers, shared)
    return shown


def _say(
    shown: Shown,
    samples: Sequence[Sample],
    answers: Mapping[str, Sequence[Answer]],
    shared: Sequence[str],
) -> None:
    """Say who is right, and what the maps are for."""
    of_opened = answers[shown.sample.name]
    explained = list(dict.fromkeys(one.explained for one in of_opened if one.explained))
    if len(of_opened) == 2 and explained:
        st.caption(reported.question_of_maps(explained, shared=bool(shared)))
    if not shown.answers:
        return
    if len(samples) > 1:
        judged = [[one.judged for one in said] for said in answers.values()]
        panels.finding(reported.counted(judged))
        contact_sheet.draw(samples, answers, shown.drawn)
    elif of_opened:
        panels.finding(reported.finding(shown.sample.title, [one.judged for one in of_opened]))
    if of_opened:
        attributed_pixel.draw(of_opened, {one.side.key: shown.drawn(one) for one in of_opened})


def show_picture(sample: Sample, sides: Sequence[Side], look: Look, *, signed: bool) -> None:
    """Draw the picture as it came with the part that is seen, and what the networks are given.

    Below stand the colours of the maps beside it.
    """
    classifiers = [side.classifier for side in sides]
    if any(sample.whole.size != (one.input_size,) * 2 for one in classifiers):
        panels.picture(
            drawings.picture(
                ("framed", sample.key, ORIGINAL),
                lambda: charts.framed(
                    sample.whole, sample.cut.box(sample.whole.size), width=ORIGINAL
                ),
            ),
            key="original",
            alt=f"{sample.title}, the original.",
        )
    given = {(*analyses.part_seen(one, sample), one.input_size): one for one in classifiers}
    for column, one in zip(panels.beside(2, key="given"), given.values(), strict=False):
        side = sides[classifiers.index(one)]
        with column:
            panels.picture(
                analyses.seen_large(one, sample),
                key=f"seen {side.key}",
                alt=reported.seen_described(sample.title, side.label, one.input_size),
            )
    show_bar(look, signed=signed)
    if any(sample.whole.size != (one.input_size,) * 2 for one in classifiers):
        st.caption(reported.original(sample.title, sample.whole.size))
    for (*part, size), one in given.items():
        who = "" if len(given) == 1 else sides[classifiers.index(one)].label
        cut = sample.cut.how
        st.caption(
            reported.seen(
                sample.title, size, (part[0], part[1]), cut=cut, who=who, note=sample.note
            )
        )
    if sample.credit:
        st.caption(sample.credit)


def show_answer(answered: Answer, picture: bytes | None, *, number: int) -> None:
    """Draw a network's map of a picture beside the most likely classes.

    Args:
        picture: the map as it is to be seen; None where it is blank.
        number: of the picture on the page.
    """
    found, side, sample = answered.found, answered.side, answered.sample
    left, right = panels.beside(2, key=f"map-{number}-{side.key}", align="top")
    with left:
        if picture is None:
            st.info(found.note)
        else:
            panels.picture(
                picture,
                key=f"map {number} {side.key}",
                caption=reported.explained(answered.explained, found.layer, inexact=found.inexact),
                alt=described(answered),
            )
    with right:
        if sample.label is not None:
            best = answered.judged.best
            st.markdown(reported.verdict(best, sample.label, answered.classifier.classes))
        panels.chart(
            answered.figure,
            key=f"predictions-{number}-{side.key}",
            alt=reported.answered(side.label, sample.name, answered.probabilities),
        )
    if answered.note:
        st.info(answered.note)
    if found.note and picture is not None:
        st.caption(found.note)


def described(answered: Answer) -> str:
    """A map for whoever does not see it."""
    found = answered.found
    place = charts.strongest(found.heatmap.numpy())
    return reported.map_described(answered.described, place, inexact=found.inexact)


def show_bar(look: Look, *, signed: bool) -> None:
    """Draw the colours of the maps, or say what a mask leaves."""
    if look.drawn == charts.MASKED:
        st.caption(reported.mask(look.strongest))
        return
    ends = "against the class … for it" if signed else f"0 … {look.strength}"
    bar = drawings.picture(("colours", signed), lambda: charts.colour_bar(signed=signed))
    key = "colours signed" if signed else "colours"
    panels.picture(bar, key=key, caption=ends, alt=ends)
