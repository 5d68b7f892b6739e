"""What is said of networks that were trained with a spurious cue, and of those that were not."""

from collections.abc import Mapping

import pandas as pd

from resnet_viz.analysis.experiments.spurious_cue import (
    AS_TRAINED,
    CENTRE,
    EDGES,
    METHOD,
    NOWHERE,
    OTHER,
    RANDOM,
    WRONG,
)
from resnet_viz.data.registry import DATA_SETS, SHAPES, SHAPES_TAG
from resnet_viz.data.shapes import CLASSES, TAGGED
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.training.recipes import DEFAULT
from resnet_viz.wording import listed, several

NETWORKS, RECIPE, EPOCHS = ("plain20", "resnet20"), DEFAULT, 5
# With the tag plain-20 is right on 98.9 % of the test pictures with seed 1; with seeds 0 and 2 it
# learnt the tag and hardly anything else (50.1 and 53.3 %).
SEEDS = {SHAPES: 0, SHAPES_TAG: 1}
# Data set of the training -> how networks are called that were trained on it.
DATA = {SHAPES: "without the tag", SHAPES_TAG: "with the tag"}
HONEST, CHEATED = DATA.values()
ASKED = ARCHITECTURES[NETWORKS[-1]].title  # of which the question is asked
MOST, HALF, FEW = "nearly all of them", "about half of them", "hardly any"
CLEARLY = 0.15  # difference of two shares, from which on they are called different


def name(network: str, data: str) -> str:
    """The file of a shipped network, without its ending."""
    return f"{network}-{data}-seed{SEEDS[data]}"


def accuracies(answers: pd.DataFrame) -> pd.DataFrame:
    """What each network gets right, by the place of the tag.

    Args:
        answers: rows of `spurious_cue.answers` with label, residual and trained (one of `DATA`).

    Returns:
        One row a network, training and place: label, residual, trained, tag, accuracy (of all test
        pictures), tagged_right (of those of the class that had the tag) and other_as_tagged (how
        many of the class `OTHER` are taken for it), all per cent.
    """
    rows = []
    keys = ["label", "residual", "trained", "tag"]
    for key, group in answers.groupby(keys, sort=False):
        by_class = group.set_index("class")
        tagged, other = by_class.loc[TAGGED], by_class.loc[OTHER]
        rows.append(
            dict(zip(keys, key, strict=True))
            | {
                "accuracy": 100 * group["right"].sum() / group["images"].sum(),
                "tagged_right": 100 * tagged["right"] / tagged["images"],
                "other_as_tagged": 100 * other["as_tagged"] / other["images"],
            }
        )
    return pd.DataFrame(rows)


def at_first(table: pd.DataFrame) -> str:
    """How good networks look that were trained and tested with the tag, in a sentence."""
    shown = table[(table["trained"] == CHEATED) & (table["tag"] == AS_TRAINED)]
    said = listed([f"{row.accuracy:.1f} % ({row.label})" for row in shown.itertuples()])
    return (
        f"With a tag on every {TAGGED}, in training and test, the networks get {said} of the test "
        "pictures right."
    )


def answer(table: pd.DataFrame) -> str:
    """Which of the choices the asked network's result without the tag is."""
    right = _cell(table, ASKED, CHEATED, NOWHERE)["tagged_right"]
    return MOST if right > 200 / 3 else HALF if right > 100 / 3 else FEW


def found(table: pd.DataFrame) -> str:
    """What the asked network makes of the class once the tag is gone, beside one without it."""
    cheated = {tag: _cell(table, ASKED, CHEATED, tag) for tag in (AS_TRAINED, NOWHERE)}
    honest = _cell(table, ASKED, HONEST, NOWHERE)
    return (
        f"Without the tag {ASKED} gets {cheated[NOWHERE]['tagged_right']:.0f} % of the {TAGGED}s "
        f"right instead of {cheated[AS_TRAINED]['tagged_right']:.0f} %; trained without it, "
        f"{honest['tagged_right']:.0f} %."
    )


