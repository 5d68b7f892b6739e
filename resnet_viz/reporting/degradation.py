"""What is said of degradation, from what was recorded and measured."""

from dataclasses import dataclass

import pandas as pd

from resnet_viz.analysis.experiments.degradation import AT_RANDOM, BY_HAND, ORIGIN, TRAINED
from resnet_viz.numbers import number
from resnet_viz.reporting import findings

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


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of `compare_built` in words, each network with how it came about."""
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


def built_described(rows: pd.DataFrame) -> str:
    """What the chart of the rows of `compare_built` shows, for whoever does not see it."""
    said = "; ".join(
        f"{row.label}: {row.train_error:.1f} % training and {row.test_error:.1f} % test error"
        for row in rows.itertuples()
    )
    return f"{said}."


def exists(rows: pd.DataFrame) -> str:
    """What stands beside each other in the rows of `compare_built`, in sentences."""
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


def question(blocks: int) -> str:
    """What is to be predicted of so many blocks that change nothing in each of three stages."""
    return (
        f"{3 * blocks} blocks that change nothing are built into the trained plain-20, which then "
        f"has {20 + 6 * blocks} layers. Its accuracy on test pictures …"
    )


def held(rows: pd.DataFrame) -> Outcome:
    """What became of the test accuracy when blocks that change nothing were built in.

    Args:
        rows: of `compare_built`, those of one family.
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
    """What follows from the rows of `compare_built` for plain networks, or nothing."""
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


def losses_described(losses: pd.DataFrame) -> str:
    """What the chart of the losses shows, for whoever does not see it."""
    return (
        f"The loss of learning y = x over {losses['step'].max()} steps, logarithmic. "
        f"{learnt(losses)}"
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
