"""What is said of attribution maps that are put to the test, and of the recorded checks."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from resnet_viz.analysis.attribution import METHODS
from resnet_viz.analysis.trust import CHECKS
from resnet_viz.analysis.trust.controls import CONTROLS
from resnet_viz.analysis.trust.randomisation import NOTICES_BELOW
from resnet_viz.models.architecture import ARCHITECTURES
from resnet_viz.reporting.attribution import SURE
from resnet_viz.reporting.glossary import linked
from resnet_viz.reporting.markdown import literal
from resnet_viz.runs.trust_study import TrustStudy
from resnet_viz.wording import listed, several, whole_share

if TYPE_CHECKING:
    from resnet_viz.analysis.trust.check import Check
    from resnet_viz.analysis.trust.sensitivity import Sensitivity

MAP = "map"  # the one that is put to the test, among the controls
LAST = "stem"  # when it is random, all is
PARTS = {"fc": "classes", LAST: "all"}  # other parts go by the stage's name
CHANCE = 0.25  # of the mosaic test
CLEARLY = 0.05  # by which a share differs from chance, or an area from another
DATA = {"digits": "digits", "cifar10-jpeg": "CIFAR-10, JPEG copy"}

STRIP = (
    "From left to right more of the weights are random: those of the last layer, then the stages "
    "down to the image, at last all. Under each map stands its "
    f"{linked('rank correlation')} with the first: 1 where it puts the pixels into the same order, "
    "0 where nothing is left of it."
)


def check(row: "Check") -> str:
    """What a check does, what speaks for a map and what it is biased to, for Markdown."""
    return (
        f"{row.sentence} **{row.better.capitalize()} speaks for a map.** "
        f"Known bias: {row.bias} {row.paper}."
    )


def names(method: str) -> dict[str, str]:
    """The map of a method and the controls, as legends call them."""
    return {MAP: METHODS[method].title, **{name: row.title for name, row in CONTROLS.items()}}


def areas_named(areas: pd.DataFrame, way: str, method: str) -> dict[str, str]:
    """The same with their areas in per cent, for a legend."""
    known = areas.set_index("map")[way]
    return {name: f"{title}: {100 * known[name]:.0f}" for name, title in names(method).items()}


def areas(found: Mapping[str, pd.DataFrame], method: str) -> pd.DataFrame:
    """The areas of all maps as a table: map, and insertion and deletion (%) of each network.

    Args:
        found: by the network's name, `Removal.areas`.
    """
    titles = names(method)
    columns: dict[str, Sequence[object]] = {"map": list(titles.values())}
    for label, frame in found.items():
        known = frame.set_index("map").loc[list(titles)]
        for way in ("insertion", "deletion"):
            columns[f"{way}, {label}"] = (100 * known[way]).tolist()
    return pd.DataFrame(columns)


def removed(
    label: str, method: str, way: str, areas: pd.DataFrame, whole: float, class_: str
) -> str:
    """What insertion or deletion says of a network's map beside the controls, for Markdown.

    Args:
        areas: `Removal.areas`.
        whole: the probability of the class on the whole picture, 0 … 1.
    """
    known = areas.set_index("map")[way]
    rest = known.drop(MAP)
    higher = CHECKS[way].better == "higher"
    rival = str(rest.idxmax() if higher else rest.idxmin())
    ahead = (known[MAP] - rest[rival]) * (1 if higher else -1)
    verdict = (
        "better than all four"
        if ahead > CLEARLY
        else "worse than this one"
        if ahead < -CLEARLY
        else "no better than this one"
    )
    doubt = (
        ""
        if whole >= SURE
        else f" On the whole picture the network gives {literal(class_)} only {_share(whole)}, so "
        "this says little."
    )
    return (
        f"{literal(label)} gives {literal(class_)} {_share(known[MAP])} on the way with "
        f"{METHODS[method].title}, and {_share(rest[rival])} with the best of four maps that ask "
        f"the network nothing ({CONTROLS[rival].title.lower()}): {verdict}.{doubt}"
    )


def forgotten(label: str, method: str, correlation: float, *, blank: bool) -> str:
    """What became of a map when all weights were random, for Markdown.

    Args:
        blank: whether the trained network's own map is.
    """
    what = f"{METHODS[method].title} of {literal(label)}"
    if math.isnan(correlation):
        if blank:
            return f"{what} is blank before any weight is random, so there is nothing to compare."
        return f"{what} is blank once all weights are random: it depends on what was learned."
    verdict = (
        "it depends little on what was learned"
        if correlation > NOTICES_BELOW
        else "it depends on what was learned"
    )
    return (
        f"{what} keeps a rank correlation of {correlation:.2f} once all weights are random: "
        f"{verdict}."
    )


def forgotten_caption(part: str, correlation: float) -> str:
    """Under a map of the strip: what is random down to where, and the correlation."""
    value = "blank" if math.isnan(correlation) else f"{correlation:.2f}"
    return f"{PARTS.get(part, part)} {value}"


def agreed(label: str, method: str, correlations: pd.DataFrame) -> str:
    """With which maps a network's map agrees most and least, for Markdown.

    Args:
        correlations: square, by title; controls among them.
    """
    title = METHODS[method].title
    known = correlations[title].drop(title).dropna()
    controls = [row.title for row in CONTROLS.values()]
    methods, blind = known.drop(controls, errors="ignore"), known[known.index.isin(controls)]
    if methods.empty:
        return f"{literal(label)}: there is no map to compare {title} with."
    nothing = (
        f"; with {str(blind.idxmax()).lower()}, which asks the network nothing, {blind.max():.2f}"
        if len(blind)
        else ""
    )
    return (
        f"{title} of {literal(label)} agrees most with {methods.idxmax()} ({methods.max():.2f}) "
        f"and least with {methods.idxmin()} ({methods.min():.2f}){nothing}."
    )


def sensitive(label: str, found: "Sensitivity", *, blank: bool = False) -> str:
    """How much noise changed a map, for Markdown.

    Args:
        blank: whether the map is zero everywhere.
    """
    kept = f"{found.kept} of {several(found.samples, 'sample')} left the predicted class alone"
    if math.isnan(found.largest):
        why = "the map is blank" if blank else "each sample changed the predicted class"
        return f"{literal(label)}: nothing can be said, because {why}."
    return f"{literal(label)}: the map changes by up to {100 * found.largest:.0f} % ({kept})."


def completed(label: str, gap: float) -> str:
    """How far a map's sum is from what its method promises, for Markdown."""
    return (
        f"{literal(label)}: the pixels' sum misses the change of the score by {100 * gap:.2g} % "
        "of it."
    )


