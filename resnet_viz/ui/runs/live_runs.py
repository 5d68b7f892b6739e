"""What trains now, or ended last: its errors now, curves that grow, buttons to stop and resume."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from resnet_viz import charts
from resnet_viz.reporting import histories, live, run_labels
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.runs import button_label, runs_table
from resnet_viz.runs import Record, Run
from resnet_viz.runs.run import RESUMABLE
from resnet_viz.training.config import RunConfig
from resnet_viz.ui.results import stored_runs
from resnet_viz.ui.runs import growing_chart, live_feed, live_view
from resnet_viz.ui.runs.live_feed import REFRESH, STARTING
from resnet_viz.ui.runs.live_view import CURVES, TITLES, View
from resnet_viz.ui.runs.run_actions import SIDES, do, is_residual, show
from resnet_viz.ui.shell import panels, stage
from resnet_viz.ui.shell.page_table import PAGES
from resnet_viz.ui.shell.push import hub

IDLE = 5.0  # seconds between two looks, while nothing runs, at whether somebody has started one
PANEL = "live"


def _tone(hue: str) -> str:
    """A network's colour, brighter on a dark page, for a rule of a style sheet."""
    return f"light-dark({hue}, {panels.BRIGHTER[hue]})"


# The panel is drawn anew so often that Streamlit's fading of what is old would only flicker; bars
# and numbers have the colours of their networks' lines, and what a bar says has room for two lines.
LOOK = f"""<style>
.st-key-{PANEL} [data-testid="stElementContainer"] {{ opacity: 1; transition: none; }}
[class*="st-key-{PANEL}-plain"] {{ --of-network: {_tone(charts.PLAIN)}; }}
[class*="st-key-{PANEL}-residual"] {{ --of-network: {_tone(charts.RESIDUAL)}; }}
[class*="st-key-{PANEL}-"] [data-testid="stProgressBarTrack"] > div {{
  background: var(--of-network);
}}
[class*="st-key-{PANEL}-"] [data-testid="stMetricValue"] {{
  color: var(--of-network); font-variant-numeric: tabular-nums; font-weight: 600;
}}
[class*="st-key-{PANEL}-"] [data-testid="stProgress"] p {{
  align-content: end; min-height: 2lh;
}}
</style>"""


def shown_runs() -> list[Run]:
    """The oldest runs under way with their pair, or else the newest with theirs; plain first."""
    return live_view.shown_among(stored_runs.readable())


def recorded(configs: Sequence[RunConfig]) -> dict[str, list[Record]]:
    """The runs that ship with the product and differ from these at most by the seed, by network."""
    wanted = {run_labels.described(config): run_labels.setting(config) for config in configs}
    groups: dict[str, list[Record]] = {}
    for record in stored_runs.shipped_records().values():
        if name := wanted.get(run_labels.described(record.config)):
            groups.setdefault(name, []).append(record)
    return {name: groups[name] for name in wanted.values() if name in groups}


def recorded_beside(configs: Sequence[RunConfig]) -> list[Record]:
    """The recorded runs like those that the page shows: under way or ended, or else in the form."""
    shown = [run.config for run in shown_runs()] or configs
    return [record for records in recorded(shown).values() for record in records]


def show_live(configs: Sequence[RunConfig]) -> None:
    """The runs under way, or else the newest ones that ended; before any, what is recorded.

    Args:
        configs: what the form describes.
    """
    st.html(LOOK)
    known = recorded(configs)
    if hub.is_open:
        live_feed.begin()
        _draw(live_view.now(), known)
        return
    # Nothing is pushed without the dashboard's own server: the page looks for itself.
    runs = stored_runs.every()
    st.fragment(_look_again, run_every=_pause(runs))(_statuses(runs), known)


@panels.sentences()
def _look_again(seen: dict[str, tuple[str, bool]], known: dict[str, list[Record]]) -> None:
    if not stored_runs.trouble():
        stored_runs.launcher().pump(asks=False)
    if _statuses(stored_runs.every()) != seen:
        st.rerun()  # the table below and this panel's clock are of another moment
    _draw(live_view.now(), known)


@panels.sentences()
def _draw(view: View, known: dict[str, list[Record]]) -> None:
    if stored_runs.trouble():  # which is said above
        return
    panels.finding(view.finding or live.recorded(known))
    with st.container(key=PANEL):
        if view.shown:
            _numbers(view)
            _curves(view)
            if said := live.kept(view.shown):  # under the charts, which stay where they are
                st.caption(said)
        else:
            _recorded(known)
        if hub.is_open:
            live_feed.keep_texts(view, _places(view), key=f"{PANEL}-texts")


def _statuses(runs: list[Run]) -> dict[str, tuple[str, bool]]:
    return {run.id: (run.status, run.is_starting) for run in runs}


def _pause(runs: list[Run]) -> float:
    if any(run.is_starting for run in runs):
        return STARTING
    return REFRESH if any(run.is_active for run in runs) else IDLE


