"""The pair chooser in the sidebar, shared by every page, and the pair that it gives."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from resnet_viz.charts import colour
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import (
    ACTIVATIONS,
    ARCHITECTURES,
    NORMS,
    SHORTCUTS,
    Architecture,
    named,
)
from resnet_viz.runs import Record
from resnet_viz.ui import cached, links, sources
from resnet_viz.ui.sources import FRESH, Source

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

DEFAULTS = {"left": "plain-56 on digits", "right": "ResNet-56 on digits"}
FRESH_DEFAULTS = {"left": "plain56", "right": "resnet56"}
AS_ROW = "as usual"
STATE = "pair"


@dataclass(frozen=True)
class Side:
    """One of the two networks of a page.

    Attributes:
        key: ``left`` or ``right``.
        options: of a network with random weights, which has no source path.
    """

    key: str
    source: Source
    name: str = ""
    options: str = "{}"
    seed: int = 0

    @property
    def classifier(self) -> "Classifier":
        """The network, from the cache; opening it imports torch."""
        if self.source.path is None:
            return cached.fresh_classifier(self.name, self.options, self.seed)
        return cached.classifier(self.source.path)

    @property
    def architecture(self) -> Architecture:
        """What the network is made of."""
        return self.source.architecture or self.classifier.architecture

    @property
    def record(self) -> Record | None:
        """Its recorded training, where there is one."""
        return self.source.record() if self.source.record else None

    @property
    def label(self) -> str:
        """Its name with what sets it apart, for legends and headings."""
        title = self.architecture.title
        if self.source.path is None:
            return f"{title}, random weights"
        return (
            self.source.label
            if self.source.label.startswith(title)
            else (f"{title} ({self.source.label})")
        )

    @property
    def colour(self) -> str:
        """Blue for a residual network, vermillion for a plain one."""
        return colour(self.architecture.is_residual)

    def header(self) -> None:
        """The network's name in its colour, above its column."""
        name = "blue" if self.architecture.is_residual else "orange"
        st.markdown(f"#### :{name}[●] {self.label}")


def choose() -> tuple[Side, Side]:
    """Draw the chooser in the sidebar and keep the pair for the page."""
    found = sources.every()
    with st.sidebar:
        sides = (_side("left", "Left network", found), _side("right", "Right network", found))
        _import()
    st.session_state[STATE] = sides
    return sides


def chosen() -> tuple[Side, Side]:
    """The pair that the sidebar shows."""
    return st.session_state[STATE]


def _side(key: str, title: str, found: dict[str, Source]) -> Side:
    labels = [*found, FRESH]
    default = DEFAULTS[key] if DEFAULTS[key] in found else FRESH
    shown = st.session_state.get(key)
    if shown is None:
        links.check(key, labels, default)
    elif shown not in labels:
        del st.session_state[key]
        st.warning(f"{shown} is gone; this page shows {default} instead.")
    label = st.selectbox(
        title,
        labels,
        index=labels.index(default),
        key=key,
        bind="query-params",
        help="Shipped networks, finished and running runs, imported files, or random weights.",
    )
    return _fresh(key) if label == FRESH else Side(key, found[label])


def _fresh(key: str) -> Side:
    """Choose an architecture with random weights."""
    with st.container(border=True):
        name = links.select(
            "Architecture", list(ARCHITECTURES), key=f"{key}_net", default=FRESH_DEFAULTS[key]
        )
        picks = {
            "shortcut": links.select("Shortcut", [AS_ROW, *SHORTCUTS], key=f"{key}_shortcut"),
            "activation": links.select("Activation", ACTIVATIONS, key=f"{key}_activation"),
            "norm": links.select("Normalisation", NORMS, key=f"{key}_norm"),
        }
        links.check_number(f"{key}_seed", 0, 2**31 - 1, 0)
        seed = st.number_input("Seed", 0, 2**31 - 1, 0, key=f"{key}_seed", bind="query-params")
    options = {option: value for option, value in picks.items() if value != AS_ROW}
    return fresh(key, name, options, int(seed))


def fresh(key: str, name: str, options: dict[str, Any], seed: int = 0) -> Side:
    """A side whose network has random weights.

    Raises:
        ArchitectureError: if an option makes no sense for the architecture.
    """
    architecture = named(name, options)
    known = json.dumps(architecture.options, sort_keys=True)
    return Side(key, Source(FRESH, None, architecture), name, known, seed)


def _import() -> None:
    with st.popover("Import weights", icon=":material/upload_file:", width="stretch"):
        st.caption(
            "A file of tensors in torchvision's layout or a usual CIFAR layout. Nothing in it is "
            "run."
        )
        file = st.file_uploader(
            "Checkpoint", type=["pth", "pt", "th", "ckpt", "safetensors"], key="import_file"
        )
        name = st.selectbox(
            "Its architecture",
            list(ARCHITECTURES),
            index=list(ARCHITECTURES).index("resnet20"),
            key="import_net",
        )
        side = st.segmented_control(
            "Show it on the", ["left", "right"], default="right", required=True, key="import_side"
        )
        st.button("Import", disabled=file is None, on_click=_imported, args=(file, name, side))
        if problem := st.session_state.pop("import_problem", None):
            st.error(problem)
        if done := st.session_state.pop("import_done", None):
            st.success(done)


def _imported(file: Any, name: str, side: str) -> None:
    from resnet_viz import models

    suffix = ".safetensors" if file.name.endswith(".safetensors") else ".pth"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"uploaded{suffix}"
        path.write_bytes(file.getbuffer())
        try:
            classifier = _open(path, name)
            label = sources.keep(classifier)
        except UserError as error:
            st.session_state["import_problem"] = str(error).replace(path.name, "The file")
            return
        except OSError:
            st.session_state["import_problem"] = (
                "The network could not be kept, because the disk is full or cannot be written to."
            )
            return
    st.session_state[side] = label
    title = models.ARCHITECTURES[name].title
    st.session_state["import_done"] = f"{title} is now {label}, on the {side}."


def _open(path: Path, name: str) -> "Classifier":
    from resnet_viz import models

    if path.suffix == ".safetensors":
        try:
            return models.load(path)
        except models.CheckpointError:
            return models.import_weights(path, architecture=name)
    return models.import_weights(path, architecture=name)