def unnoticing(studies: Iterable[TrustStudy]) -> dict[str, float]:
    """The methods whose maps hardly change when all weights become random.

    Returns:
        By name, the mean rank correlation over all recorded networks, the highest first.
    """
    rows = pd.concat([study.randomised for study in studies] or [pd.DataFrame()])
    if rows.empty:
        return {}
    means = rows[rows["part"] == LAST].groupby("map")["correlation"].mean()
    high = means[means > NOTICES_BELOW].sort_values(ascending=False)
    return {str(name): float(value) for name, value in high.items()}


def offered(found: Mapping[str, float]) -> str | None:
    """What is said where methods are offered; None where all notice, or nothing is recorded."""
    if not found:
        return None
    named = listed([f"{METHODS[name].title} ({value:.2f})" for name, value in found.items()])
    return (
        f"These maps keep a rank correlation above {NOTICES_BELOW} when all weights become random "
        f"(mean of the recorded networks): {named}. They show the picture more than what was "
        "learned."
    )


def recorded_mosaics(study: TrustStudy) -> pd.DataFrame:
    """The mosaic test as `charts.recorded_scores` draws it, in per cent: the best on top.

    The controls are the last rows. Columns: name, label, residual, value, error, mosaics, blank.
    """
    rows = _labelled(study.mosaics)
    return rows.assign(value=100 * rows["share"], error=100 * rows["error"])


