"""The forms that describe fine-tuning runs, and what they lack: weights or data."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import streamlit as st

from resnet_viz.classroom.roles import Right
from resnet_viz.data import DATA_SETS, registry
from resnet_viz.errors import UserError
from resnet_viz.models.architecture import ARCHITECTURES, IMAGENET, PRETRAINED
from resnet_viz.models.options import OPTIONS
from resnet_viz.models.published import IMAGENET_TERMS
from resnet_viz.reporting import transfer
from resnet_viz.reporting.markdown import literal
from resnet_viz.reporting.runs import duration
from resnet_viz.runs.machine import cores
from resnet_viz.training.config import ConfigError, RunConfig
from resnet_viz.training.recipes import FINETUNE, RECIPES
from resnet_viz.ui.classroom import visitor
from resnet_viz.ui.inputs import data_form, device_field, estimates
from resnet_viz.ui.inputs.run_form import STARTING
from resnet_viz.ui.networks import catalogue
from resnet_viz.ui.results import opened, stored_runs
from resnet_viz.ui.shell import links, navigation, panels

SIDES = (32, 64, 96, 128, 160, 224)
OWN_SIZE = 0
MEASURED_BATCH = 4  # images of the steps that are measured for the estimate
MOST_MEGABYTES = 300


def six() -> list[RunConfig]:
    """Choose among the six networks; the runs that start from ImageNet, none if something lacks."""
    titles = {ARCHITECTURES[name].title: name for name in PRETRAINED}
    first = next(iter(titles))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        networks = links.several(
            "Networks",
            list(titles),
            [first],
            key="networks",
            says=first,
            help="Several wait in the queue and train one after another.",
        )
        picked = data_form.choose_data("six_data", registry.PAPER)
    data = data_form.locate(picked, "six_data")
    settings = _choices("six")
    return _configs([(titles[title], IMAGENET, {}) for title in networks], data, settings)


def own() -> list[RunConfig]:
    """Choose a trained network and pictures; the run that fine-tunes the one on the other."""
    found = {
        label: source
        for label, source in catalogue.every(links.wanted("from")).items()
        if source.path is not None
    }
    if not found:
        st.info("Train or import a network first: there is none to start from.")
        return []
    with st.container(horizontal=True, vertical_alignment="bottom"):
        label = links.select("Start from", list(found), key="from")
        picked = data_form.choose_data("own_data", data_form.FOLDER)
    data = data_form.locate(picked, "own_data")
    settings = _choices("own")
    path = found[label].path
    assert path is not None
    network = found[label].architecture or opened.classifier(path).architecture
    options = {
        option: value
        for option, value in network.options.items()
        if OPTIONS[option].trunk and not OPTIONS[option].of_data
    }
    return _configs([(network.name, str(path), options)], data, settings)


def start(configs: Sequence[RunConfig], *, key: str) -> None:
    """The button that puts the runs into the queue."""
    reason = stored_runs.why_no_run()
    st.button(
        "Fine-tune",
        type="primary",
        disabled=not configs or bool(reason),
        help=reason or None,
        key=key,
        on_click=_submit,
        args=(configs, key),
    )


def started(key: str) -> None:
    """What became of pressing the button of that key."""
    if problem := st.session_state.pop(f"{key} problem", None):
        st.error(literal(problem))
    if names := st.session_state.pop(f"{key} names", None):
        one = len(names) == 1
        st.success(
            f"{', '.join(map(literal, names))} {'is' if one else 'are'} in the queue, and "
            f"{'goes' if one else 'go'} on when this page is closed."
        )
        navigation.link("training", "Watch it", ":material/play_circle:")


@st.fragment(parallel=True)
@panels.sentences()
def estimate(configs: Sequence[RunConfig]) -> None:
    """Say how long the runs take: the smallest one measured, the others by their multiply-adds."""
    if not configs or configs[0].data not in DATA_SETS:
        return
    table = transfer.documented()
    costs: dict[str, float] = dict(zip(table["architecture"], table["gmacs"], strict=True))
    smallest = min(configs, key=lambda config: costs[config.architecture])
    threads = max(1, cores() // stored_runs.slots())
    measured = dataclasses.replace(smallest, batch_size=MEASURED_BATCH, threads=threads)
    row = DATA_SETS[smallest.data]
    size = smallest.input_size or smallest.network.input_size
    one = (
        estimates.run_seconds(json.dumps(measured.to_dict()), row.training, row.test, size)
        + STARTING
    )
    title = smallest.network.title
    said = f"About {duration(one)} for {title} on this machine, from a few measured steps"
    if len(configs) > 1:
        times = sum(costs[config.architecture] for config in configs) / costs[smallest.architecture]
        said += f"; about {duration(one * times)} for all, in proportion to their multiply-adds"
    st.caption(f"{said}.")


@st.fragment(parallel=True)
@panels.sentences()
def lacking(configs: Sequence[RunConfig]) -> None:
    """Say which weights and data are not on this machine, and what to do about it.

    The rest of the page does not wait for it: to know a file of weights takes torch.
    """
    from resnet_viz.models import pretrained

    here = pretrained.at_hand()
    table = transfer.documented().set_index("architecture")
    wanted = [config.architecture for config in configs if config.start == IMAGENET]
    if found := [
        f"{ARCHITECTURES[name].title}: {here[name].title}" for name in wanted if name in here
    ]:
        st.caption(f"At hand: {'; '.join(found)}.")
    if missing := [table.loc[name] for name in wanted if name not in here]:
        files = ", ".join(f"`{row['file']}` ({row['megabytes']:.0f} MB)" for row in missing)
        st.info(
            f"ImageNet weights that are not on this machine: {files}. A run downloads its own from "
            f"download.pytorch.org; without a network, put the files into `{pretrained.folder()}` "
            "or bring them below.",
            icon=":material/download:",
        )
    if configs and (row := DATA_SETS.get(configs[0].data)) and not row.is_here:
        st.info(
            f"{row.title} is not on this machine: the first run downloads it "
            f"({row.download_size}), or fails with a sentence where there is no network; a folder "
            "of pictures needs none.",
            icon=":material/download:",
        )
    for file in pretrained.files():
        if file.problem:
            st.warning(file.problem, icon=":material/broken_image:")


def bring() -> None:
    """Take a file of weights into the folder where runs look for them, from whoever may."""
    if not visitor.current().may(Right.SHARED_IMPORTS):
        return
    with st.expander("Bring ImageNet weights"):
        st.caption(
            f"A file that torchvision offers, recognised by its contents whatever it is called. "
            f"Nothing in it is run. {IMAGENET_TERMS}"
        )
        file = st.file_uploader(
            "File of weights", type=["pth"], max_upload_size=MOST_MEGABYTES, key="weights_file"
        )
        st.button("Keep it", disabled=file is None, on_click=_keep, args=(file,), key="keep")
        if problem := st.session_state.pop("weights_problem", None):
            st.error(literal(problem))
        if done := st.session_state.pop("weights_done", None):
            st.success(literal(done))


def _submit(configs: Sequence[RunConfig], key: str) -> None:
    try:
        runs = stored_runs.launcher().submit(*configs)
    except UserError as error:
        st.session_state[f"{key} problem"] = str(error)
    else:
        st.session_state[f"{key} names"] = [run.name for run in runs]


def _keep(file: Any) -> None:
    from resnet_viz.models import pretrained

    file.seek(0)
    try:
        visitor.current().require(Right.SHARED_IMPORTS)
        kept = pretrained.keep(file)
    except UserError as error:
        st.session_state["weights_problem"] = str(error)
        return
    title = ARCHITECTURES[kept.architecture].title
    st.session_state["weights_done"] = f"{title}: {kept.title}, kept as {kept.path.name}."


def _choices(key: str) -> dict[str, Any]:
    """The choices of the recipe finetune."""
    row = RECIPES[FINETUNE]
    with st.expander("Choices of the recipe"):
        first, second, third = st.columns(3)
        with first:
            size = st.selectbox(
                "Input size",
                [OWN_SIZE, *SIDES],
                format_func=lambda side: f"{side} pixels" if side else "the start's own",
                key=f"{key}_size",
                help="Side in pixels at which the network sees pictures; smaller is faster.",
            )
            trunk = links.number(
                "Trunk's share of the learning rate",
                0.0,
                1.0,
                row.trunk_rate,
                key=f"{key}_trunk",
                step=0.05,
                format="%g",
                help="Of all layers before the last one. 0 leaves them exactly as they are.",
            )
        with second:
            rate = links.number(
                "Learning rate of the last layer",
                1e-6,
                10.0,
                row.learning_rate,
                key=f"{key}_rate",
                format="%g",
            )
            dropout = links.number(
                "Dropout before it",
                0.0,
                0.95,
                row.dropout,
                key=f"{key}_dropout",
                step=0.05,
                format="%g",
            )
            batch = links.number("Batch size", 2, 4096, row.batch_size, key=f"{key}_batch")
        with third:
            epochs = links.number("Epochs", 1, 10_000, row.epochs, key=f"{key}_epochs")
            seed = links.number("Seed", 0, 2**31 - 1, 0, key=f"{key}_seed")
            device = device_field.choose(f"{key}_device")
    return {
        "input_size": size or None,
        "trunk_rate": float(trunk),
        "learning_rate": float(rate),
        "batch_size": int(batch),
        "epochs": int(epochs),
        "seed": int(seed),
        "device": device,
        "options": {"dropout": float(dropout)},
    }


def _configs(
    starts: Sequence[tuple[str, str, dict[str, Any]]], data: str | None, settings: dict[str, Any]
) -> list[RunConfig]:
    """A run for each architecture, start and options; none, and a sentence, if it is wrong.

    Of data that are wrong nothing is said here: their form has done it.
    """
    if not starts:
        st.info("Choose at least one network.")
        return []
    if data is None:
        return []
    try:
        return [
            RunConfig.from_recipe(
                name,
                FINETUNE,
                data=data,
                start=start,
                **settings | {"options": options | settings["options"]},
            )
            for name, start, options in starts
        ]
    except ConfigError as error:
        st.error(literal(str(error)))
        return []
