"""What the lesson on degradation measures, and the sentences that follow from it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from resnet_viz.data import PHOTOGRAPHS
from resnet_viz.errors import UserError
from resnet_viz.reporting import findings, histories, study
from resnet_viz.reporting.numbers import number
from resnet_viz.runs import Record
from resnet_viz.runs.shelf import shipped_checkpoint
from resnet_viz.ui.results import cached
from resnet_viz.ui.results.long_work import Place

if TYPE_CHECKING:
    from resnet_viz.models import Classifier

SHALLOW = ("plain20", "resnet20")
DEEP = {"plain20": "plain56", "resnet20": "resnet56"}
INSERTED = (1, 2, 6, 15)  # blocks in each stage; with 6, 20 layers become 56
STATISTICS = 512  # digits that give the new normalisations their statistics
# Data sets with recorded runs of all four networks, as the page calls them.
DATA = {"digits": "digits", "CIFAR-10": "cifar10-jpeg"}
LOWER, EQUAL, HIGHER = "lower", "about equal", "higher"
SAME, LITTLE, FAR = "stays the same", "falls a little", "falls far"
RISES = "rises"  # nobody can choose it: of blocks that change nothing nobody expects it
# What steps 2 and 3 are called, by how the deep plain network's training error compares.
STEPS = {
    HIGHER: (
        "Trained, the deeper plain network is worse all the same",
        "The better deep network exists: build it",
    ),
    EQUAL: (
        "Trained, the deeper plain network is about as good here",
        "A deep network as good as the shallow one exists anyway: build it",
    ),
    LOWER: (
        "Trained, the deeper plain network is better here",
        "A deep network as good as the shallow one exists anyway: build it",
    ),
}
MANY = 20  # points of error
SMALL = 0.5  # mean responses up to this are called small
EVEN = 2  # per cent below which two mean responses are called practically equal
# Both errors find room beside the networks' names on a telephone.
NARROW = {
    "network": st.column_config.TextColumn(width=180),
    "training error": st.column_config.TextColumn("training", width=76),
    "test error": st.column_config.TextColumn("test", width=76),
}
ORIGIN, BY_HAND, AT_RANDOM, TRAINED = "as trained", "identity built in", "random", "from scratch"


def data_titles() -> list[str]:
    """The data sets on which the shelf has a plain pair of two depths and a residual one."""
    shipped = cached.shipped_records().values()
    return [
        title
        for title, name in DATA.items()
        if len({record.config.architecture for record in shipped if _usual(record, name)}) >= 4
    ]


def recorded(title: str) -> Mapping[str, list[Record]]:
    """The recorded runs of 20 and 56 layers on one data set, by network, plain first."""
    name = DATA[title]
    return study.labelled(
        record for record in cached.shipped_records().values() if _usual(record, name)
    )


@st.cache_data(max_entries=8, show_spinner=False)
def curves(title: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`histories.epochs` and `histories.ends` of the recorded runs on one data set."""
    groups = recorded(title)
    return histories.epochs(groups), histories.ends(groups)


def _usual(record: Record, data: str) -> bool:
    known = (*SHALLOW, *DEEP.values())
    config = record.config
    return config.data == data and config.architecture in known and not config.options


@dataclass(frozen=True)
class Outcome:
    """What came out of what was to be predicted.

    Attributes:
        answer: one of the choices, or `RISES`.
        text: the numbers behind it.
    """

    answer: str
    text: str


def outcome(title: str, ends: pd.DataFrame) -> Outcome:
    """How the deep plain network's training error compares.

    Args:
        title: of the data set.
        ends: the rows of `histories.ends`.
    """
    rows = findings.pair(ends, residual=False)
    shallow, deep = (findings.Network.of(group) for _, group in rows.groupby("depth"))
    more = deep.train - shallow.train
    answer = EQUAL if abs(more) < 1 else HIGHER if more > 0 else LOWER
    seeds = "one seed" if len(deep.seeds) == 1 else f"the mean of {len(deep.seeds)} seeds"
    return Outcome(
        answer,
        f"Recorded on {title}, {seeds}: {shallow.name} ends at {shallow.train:.1f} % training "
        f"error, {deep.name} at {deep.train:.1f} %.",
    )


def built(blocks: int) -> pd.DataFrame:
    """The trained networks of 20 layers, what inserted blocks make of them, and 56 from scratch.

    Computed once for all visitors, behind a bar.

    Args:
        blocks: how many are inserted in each stage.

    Returns:
        One row a network: label, network, way, residual, train_error, test_error (per cent),
        difference (the largest between its logits and the shallow network's) and equal (whether
        they are so bit for bit); the last two are missing where nothing was inserted.
    """

    def compute(progress: Callable[[float], None]) -> pd.DataFrame:
        rows = []
        for row in _rows(blocks):
            rows.append(row)
            progress(len(rows) / 8)
        return pd.DataFrame(rows)

    return _kept(blocks).result("Building and asking the networks …", compute)


