"""Race: a class says where a network's error will end, and sees its guesses where it did."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from resnet_viz import charts
from resnet_viz.classroom.errors import ClassroomError
from resnet_viz.reporting import class_guesses, histories, run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs import Run
from resnet_viz.teaching.races import QUANTITIES, Race
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.classroom import class_poll, classes, following
from resnet_viz.ui.classroom.classes import Lecture
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.shell import panels

HALF = 50.0  # per cent, where the slider stands at first
LATER = "All guesses are shown on the curve when the run has finished."


def ask(configs: Sequence[RunConfig]) -> bool:
    """The question that is open, for whoever guesses and for whoever asks; nothing without a class.

    Args:
        configs: what the form describes, of which the class may be asked.

    Returns:
        Whether there is one: then nothing that was recorded may give the answer away.
    """
    here = classes.lecture()
    if here is None:
        return False
    race = _last(here)
    if here.presents and configs and (head := following.controls()) is not None:
        with head:
            _offer(here, _guessed(configs))
    if race is None or not race.is_open:
        return False
    panels.finding(literal(class_guesses.asked(race)))
    with st.container(border=True, key="class-race"):
        if here.may_present:
            st.caption("Once **Train** has started this network, no more guesses are taken.")
        else:
            _guess(here, race)
        class_poll.counts(race.id, class_guesses.guessed(len(race.guesses)))
        if here.may_present:
            st.button(
                "Ask no longer",
                key="class_race_close",
                icon=":material/lock:",
                type="tertiary",
                help="The page shows again what is recorded.",
                on_click=classes.change,
                args=(here.session.id, partial(classes.books().races.close, race.id)),
            )
    return True


def start(runs: Sequence[Run]) -> None:
    """Tie the runs that were started to the question that is open, which takes no more guesses."""
    here = classes.lecture()
    if here is None or not here.may_present:
        return
    race = _last(here)
    if race is None or not race.is_open:
        return
    names = [run_labels.described(run.config) for run in runs]
    if race.network in names:
        first = names.index(race.network)
        ids = [runs[first].id, *(run.id for place, run in enumerate(runs) if place != first)]
        classes.books().races.start(race.id, ids)
        classes.publish(here.session.id)


def show_outcome() -> None:
    """Where the network ended whose end was guessed last, with everyone's guess beside it."""
    here = classes.lecture()
    race = _last(here) if here else None
    if here is None or race is None or race.is_open or not race.runs:
        return
    run = next((run for run in stored_runs.readable() if run.id == race.runs[0]), None)
    if run is None:
        return
    with st.container(border=True, key="class-race"):
        ended = error_at_end(run, race)
        if ended is None:
            st.markdown(f"**Race.** {literal(class_guesses.spread_of(race.guesses))} {LATER}")
            return
        said = class_guesses.outcome(race, ended, here.code)
        st.markdown(f"**Race.** {literal(said)}")
        history = histories.epochs(
            {race.network: [run]}, lambda run: stored_runs.store().epochs(run.id)
        )
        panels.chart(
            charts.race(
                history,
                list(race.guesses.values()),
                network=race.network,
                quantity=race.quantity,
                epochs=run.config.epochs,
                mine=race.guesses.get(here.code),
            ),
            key="class-race-guesses",
            alt=f"The {QUANTITIES[race.quantity]} of {race.network} over training, and "
            f"{class_guesses.spread_of(race.guesses)} {said}",
        )


def error_at_end(run: Run, race: Race) -> float | None:
    """The guessed error of a run that has finished, in per cent; None of others."""
    accuracy = run.latest[f"{race.quantity}_accuracy"]
    return 100 - accuracy if run.status == "finished" and accuracy is not None else None


def _last(here: Lecture) -> Race | None:
    races = classes.books().races.of_class(here.session.id)
    return races[-1] if races else None


def _guessed(configs: Sequence[RunConfig]) -> str:
    """What is asked about: the network without shortcuts, where there is one."""
    plain = [config for config in configs if not config.network.is_residual]
    return run_labels.described((plain or list(configs))[0])


def _offer(here: Lecture, network: str) -> None:
    with st.popover("Race", icon=":material/flag:", type="tertiary"):
        st.markdown(f"Let the class guess where {literal(network)} will end, before it trains.")
        quantity = st.radio(
            "Which error",
            tuple(QUANTITIES),
            index=1,
            format_func=QUANTITIES.__getitem__,
            key="class race quantity",
            horizontal=True,
        )
        st.button(
            "Ask the class",
            key="class_race_open",
            on_click=classes.change,
            args=(
                here.session.id,
                partial(classes.books().races.open, here.session.id, network, quantity),
            ),
        )


def _guess(here: Lecture, race: Race) -> None:
    """A slider that counts once it is sent, so that moving it asks nothing of the server."""
    mine = race.guesses.get(here.code)
    with st.form(f"class race {race.id}", border=False):
        value = st.slider(
            f"{QUANTITIES[race.quantity].capitalize()} at the end (%)",
            0.0,
            100.0,
            HALF if mine is None else mine,
            0.5,
            format="%.1f",
            key=f"class race guess {race.id}",
        )
        sent = st.form_submit_button("Guess" if mine is None else "Change my guess")
    if sent:
        try:
            classes.books().races.guess(race.id, here.code, float(value))
        except ClassroomError as error:  # it has started meanwhile
            st.warning(literal(str(error)))
            return
        classes.publish(here.session.id)
        st.rerun()
    if mine is not None:
        st.caption(f"Your guess: {mine:.1f} %. It is kept without your name.")