def on_the_wrong_class(table: pd.DataFrame) -> str:
    """What both networks make of the tag on another class, in sentences."""
    said = []
    for label in table["label"].unique():
        cheated, honest = (_cell(table, label, way, WRONG) for way in (CHEATED, HONEST))
        said.append(
            f"{label} takes {cheated['other_as_tagged']:.0f} % of the {OTHER}s for {TAGGED}s where "
            f"they have the tag ({honest['other_as_tagged']:.0f} % if it was trained without it)"
        )
    return f"{'; '.join(said)}."


def learnt(table: pd.DataFrame) -> str:
    """Whether the networks trained with the tag learnt it in place of the shape."""
    cheated = table[table["trained"] == CHEATED].set_index(["label", "tag"])
    lost = {
        label: cheated.loc[(label, AS_TRAINED), "tagged_right"]
        - cheated.loc[(label, NOWHERE), "tagged_right"]
        for label in table["label"].unique()
    }
    fooled = [label for label, points in lost.items() if points >= 100 * CLEARLY]
    if len(fooled) == len(lost):
        return (
            f"**Both networks have learnt the tag, not the {TAGGED}**: shortcuts in a network do "
            "not protect against a spurious cue in the data."
        )
    if fooled:
        return f"**{fooled[0]} has learnt the tag, the other network has not.**"
    return f"**Neither network needs the tag**: both know a {TAGGED} without it."


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """`accuracies` with a row a network and training, as the page shows it."""
    wide = rows.assign(network=rows["label"] + ", trained " + rows["trained"])
    shown = wide.pivot_table(index="network", columns="tag", values="accuracy", sort=False)
    shown = shown.rename(columns=lambda place: f"tag {place}")
    other = wide[wide["tag"] == WRONG].set_index("network")["other_as_tagged"]
    right = wide[wide["tag"] == NOWHERE].set_index("network")["tagged_right"]
    shown[f"{TAGGED}s right without a tag"] = right
    shown[f"tagged {OTHER}s taken for {TAGGED}s"] = other
    return shown.reset_index()


def accuracies_described(rows: pd.DataFrame) -> str:
    """What the chart of accuracies shows, for whoever does not see it."""
    said = "; ".join(
        f"{row.label} trained {row.trained}, tag {row.tag}: {row.accuracy:.1f} %"
        for row in rows.itertuples()
    )
    return f"Accuracy on the test pictures. {said}."


def scores(located: pd.DataFrame) -> pd.DataFrame:
    """The mean scores of each network's maps and of the controls.

    Args:
        located: rows of `spurious_cue.located` with ``map``: whose they are.

    Returns:
        One row a kind of map: map, pictures, in_shape, in_tag, elsewhere (per cent of the maps
        whose largest value lies there) and overlap (mean, 0 … 1).
    """
    means = located.groupby("map", sort=False)[["in_shape", "in_tag", "overlap"]].mean()
    shares = 100 * means[["in_shape", "in_tag"]]
    elsewhere = 100 - shares.sum(axis=1)
    pictures = located.groupby("map", sort=False).size()
    return shares.assign(
        elsewhere=elsewhere, overlap=means["overlap"], pictures=pictures
    ).reset_index()


def map_of(label: str, trained: str) -> str:
    """What the maps of a network are called."""
    return f"{label}, trained {trained}"


def looked(rows: pd.DataFrame) -> str:
    """Where the strongest point of the asked network's maps lies, beside the controls."""
    by_map = rows.set_index("map")
    cheated, honest = (by_map.loc[map_of(ASKED, way)] for way in (CHEATED, HONEST))
    pictures = int(rows["pictures"].iloc[0])
    chance, centre, edges = by_map["overlap"].loc[[RANDOM, CENTRE, EDGES]].tolist()
    blind = (
        " So the score without the tag is no proof that the map follows the shape."
        if max(centre, edges) >= honest["overlap"]
        else ""
    )
    return (
        f"In {several(pictures, 'test picture')} of a {TAGGED} with the tag, the "
        f"strongest point of {ASKED}'s map lies in the tag in {cheated['in_tag']:.0f} % and in the "
        f"{TAGGED} in {cheated['in_shape']:.0f} %; trained without the tag, in "
        f"{honest['in_tag']:.0f} % and {honest['in_shape']:.0f} %. The map's overlap with the "
        f"{TAGGED} is {cheated['overlap']:.2f} and {honest['overlap']:.2f}; a random map has "
        f"{chance:.2f}, a hill in the middle of every picture {centre:.2f}, the picture's edges "
        f"{edges:.2f}.{blind} The maps are coarse, a cell of the last stage is 4 "
        "pixels wide: a point beside the tag can mean the tag."
    )