def recorded_randomised(study: TrustStudy) -> pd.DataFrame:
    """The rank correlations with all weights random, the lowest on top."""
    rows = study.randomised
    rows = _labelled(rows[rows["part"] == LAST], ascending=True, by="correlation")
    return rows.assign(value=rows["correlation"], error=math.nan)


def table(rows: pd.DataFrame, value: str) -> pd.DataFrame:
    """Recorded values as a table: a row a method, a column a network, in the chart's order."""
    order = list(dict.fromkeys(rows["name"]))
    networks = list(dict.fromkeys(rows["label"]))
    found = rows.pivot(index="name", columns="label", values=value)
    return found.loc[order, networks].rename_axis(columns=None).reset_index(names="map")


def mosaic_finding(study: TrustStudy, method: str) -> str:
    """The best and the weakest method, and where the shown one stands, for Markdown."""
    rows = study.mosaics[study.mosaics["map"].isin(METHODS)]
    means = rows.groupby("map")["share"].mean()
    if means.empty:
        return "No method has been tried on mosaics."
    best, worst = str(means.idxmax()), str(means.idxmin())
    said = (
        f"Of the methods, {METHODS[best].title} puts most on the right picture "
        f"({_share(means[best])}) and {METHODS[worst].title} least ({_share(means[worst])}); "
        f"chance is {_share(CHANCE)}."
    )
    if method in means and method not in (best, worst):
        above = means[method] - CHANCE
        near = ", no more than chance" if above <= 0 else ", hardly more than chance"
        said += (
            f" {METHODS[method].title}: {_share(means[method])}{near if above < CLEARLY else ''}."
        )
    return said


def mosaic_conditions(study: TrustStudy) -> str:
    """How the mosaics were tried, and what is missing, for Markdown."""
    rows = study.mosaics[study.mosaics["map"].isin(METHODS)]
    if rows.empty:
        return " ".join(study.unsure.values())
    most = int(rows["mosaics"].max())
    fewer = rows[rows["mosaics"] < most].groupby("map", sort=False)["mosaics"].max()
    said = [f"{most} mosaics a method and network, seed {study.seed}; bars are standard errors."]
    if len(fewer):
        named = listed([f"{METHODS[str(name)].title} {count}" for name, count in fewer.items()])
        said.append(f"Slow methods have fewer: {named}.")
    if missing := [row.title for name, row in METHODS.items() if name not in set(rows["map"])]:
        said.append(f"Not recorded: {listed(missing)}.")
    networks = rows["network"].nunique()
    counts = rows.groupby("map", sort=False)["network"].nunique()
    if some := [METHODS[str(name)].title for name, n in counts.items() if n < networks]:
        said.append(f"Not recorded for every network: {listed(some)}.")
    said += study.unsure.values()
    return " ".join(said)


def randomised_conditions(study: TrustStudy) -> str:
    """How the recorded randomisation check was done."""
    rows = study.randomised
    return (
        f"Recorded on {DATA.get(study.data, study.data)}: mean over up to "
        f"{several(int(rows['pictures'].max()), 'test picture')}, all weights random, seed "
        f"{study.seed}. Right of the line a method does not notice."
    )


def _labelled(rows: pd.DataFrame, *, ascending: bool = False, by: str = "share") -> pd.DataFrame:
    """Rows with titles of methods and networks, methods by their mean and controls last."""
    means = rows.groupby("map")[by].mean().sort_values(ascending=ascending)
    order = [name for name in means.index if name in METHODS] + [
        name for name in CONTROLS if name in means.index
    ]
    titles = {name: row.title for name, row in METHODS.items()}
    titles |= {name: row.title for name, row in CONTROLS.items()}
    networks = {name: ARCHITECTURES[name] for name in rows["network"].unique()}
    rank = {name: place for place, name in enumerate(order)}
    found = rows[rows["map"].isin(order)].assign(
        name=rows["map"].map(titles),
        label=rows["network"].map({name: one.title for name, one in networks.items()}),
        residual=rows["network"].map({name: one.is_residual for name, one in networks.items()}),
    )
    return found.sort_values("map", key=lambda names: names.map(rank), kind="stable")


def _share(value: float) -> str:
    return f"{whole_share(100 * value)} %"
