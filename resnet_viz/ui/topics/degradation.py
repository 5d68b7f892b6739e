"""What the lesson on degradation shows of recorded runs and measures, kept for all visitors."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz.analysis.experiments.degradation import compare_built, compare_responses
from resnet_viz.data import DATA_SETS, PHOTOGRAPHS
from resnet_viz.data.registry import COPIES
from resnet_viz.errors import UserError
from resnet_viz.reporting import histories, study
from resnet_viz.runs import Record
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.results import opened, stored_runs
from resnet_viz.ui.results.long_work import Place

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

SHALLOW = ("plain20", "resnet20")
DEEP = {"plain20": "plain56", "resnet20": "resnet56"}
INSERTED = (1, 2, 6, 15)  # blocks in each stage; with 6, 20 layers become 56
DIGITS = "digits"
# Data sets with recorded runs of all four networks -> what the page calls them.
DATA = {DIGITS: DATA_SETS[DIGITS].title, "cifar10-jpeg": COPIES["cifar10-jpeg"].short_title}
# Both errors find room beside the networks' names on a telephone.
NARROW = {
    "network": st.column_config.TextColumn(width=180),
    "training error": st.column_config.TextColumn("training", width=76),
    "test error": st.column_config.TextColumn("test", width=76),
}


def data_names() -> list[str]:
    """The data sets on which the shelf has a plain pair of two depths and a residual one."""
    shipped = stored_runs.shipped_records().values()
    return [
        name
        for name in DATA
        if len({record.config.architecture for record in shipped if _usual(record, name)}) >= 4
    ]


def recorded(name: str) -> Mapping[str, list[Record]]:
    """The recorded runs of 20 and 56 layers on one data set, by network, plain first."""
    return study.labelled(
        record for record in stored_runs.shipped_records().values() if _usual(record, name)
    )


@st.cache_data(max_entries=8, show_spinner=False)
def curves(name: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`histories.epochs` and `histories.ends` of the recorded runs on one data set."""
    groups = recorded(name)
    return histories.epochs(groups), histories.ends(groups)


def _usual(record: Record, data: str) -> bool:
    known = (*SHALLOW, *DEEP.values())
    config = record.config
    return config.data == data and config.architecture in known and not config.options


def built(blocks: int) -> pd.DataFrame:
    """`compare_built` of the shipped networks on the digits: of 20 layers, and of 56 from scratch.

    Computed once for all visitors, behind a bar.
    """
    return _kept(blocks).result(
        "Building and asking the networks …", lambda progress: _compare(blocks, progress)
    )


def _compare(blocks: int, progress: Callable[[float], None]) -> pd.DataFrame:
    pairs = [(_digits(name), _digits(DEEP[name])) for name in SHALLOW]
    return compare_built(pairs, opened.data_set(DIGITS), blocks, progress)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept(blocks: int) -> Place[pd.DataFrame]:
    return Place()


def identity_losses(width: int, rate: float) -> pd.DataFrame:
    """`analysis.learn_identity`, once for each setting and all visitors, behind a bar."""
    from resnet_viz import analysis

    return _learnt(width, rate).result(
        f"Learning to pass on {width} numbers …",
        lambda progress: analysis.learn_identity(width, rate, progress=progress),
    )


@st.cache_resource(max_entries=64, show_spinner=False)
def _learnt(width: int, rate: float) -> Place[pd.DataFrame]:
    return Place()


@st.cache_data(max_entries=4, show_spinner="Asking every layer …")
def responses(data: str) -> pd.DataFrame:
    """`compare_responses` of the four networks of a data set."""
    import torch

    from resnet_viz.data.feed import Feed

    measured = {}
    for name in (*DEEP.values(), *SHALLOW):
        classifier = _shipped(f"{name}-{data}-seed0")
        if data == DIGITS:
            feed = Feed(classifier.mean, classifier.std, classifier.input_size)
            images = feed(opened.data_set(DIGITS).test.images)
        else:
            images = torch.stack(
                [classifier.preprocess(photograph.load()) for photograph in PHOTOGRAPHS.values()]
            )
        measured[classifier] = images
    return compare_responses(measured)


def pictures(name: str) -> str:
    """On which pictures `responses` measures."""
    if name == DIGITS:
        return f"the {len(opened.data_set(DIGITS).test)} test pictures of the digits"
    return (
        f"the {len(PHOTOGRAPHS)} photographs of the feature map page, at 32×32 pixels, because the "
        f"test pictures of {DATA[name]} do not come with this dashboard"
    )


def _digits(name: str) -> "Classifier":
    return _shipped(f"{name}-{DIGITS}-seed0")


def _shipped(name: str) -> "Classifier":
    path = shipped_checkpoint(name)
    if path is None:
        raise UserError(f"The shipped network {name} is missing: install resnet_viz again.")
    return opened.classifier(path)