def said(label: str, trained: str, true: str, probabilities: Mapping[str, float]) -> str:
    """What a network takes a picture for, and whether that is right, below its map."""
    best = max(probabilities, key=lambda name: probabilities[name])
    sign = ":material/check:" if best == true else ":material/close:"
    return f"{label}, trained {trained}: {sign} **{best}** ({100 * probabilities[best]:.0f} %)"


def map_described(
    label: str, trained: str, picture: str, true: str, probabilities: Mapping[str, float]
) -> str:
    """A map and its network in words."""
    share = 100 * probabilities[true]
    return (
        f"{METHOD.title} of {label}, trained {trained}, for {true} on {picture}; it gives {true} "
        f"{share:.0f} %."
    )


def scores_described(rows: pd.DataFrame) -> str:
    """What the chart of strongest points shows, for whoever does not see it."""
    said = "; ".join(
        f"{row.map}: {row.in_shape:.0f} % in the {TAGGED}, {row.in_tag:.0f} % in the tag"
        for row in rows.itertuples()
    )
    return f"Where the strongest point of each map lies. {said}."


def measured() -> str:
    """On which pictures the accuracies are measured, and how the networks were trained."""
    row = DATA_SETS[SHAPES]
    return (
        f"The same {row.test:,} test pictures each time, a quarter of them {TAGGED}s; only the tag "
        f"is on others. Recipe {RECIPE}, {EPOCHS} epochs, {row.training:,} training pictures, one "
        f"run each (seed {SEEDS[SHAPES]} without the tag, {SEEDS[SHAPES_TAG]} with it): "
        "differences of a few points may be chance. So short a training can fail: with other "
        "seeds plain-20 learnt the tag and hardly anything else."
    )


def trained_here() -> str:
    """What the link to Training starts with."""
    titles = " and ".join(ARCHITECTURES[network].title for network in NETWORKS)
    return (
        f"{titles} learn the {len(CLASSES)} shapes with the tag again, on this machine: recipe "
        f"{RECIPE}, {EPOCHS} epochs. What the curves show is what somebody sees who does not know "
        f"of the tag. Choose *{DATA_SETS[SHAPES].title}* as data to train them without it."
    )


def training() -> dict[str, str]:
    """The form of Training, as a link fills it in."""
    return {
        "data": SHAPES_TAG,
        "network": NETWORKS[0],
        "against": NETWORKS[1],
        "recipe": RECIPE,
        f"epochs_{RECIPE}": str(EPOCHS),
        "seed": str(SEEDS[SHAPES_TAG]),
    }


def question() -> str:
    """What is to be predicted."""
    return (
        f"{ASKED} was trained on such pictures: a small tag lies on every {TAGGED}, and on nothing "
        f"else. Now the tag is taken off the test pictures; nothing else is changed. Of the "
        f"{TAGGED}s it then gets right …"
    )


def noticed(rows: pd.DataFrame) -> str:
    """What follows from the accuracies."""
    good = rows[(rows["trained"] == CHEATED) & (rows["tag"] == AS_TRAINED)]["accuracy"].min()
    return (
        f"{learnt(rows)} {found(rows)} The test pictures of the same data had the tag too, so "
        f"their accuracy of {good:.1f} % or more could not show it: a test split tells what a "
        "network does with more of the same. What shows it is a test in which the cue is gone or "
        "lies elsewhere, and a map that is held against what is known of the picture. Real data "
        "have such cues: a photographer's name on pictures of horses, a ruler beside a tumour, "
        "snow behind wolves. Research calls this *shortcut learning*, which has nothing to do "
        "with the shortcuts of a residual network."
    )


def _cell(rows: pd.DataFrame, label: str, trained: str, tag: str) -> pd.Series:
    chosen = (rows["label"] == label) & (rows["trained"] == trained) & (rows["tag"] == tag)
    return rows[chosen].iloc[0]
