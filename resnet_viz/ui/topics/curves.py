"""Parts of the page of curves: its lines and their history, the line in front, settings apart."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from resnet_viz.charts.run_curves import MOST_LABELS
from resnet_viz.reporting import histories, run_labels, run_lines
from resnet_viz.reporting.run_labels import AnyRun, RunOrRecord
from resnet_viz.reporting.run_lines import Lines
from resnet_viz.runs import Run
from resnet_viz.runs.foreign_logs.log import ForeignLog
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.networks import pair
from resnet_viz.ui.results import imported_logs, stored_runs
from resnet_viz.ui.shell import links

NONE_IN_FRONT = "none"
# While the pointer is at a line, that line is in front of the others: they are faint. Plotly keeps
# what it points at, and names the group of each line by the line's own number.
IN_FRONT = """
<script>
(() => {
  if (window.resnetVizInFront) return;
  window.resnetVizInFront = true;
  let asked = false;
  const look = () => {
    asked = false;
    for (const chart of document.querySelectorAll(".st-key-curves .js-plotly-plot")) {
      const lines = chart._fullData || [];
      const at = chart._fullLayout?.hovermode === "closest" ? chart._hoverdata?.[0] : null;
      const front = at ? lines[at.curveNumber]?.legendgroup : null;
      for (const line of lines) {
        for (const drawn of chart.getElementsByClassName("trace" + line.uid)) {
          const faint = front !== null && line.legendgroup !== front;
          drawn.style.opacity = faint ? 0.15 : front !== null ? 1 : line.opacity;
        }
      }
    }
  };
  document.addEventListener("mousemove", () => {
    if (!asked) { asked = true; requestAnimationFrame(() => setTimeout(look, 30)); }
  });
})();
</script>
"""


def all_lines(wanted: Iterable[str] = ()) -> Lines:
    """All that can be drawn now: what ships, the person's runs that have an epoch, and logs.

    Args:
        wanted: names that the page is asked for, also of runs older than those that are listed.
    """
    runs = [run for run in run_labels.in_order(stored_runs.readable()) if run.epoch]
    sources = stored_runs.shipped_records().values(), runs, imported_logs.every()
    lines = Lines.of(*sources)
    others = [name for name in wanted if name and name not in lines.members]
    older = [run for run in stored_runs.named(others) if run.epoch]
    return Lines.of(*sources, older=older) if older else lines


def of_the_pair(lines: Lines) -> list[str]:
    """The lines of the pair of networks; those of the table where it has none."""
    shipped = list(stored_runs.shipped_records().values())
    # What the chips call them, where there is no room for which copy of the data it was.
    narrow = run_labels.group(shipped, run_labels.called_narrowly)
    called = dict(zip(narrow, run_labels.group(shipped), strict=True))
    labels = (called.get(side.source.label, side.source.label) for side in pair.chosen())
    default = [label for label in dict.fromkeys(labels) if label in lines.members]
    return default or list(run_labels.group(run_labels.of_the_table(shipped)))


def history_of(shown: Mapping[str, Sequence[AnyRun]]) -> pd.DataFrame:
    """The epochs of the lines shown, read again only where a run has gone on."""
    # As one text: Streamlit looks at each part of a key, which takes long where there are many.
    runs = [run for members in shown.values() for run in members]
    return _history(repr((list(shown), *map(_moment, runs))), shown)


@st.cache_resource(max_entries=32, show_spinner=False)
def _history(key: str, _shown: Mapping[str, Sequence[AnyRun]]) -> pd.DataFrame:
    return histories.of_lines(_shown, lambda ids: stored_runs.store().epochs_of(ids))


def choose_front(shown: Sequence[str]) -> str:
    """Draw the chooser of the line in front of all others; empty for none."""
    options = [NONE_IN_FRONT, *shown]
    if st.session_state.get("front", NONE_IN_FRONT) not in options:
        del st.session_state["front"]
    front = links.select(
        "In front",
        options,
        key="front",
        help="This line is thick and the others are faint. Where there are many, so is the line "
        "that the pointer is at.",
    )
    return "" if front == NONE_IN_FRONT else front


def draw_hovering() -> None:
    """Let the line that the pointer is at stand in front, where there are many."""
    st.html(IN_FRONT, unsafe_allow_javascript=True)


def compare_settings(shown: Mapping[str, Sequence[RunOrRecord]]) -> None:
    """Choose two of the lines shown, and what their settings differ in, as a table."""
    names = list(shown)
    first, second = st.columns(2)
    for key in ("one_run", "other_run"):
        if key in st.session_state and st.session_state[key] not in shown:
            del st.session_state[key]
    with first:
        one = links.select("One", names, key="one_run")
    with second:
        other = links.select("The other", names, key="other_run", default=names[1])
    differences = run_lines.settings_apart(
        {name: shown[name][0].config for name in dict.fromkeys((one, other))}
    )
    st.caption(run_lines.apart_said(differences))
    if len(differences):
        st.dataframe(
            differences,
            hide_index=True,
            alt=f"The settings in which {one} and {other} differ, and their values.",
        )


def steps_of(shown: Mapping[str, Sequence[RunOrRecord]]) -> pd.DataFrame:
    """Training loss at every recorded step."""
    return histories.steps({label: stored_runs.records(runs) for label, runs in shown.items()})


def checkpoints(shown: Mapping[str, Sequence[RunOrRecord]]) -> dict[str, Path | None]:
    """The network of each line, of the first run that has one; of no more lines than are named."""
    some = list(shown.items())[:MOST_LABELS]
    return {label: next(filter(None, map(_checkpoint, runs)), None) for label, runs in some}


def _checkpoint(run: RunOrRecord) -> Path | None:
    return run.checkpoint if isinstance(run, Run) else shipped_checkpoint(run.name)


def _moment(run: AnyRun) -> tuple[object, ...]:
    """What changes where a run has gone on."""
    if isinstance(run, ForeignLog):
        return (run.digest,)
    if isinstance(run, Run):
        return run.id, run.name, run.step
    return run.name, len(run.epochs), *run.epochs["test_accuracy"].tail(1)