def _numbers(view: View) -> None:
    """The error of each network now, in large, beside what it does; and the buttons."""
    *rooms, buttons = st.columns([5] * len(view.shown) + [2], vertical_alignment="center")
    for room, run in zip(rooms, view.shown, strict=True):
        value, share, doing = view.told[run.id]
        with room, st.container(key=_room(run), gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                hue = "blue" if is_residual(run) else "orange"
                name = literal(run_labels.setting(run.config))
                st.metric(
                    f":{hue}[●] {name}: test error",
                    value,
                    width=stage.width(170),
                    help=f"The run {literal(run.name)}, after its last epoch.",
                )
                st.progress(min(1.0, share), text=doing)
            if run.error:
                st.error(literal(run.error))
            if run.status in ("failed", "interrupted") and (log := stored_runs.log(run)):
                with st.expander("The last lines of its log"):
                    st.code(log, language=None)
    with buttons:
        _buttons(view.shown)


def _room(run: Run) -> str:
    """The key of what is said of one run."""
    return f"{PANEL}-{'residual' if is_residual(run) else 'plain'}-{run.id}"


def _places(view: View) -> dict[str, dict[str, str]]:
    """Where what is said of the runs stands on the page."""
    parts = {
        "value": '[data-testid="stMetricValue"] p',
        "doing": '[data-testid="stProgress"] p',
        "bar": '[role="progressbar"]',
    }
    places = {
        run.id: {part: f".st-key-{_room(run)} {within}" for part, within in parts.items()}
        for run in view.shown
    }
    return places | ({"": {"finding": ".st-key-finding strong"}} if view.shown else {})


def _buttons(shown: Sequence[Run]) -> None:
    """Stop those of the runs that are under way, and resume those that did not come to an end."""
    launcher = stored_runs.launcher()
    own = [run for run in shown if launcher.may_change(run)]
    active = [run for run in own if run.is_active and not run.is_stopping]
    resumable = [run for run in own if run.status in RESUMABLE]
    stopping = any(run.is_stopping for run in own)
    if active or stopping:
        st.button(
            button_label("Stop", active, shown) if active else "Stopping",
            # One button whatever it says, or the last one would stand beside it for a moment.
            key=f"stop {' '.join(run.id for run in shown)}",
            icon=":material/stop:",
            disabled=not active,
            on_click=do,
            args=(launcher.stop, [run.name for run in active]),
        )
    if resumable and not stopping:  # some end before the others, and a click would fall on these
        st.button(
            button_label("Resume", resumable, shown),
            key=f"resume {' '.join(run.id for run in resumable)}",
            icon=":material/resume:",
            on_click=do,
            args=(launcher.resume, [run.name for run in resumable]),
        )
    trained = [run for run in shown if run.checkpoint]
    ended = not any(run.is_active or run.status in RESUMABLE for run in shown)
    if ended and trained and _press_to_look_inside(trained):
        st.switch_page(PAGES["gradients"].script)


def _press_to_look_inside(trained: list[Run]) -> bool:
    return st.button(
        "Look inside",
        icon=":material/network_node:",
        key=f"inside {' '.join(run.id for run in trained)}",
        help="The networks as they were trained become the pair that every page shows, and the "
        "page Gradients opens.",
        on_click=_show,
        args=(trained,),
    )


def _show(trained: list[Run]) -> None:
    """Make the pair of networks that were trained; one alone stands on its family's side."""
    sides = SIDES if len(trained) > 1 else SIDES[is_residual(trained[0]) :]
    for side, run in zip(sides, trained, strict=False):
        show(side, run.name)


def _curves(view: View) -> None:
    """The curves of the runs, two charts beside each other."""
    names = " and ".join(run_labels.setting(run.config) for run in view.shown)
    for column, (metric, (_, described, waiting)) in zip(
        st.columns(2), CURVES.items(), strict=True
    ):
        large = stage.is_set()
        data = live_feed.chart_data(view.curves[metric], large=large) | {"large": large}
        if hub.is_open:
            data |= live_feed.address(view) | {"metric": metric}
        with column:
            alt = f"{described} of {names}."
            growing_chart.show(data, key=f"live-{metric}", alt=alt, waiting=waiting)


def _recorded(known: dict[str, list[Record]]) -> None:
    """The recorded curves of the chosen networks, in the place where their own will grow."""
    if not known:
        st.info(f"{live.NOTHING} No runs of these settings are recorded either.")
        return
    names, large = " and ".join(known), stage.is_set()
    base = ", ".join(record.name for records in known.values() for record in records)
    for column, (metric, (_, described, _)) in zip(st.columns(2), CURVES.items(), strict=True):
        figure = _recorded_figure(metric, known, large)
        with column:
            growing_chart.show(
                {"base": f"recorded {base}", "figure": figure, "large": large},
                key=f"live-{metric}",
                alt=f"{described} of {names}, as recorded.",
            )


@st.cache_resource(max_entries=32, show_spinner=False, hash_funcs=stored_runs.KNOWN_BY)
def _recorded_figure(metric: str, known: dict[str, list[Record]], large: bool) -> dict[str, Any]:
    history = histories.epochs(known) if metric == "error" else histories.steps(known)
    longest = (0.0, 1.02 * float(history["epoch"].max()))
    title = f"{TITLES[metric]}, recorded"
    drawn = live_view.figure(metric, history, title, x_range=longest)
    return growing_chart.plain(drawn, large=large)


def offer_downloads() -> None:
    """The table of runs and, once they grow no more, the curves shown above."""
    runs = stored_runs.every()
    if not runs:
        return
    tables, figures = {"Runs": runs_table(runs)}, {}
    shown = shown_runs()
    if shown and not any(run.is_active for run in runs):
        found = live_view.read_histories(shown)
        tables |= {"Epochs": found["error"], "Steps": found["loss"]}
        figures = {
            metric: live_view.figure(
                metric, history, TITLES[metric], **live_view.axes(shown, metric, history)
            )
            for metric, history in found.items()
            if not history.empty
        }
    panels.downloads("training", tables=tables, figures=figures)