@st.cache_resource(max_entries=16, show_spinner=False)
def _kept(blocks: int) -> Place[pd.DataFrame]:
    return Place()


def _rows(blocks: int) -> Iterator[dict[str, object]]:
    import torch

    from resnet_viz import analysis
    from resnet_viz.analysis.insertion import IDENTITY, RANDOM, error, logits
    from resnet_viz.data.feed import Feed

    digits = cached.data_set("digits")
    for name in SHALLOW:
        shallow = _digits(name)
        feed = Feed(shallow.mean, shallow.std, shallow.input_size)
        images = feed(digits.train.images[:STATISTICS])
        networks = {
            ORIGIN: shallow,
            BY_HAND: analysis.insert_blocks(shallow, blocks, IDENTITY, images),
            AT_RANDOM: analysis.insert_blocks(shallow, blocks, RANDOM, images),
            TRAINED: _digits(DEEP[name]),
        }
        before = [logits(shallow, split) for split in (digits.train, digits.test)]
        for way, network in networks.items():
            after = (
                before
                if way == ORIGIN
                else [logits(network, split) for split in (digits.train, digits.test)]
            )
            pairs = list(zip(before, after, strict=True))
            inserted = way in (BY_HAND, AT_RANDOM)
            title = f"{network.architecture.family}-{network.architecture.depth}"
            yield {
                "label": f"{title}, {way}",
                "network": title,
                "way": way,
                "residual": network.architecture.is_residual,
                "train_error": error(after[0], digits.train),
                "test_error": error(after[1], digits.test),
                "difference": max((b - a).abs().max().item() for b, a in pairs)
                if inserted
                else None,
                "equal": all(torch.equal(b, a) for b, a in pairs) if inserted else None,
            }


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `built` in words, each network with how it came about."""
    return pd.DataFrame(
        {
            "network": rows["label"],
            "training error": [f"{value:.1f} %" for value in rows["train_error"]],
            "test error": [f"{value:.1f} %" for value in rows["test_error"]],
            "logits differ by at most": [
                "–" if equal is None else "0, bit for bit" if equal else number(difference)
                for difference, equal in zip(rows["difference"], rows["equal"], strict=True)
            ],
        }
    )


def exists(rows: pd.DataFrame) -> str:
    """What stands beside each other in the rows of `built`, in sentences."""
    found = {(row["residual"], row["way"]): row for _, row in rows.iterrows()}
    said = []
    for residual in (False, True):
        origin, hand, chance, trained = (
            found[residual, way] for way in (ORIGIN, BY_HAND, AT_RANDOM, TRAINED)
        )
        logits = (
            "with equal logits, bit for bit"
            if hand["equal"]
            else f"with logits that differ by at most {number(hand['difference'])}"
        )
        untrained = (
            f"No {hand['network']} was trained from scratch; "
            if hand["network"] != trained["network"]
            else ""
        )
        said.append(
            f"{origin['network']} has {origin['train_error']:.1f} % training error on the digits, "
            f"the {hand['network']} built from it {hand['train_error']:.1f} %, {logits}; random "
            f"blocks in the same places give {chance['train_error']:.1f} %. {untrained}"
            f"{trained['network']} trained from scratch ends at {trained['train_error']:.1f} % "
            "(seed 0, measured after training)."
        )
    return " ".join(said)


def held(rows: pd.DataFrame) -> Outcome:
    """What became of the test accuracy when blocks that change nothing were built in.

    Args:
        rows: of `built`, those of one family.
    """
    before, after = (rows[rows["way"] == way].iloc[0] for way in (ORIGIN, BY_HAND))
    more = after["test_error"] - before["test_error"]
    fallen = LITTLE if more < MANY else FAR
    answer = SAME if abs(more) < 0.05 else fallen if more > 0 else RISES
    return Outcome(
        answer,
        f"Measured: {100 - before['test_error']:.1f} % before and "
        f"{100 - after['test_error']:.1f} % after; no logit of any picture moves by more than "
        f"{number(after['difference'])}.",
    )


def concluded(rows: pd.DataFrame) -> str:
    """What follows from the rows of `built` for plain networks, or nothing."""
    plain = rows[~rows["residual"]].set_index("way")
    errors, names = plain["train_error"], plain["network"]
    if errors[BY_HAND] - errors[ORIGIN] >= 0.05 or errors[TRAINED] - errors[ORIGIN] < 1:
        return ""
    exist = f"Weights with which {names[BY_HAND]} is as good as {names[ORIGIN]} exist"
    if names[BY_HAND] == names[TRAINED]:
        return f"**{exist}, and training did not find them: that is *degradation*.**"
    return (
        f"**{exist}.** Training was tried with {names[TRAINED]} alone: choose 6 new blocks to "
        "compare."
    )


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


def learnt(losses: pd.DataFrame) -> str:
    """How far each kind has come after the last step, in a sentence."""
    last = losses[losses["step"] == losses["step"].max()]
    medians = {
        shortcut: float(last[last["shortcut"] == shortcut]["loss"].median())
        for shortcut in (False, True)
    }
    if any(value != value for value in medians.values()):
        return "At this learning rate a loss is no longer a number: choose a lower one."
    without, through = medians[False], medians[True]
    times = f", {number(without / through)} times less" if 0 < through < without else ""
    return (
        f"After {losses['step'].max()} steps the loss is {number(without)} without the shortcut "
        f"and {number(through)} with it{times} (medians of {losses['seed'].nunique()} seeds)."
    )


@st.cache_data(max_entries=4, show_spinner="Asking every layer …")
def responses(title: str) -> pd.DataFrame:
    """`analysis.layer_responses` of the four networks of a data set, as the chart takes them."""
    import torch

    from resnet_viz import analysis
    from resnet_viz.data.feed import Feed

    frames = []
    for name in (*DEEP.values(), *SHALLOW):
        classifier = _shipped(f"{name}-{DATA[title]}-seed0")
        if title == "digits":
            feed = Feed(classifier.mean, classifier.std, classifier.input_size)
            images = feed(cached.data_set("digits").test.images)
        else:
            images = torch.stack(
                [classifier.preprocess(photograph.load()) for photograph in PHOTOGRAPHS.values()]
            )
        a = classifier.architecture
        found = analysis.layer_responses(classifier, images)
        frames.append(found.assign(label=a.title, residual=a.is_residual, depth=a.depth))
    return pd.concat(frames, ignore_index=True)


def pictures(title: str) -> str:
    """On which pictures `responses` measures."""
    if title == "digits":
        return f"the {len(cached.data_set('digits').test)} test pictures of the digits"
    return (
        f"the {len(PHOTOGRAPHS)} photographs of the feature map page, at 32×32 pixels, because the "
        "test pictures of CIFAR-10 do not come with this dashboard"
    )


def answered(found: pd.DataFrame) -> str:
    """The mean response of each network, beside what the paper says of them, in sentences."""
    means = found.groupby(["residual", "depth"])["response"].mean()
    less = {depth: 1 - means[True, depth] / means[False, depth] for depth in (20, 56)}
    by = " and ".join(f"by {100 * share:.1f} % at {depth}" for depth, share in less.items())
    smaller = min(less.values()) > 0
    shown = "; ".join(
        f"{label} {line['response'].mean():.3f}" for label, line in found.groupby("label")
    )
    return (
        f"{added(found[found['residual']])} Mean over all layers: {shown}. In the "
        "paper's figure 7 residual networks answer more weakly than plain ones, and the more "
        "weakly the deeper they are. Here the first "
        f"{f'holds, {by} layers' if smaller else 'does not hold at both depths'}; the second "
        f"{_by(means[True, 20], means[True, 56])}."
    )


def added(residual: pd.DataFrame) -> str:
    """Whether what residual blocks add is small, beside the response of random weights.

    Args:
        residual: layers of residual networks; the last one of a block puts out what it adds.
    """
    last, first = (
        residual[residual["layer"].str.endswith(f".{layer}")].groupby("label")["response"].mean()
        for layer in ("conv2", "conv1")
    )
    answer = "No" if last.min() > 1 else "Hardly" if last.min() > SMALL else "Yes"
    means = " and ".join(f"{mean:.2f} in {label}" for label, mean in last.items())
    said = (
        f"{answer}: what blocks add, the response of their second layer, is on average {means}; "
        "training begins with 1."
    )
    if (first > last).all():
        said += " The first layer of a block answers more strongly: hence the zigzag."
    return said


def _by(shallow: float, deep: float) -> str:
    share = 100 * (1 - deep / shallow)
    if abs(share) < EVEN:
        return f"cannot be told: the two depths differ by {abs(share):.1f} %"
    return f"holds by {share:.1f} %" if share > 0 else "does not hold"


def _digits(name: str) -> "Classifier":
    return _shipped(f"{name}-digits-seed0")


def _shipped(name: str) -> "Classifier":
    path = shipped_checkpoint(name)
    if path is None:
        raise UserError(f"The shipped network {name} is missing: install resnet_viz again.")
    return cached.classifier(path)
