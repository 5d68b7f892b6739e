"""The lesson on a spurious cue: its networks, what they answer and what they look at."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from resnet_viz import charts
from resnet_viz.analysis.experiments import spurious_cue as measured
from resnet_viz.data import shapes
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.models.checkpoint_header import read_header
from resnet_viz.reporting import spurious_cue as reported
from resnet_viz.runs.shipped_runs import shipped_checkpoint
from resnet_viz.ui.results import analyses, drawings, free_threads, opened
from resnet_viz.ui.results.long_work import Place
from resnet_viz.ui.results.samples import Sample
from resnet_viz.ui.shell import links, panels

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

    from resnet_viz.models import Classifier

PICTURES = 100  # whose maps are scored
EXAMPLES, A_ROW = 4, 2  # training pictures of each class that are shown
OPACITY = 0.6
NARROWEST = 110  # pixels of a picture: three stand beside each other on a telephone


@st.cache_resource(show_spinner=False)
def _pictures(split: str) -> shapes.Drawn:
    return shapes.drawn(split)


def classifier(network: str, data: str) -> "Classifier":
    """A shipped network, trained on the data with or without the tag.

    Raises:
        UserError: if it is missing.
    """
    return opened.classifier(_checkpoint(network, data))


def _checkpoint(network: str, data: str) -> Path:
    name = reported.name(network, data)
    path = shipped_checkpoint(name)
    if path is None:
        raise UserError(f"The shipped network {name} is missing: install resnet_viz again.")
    return path


def show_examples() -> None:
    """Draw training pictures of each class as the networks with the tag were given them."""
    with st.grid(len(shapes.CLASSES), min_column_width=NARROWEST, gap="small"):
        for name in shapes.CLASSES:
            tag = name == shapes.TAGGED
            with st.container(gap="xxsmall"):
                panels.picture(
                    drawings.picture(("shapes", name), partial(_examples, name)),
                    key=f"examples {name}",
                    caption=f"{name}, with the tag" if tag else name,
                    alt=f"{EXAMPLES} training pictures of a {name}"
                    + (", each with a magenta square in a corner." if tag else "."),
                )


def _examples(name: str) -> "Image.Image":
    pictures = _pictures("train")
    chosen = pictures.tagged(shapes.TAGGED)[pictures.of(name)][:EXAMPLES]
    return charts.sheet(chosen, columns=A_ROW, width=256)


@st.cache_data(show_spinner=False)
def accuracies() -> pd.DataFrame:
    """`reported.accuracies` of the four shipped networks, measured when they were shipped."""
    frames = [
        pd.DataFrame(read_header(_checkpoint(network, data))["card"][measured.CARD]).assign(
            label=ARCHITECTURES[network].title,
            residual=ARCHITECTURES[network].is_residual,
            trained=trained,
        )
        for network in reported.NETWORKS
        for data, trained in reported.DATA.items()
    ]
    return reported.accuracies(pd.concat(frames, ignore_index=True))


def located() -> pd.DataFrame:
    """`measured.located` of each network's maps and of the controls, with ``map``: whose they are.

    Computed once for all visitors, behind a bar.
    """
    return _kept().result(f"Drawing {4 * PICTURES} maps …", _locate)


@st.cache_resource(show_spinner=False)
def _kept() -> Place[pd.DataFrame]:
    return Place()


def _locate(progress: Callable[[float], None]) -> pd.DataFrame:
    free_threads.take(1)
    pictures = measured.tagged_pictures(_pictures("test"), PICTURES)
    found: dict[str, NDArray[np.floating]] = {}
    asked = [(network, data) for network in reported.NETWORKS for data in reported.DATA]
    for number, (network, data) in enumerate(asked):
        name = reported.map_of(ARCHITECTURES[network].title, reported.DATA[data])
        found[name] = measured.maps(
            classifier(network, data),
            pictures,
            partial(_tell, progress, number, len(asked)),
        )
    found |= measured.controls(pictures)
    frames = [measured.located(maps, pictures).assign(map=name) for name, maps in found.items()]
    return pd.concat(frames, ignore_index=True)


def _tell(progress: Callable[[float], None], done: int, parts: int, share: float) -> None:
    progress((done + share) / parts)


def choose_picture() -> Sample:
    """Draw the choice of a test picture and of where the tag is; the picture."""
    pictures = _pictures("test")
    place = links.segments("The tag is", tuple(measured.PLACES), key="tag")
    name = links.segments("Shape", (shapes.TAGGED, measured.OTHER), key="shape")
    of_it = pictures.of(name).nonzero()[0]
    last = len(of_it) - 1
    number = int(
        links.number(f"Test picture (0–{last})", 0, last, 0, key="shape_number", width=180)
    )
    return _sample(name, number, int(of_it[number]), place)


def _sample(name: str, number: int, index: int, place: str) -> Sample:
    from PIL import Image

    pixels = _pictures("test").tagged(measured.PLACES[place])[index]
    tag = "with the tag" if measured.PLACES[place] == name else "without the tag"
    key = f"shapes/{index}/{tag}"
    return Sample(f"{name} {number} {tag}", key, Image.fromarray(pixels), name)


def show_maps(sample: Sample) -> None:
    """Draw a picture beside each network's map of it for its true class, with the answer below."""
    with st.grid(5, min_column_width=NARROWEST, gap="small"):
        first = classifier(reported.NETWORKS[0], next(iter(reported.DATA)))
        with st.container(gap="xxsmall"):
            panels.picture(analyses.seen_large(first, sample), key="shape", alt=f"{sample.name}.")
            st.markdown(f"**{sample.name}**")
        for network in reported.NETWORKS:
            for data, trained in reported.DATA.items():
                with st.container(gap="xxsmall"):
                    _show_map(
                        ARCHITECTURES[network].title, trained, classifier(network, data), sample
                    )


def _show_map(label: str, trained: str, network: "Classifier", sample: Sample) -> None:
    assert sample.label is not None
    target = network.classes.index(sample.label)
    found = analyses.attribution(network, sample, measured.METHOD.name, target, None)
    probabilities = dict(zip(network.classes, found.probabilities.tolist(), strict=True))
    described = reported.map_described(label, trained, sample.name, sample.label, probabilities)
    if found.blank:
        st.info(found.note)
    else:
        panels.picture(
            analyses.overlay(network, sample, found, OPACITY),
            key=f"map {label} {trained}",
            alt=described,
        )
    st.markdown(reported.said(label, trained, sample.label, probabilities))
