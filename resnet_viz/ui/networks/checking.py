"""What was assumed of an imported network, and a check of that on labelled pictures."""

from typing import TYPE_CHECKING

import streamlit as st

from resnet_viz.data import DataError, local_sets
from resnet_viz.errors import UserError
from resnet_viz.reporting import imports as reported
from resnet_viz.reporting.markdown import literal
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import analyses
from resnet_viz.wording import listed

if TYPE_CHECKING:
    from resnet_viz.analysis import AssumptionCheck
    from resnet_viz.models import Classifier

TAKEN = "import check taken"
ASKED = "import checks"  # digests of networks and the data that they are checked on


def draw(key: str, label: str, classifier: "Classifier") -> None:
    """What was assumed, or on what it was checked, and the popover that checks it.

    Args:
        key: of the side.
        label: of the imported network in the chooser.
    """
    if said := reported.checked(classifier.card):
        st.caption(literal(said))
    if not (said := reported.assumed(classifier.card)):
        return
    st.caption(literal(said))
    with st.popover(
        "Check on labelled pictures",
        icon=":material/fact_check:",
        type="tertiary",
        key=f"check-{key}",
    ):
        _contents(key, label, classifier)


@st.fragment
def _contents(key: str, label: str, classifier: "Classifier") -> None:
    if st.session_state.pop(TAKEN, False):
        st.rerun()  # the whole page, which shows another network now
    names = _candidates(classifier)
    number = len(classifier.classes)
    if not names:
        st.caption(
            f"There are no labelled pictures of {number:,} classes here: unpack some on the "
            "Training page, or put a folder of them where this server keeps its data."
        )
        return
    data = st.selectbox(
        "Test pictures",
        names,
        key=f"check-data-{key}",
        help=f"Data sets of {number:,} classes; choose the one that the network was trained on.",
    )
    asked = st.session_state.setdefault(ASKED, set())
    question = (classifier.digest, data)
    if question not in asked:
        st.button(
            "Check",
            type="primary",
            key=f"check-begin-{key}",
            on_click=asked.add,
            args=(question,),
            help="Counts how often it is right on some hundred of them, as it is and with other "
            "assumptions.",
        )
        return
    if (found := _found(key, classifier, question)) is not None:
        _result(key, label, classifier, found)


def _candidates(classifier: "Classifier") -> list[str]:
    """The data sets at hand of as many classes; those of the same names first."""
    found = {}
    for name in local_sets.available():
        try:
            found[name] = local_sets.classes(name)
        except DataError:
            continue
    fitting = [name for name in found if len(found[name]) == len(classifier.classes)]
    return sorted(fitting, key=lambda name: found[name] != classifier.classes)


def _found(
    key: str, classifier: "Classifier", question: tuple[str, str]
) -> "AssumptionCheck | None":
    """The check's result; what is wrong with the data is said, and a button ends it meanwhile."""
    place = st.empty()
    if not analyses.is_checked(classifier, question[1]):
        place.button(
            "Stop checking",
            icon=":material/cancel:",
            key=f"check-stop-{key}",
            on_click=st.session_state[ASKED].discard,
            args=(question,),
        )
    found = None
    try:
        found = analyses.assumption_check(classifier, question[1])
    except UserError as error:
        st.error(literal(str(error)))
    place.empty()
    return found


def _result(key: str, label: str, classifier: "Classifier", found: "AssumptionCheck") -> None:
    best, mostly_wrong = found.best, found.is_mostly_wrong(found.best)
    doubtful = best is not found.imported or mostly_wrong
    (st.warning if doubtful else st.success)(literal(reported.verdict(found)))
    taken = f"Use it with {listed(best.differs)}" if best.differs else "Keep it so"
    st.button(
        taken,
        type="primary" if best.differs and not mostly_wrong else "secondary",
        disabled=found.is_near_guessing(best),
        key=f"check-take-{key}",
        on_click=_take,
        args=(label, classifier, found),
        help="For everybody who sees it: it is then noted as checked, not as assumed.",
    )
    if problem := st.session_state.pop("check problem", None):
        st.error(literal(problem))
    if len(found.alternatives) > 1:
        st.dataframe(
            reported.ways_tried(found),
            hide_index=True,
            column_config={
                "way": "Way to use its tensors",
                "right": st.column_config.NumberColumn("Right, %", format="%.1f"),
            },
            alt="How often the network is right with each of the assumptions that were tried.",
        )


def _take(label: str, classifier: "Classifier", found: "AssumptionCheck") -> None:
    """Put the network as it is best used in the place of what was imported."""
    try:
        new = catalogue.replace(label, found.take(classifier, found.best))
    except UserError as error:
        st.session_state["check problem"] = str(error)
        return
    for side in ("left", "right"):
        if st.session_state.get(side) == label:
            st.session_state[side] = new
    st.session_state[TAKEN] = True
