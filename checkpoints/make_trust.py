"""Put the maps of every attribution method to the test, on the shipped networks.

    python -m checkpoints.make_trust [FOLDER]

On the digits; with FOLDER, which holds CIFAR-10 as JPEG files (``train/‹class›/*`` and
``test/‹class›/*``), on the networks of CIFAR-10. The mosaic test over 100 mosaics, 20 for slow
methods on CIFAR-10, and the randomisation check on the first test picture of each of eight classes.
Writes ``trust/‹data›.trust.json.gz`` after each method and network; interrupted, it goes on when
the command is given again. Takes half an hour on the digits and hours on CIFAR-10, on one core.
"""

import dataclasses
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from checkpoints.make_cifar10 import ORIGIN
from checkpoints.making import HERE
from resnet_viz.runs.trust_study import MOSAICS, RANDOMISED, SUFFIX, TrustStudy

if TYPE_CHECKING:
    from resnet_viz.analysis.trust.mosaics import Mosaics
    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier

NETWORKS = ("plain20", "resnet20", "plain56", "resnet56")
SEED = 0
COUNT = 100
FEW = 20  # mosaics for slow methods on images that are larger
SMALL = 16  # pixels of a mosaic's side up to which every method has all mosaics
PICTURES = 8  # of as many classes, for the randomisation check


def main(folder: str | None = None) -> None:
    from resnet_viz import data

    if folder is None:
        record(data.load("digits"), "digits", HERE / "digits", HERE / "trust")
    else:
        cifar10 = data.load(str(Path(folder).resolve()))
        record(cifar10, ORIGIN["data"], HERE / "cifar10", HERE / "trust")


def record(data: "DataSet", name: str, networks: Path, target: Path, *, count: int = COUNT) -> None:
    """Check every method on the networks of a data set, the cheap ones first.

    Args:
        name: of the data set, as the networks' files are called.
        networks: the folder of their files.
        target: the folder of the record; what it holds of the same networks is not done again.
    """
    import torch

    from resnet_viz import __version__, analysis, models
    from resnet_viz.analysis.trust.mosaics import mosaics

    torch.set_num_threads(1)
    path = target / f"{name}{SUFFIX}"
    target.mkdir(exist_ok=True)
    files = {one: networks / f"{one}-{name}-seed0.safetensors" for one in NETWORKS}
    classifiers = {one: models.load(file) for one, file in files.items() if file.is_file()}
    digests = {one: classifier.digest for one, classifier in classifiers.items()}
    versions = {"resnet_viz": __version__, "torch": torch.__version__}
    tested, randomised = _known(path, digests)
    made: dict[str, Mosaics] = {}
    unsure: dict[str, str] = {}
    for network, classifier in classifiers.items():
        try:
            made[network] = mosaics(classifier, data.test, count=count, seed=SEED)
        except analysis.AnalysisError as error:
            unsure[network] = str(error)
    for method in (None, *analysis.METHODS):
        for network, classifier in classifiers.items():
            begun = time.perf_counter()
            if network in made and not _is_known(tested, network, method or "random"):
                tested += _tested(network, _first(made[network], method), method)
            if method and not _is_known(randomised, network, method):
                randomised += _randomised(network, classifier, data, method)
            TrustStudy(
                data=name,
                seed=SEED,
                versions=versions,
                digests=digests,
                unsure=unsure,
                mosaics=pd.DataFrame(tested, columns=list(MOSAICS)),
                randomised=pd.DataFrame(randomised, columns=list(RANDOMISED)),
            ).save(path)
            print(f"{network} {method}: {time.perf_counter() - begun:.0f} s", flush=True)


def _known(path: Path, digests: dict[str, str]) -> tuple[list[dict[Any, Any]], ...]:
    """The rows of an earlier command about the same networks."""
    if not path.is_file():
        return [], []
    study = TrustStudy.load(path)
    same = [one for one, digest in digests.items() if study.digests.get(one) == digest]
    frames = (study.mosaics, study.randomised)
    return tuple(frame[frame["network"].isin(same)].to_dict("records") for frame in frames)


def _is_known(rows: list[dict[Any, Any]], network: str, name: str) -> bool:
    return any((row["network"], row["map"]) == (network, name) for row in rows)


def _first(made: "Mosaics", method: str | None) -> "Mosaics":
    """As many mosaics as a method is tried on."""
    from resnet_viz.analysis import METHODS

    small = made.classifier.input_size <= SMALL
    number = len(made) if small or method is None or not METHODS[method].slow else FEW
    cut = {name: getattr(made, name)[:number] for name in ("pixels", "classes", "pictures")}
    return dataclasses.replace(made, **cut)


def _tested(network: str, made: "Mosaics", method: str | None) -> list[dict[str, Any]]:
    """The mosaic test of a method; of the controls without one."""
    from resnet_viz.analysis.trust.controls import CONTROLS
    from resnet_viz.analysis.trust.mosaics import mosaic_test

    begun = time.perf_counter()
    found = mosaic_test(made, [method] if method else [])
    seconds = (time.perf_counter() - begun) / len(made)
    rows = []
    for name in [method] if method else CONTROLS:
        shares = found.loc[found["map"] == name, "share"]
        rows.append(
            {
                "network": network,
                "map": name,
                "mosaics": len(shares),
                "blank": int(shares.isna().sum()),
                "share": shares.mean(),
                "error": shares.sem(),
                "seconds": seconds,
            }
        )
    return rows


def _randomised(
    network: str, classifier: "Classifier", data: "DataSet", method: str
) -> list[dict[str, Any]]:
    """The randomisation check of a method on the first test picture of each of some classes."""
    from resnet_viz.analysis.trust.randomisation import randomisation
    from resnet_viz.data.feed import Feed

    feed = Feed(classifier.mean, classifier.std, classifier.input_size)
    labels = data.test.labels.tolist()
    places = [labels.index(label) for label in range(min(PICTURES, len(data.classes)))]
    correlations: dict[str, list[float]] = {}
    for label, pixels in enumerate(feed(data.test.images[places])):
        for found in randomisation(classifier, pixels, method, label, seed=SEED)[1:]:
            correlations.setdefault(found.parts[-1], []).append(found.correlation)
    return [
        {
            "network": network,
            "map": method,
            "part": part,
            "pictures": int(pd.Series(found).count()),
            "correlation": pd.Series(found).mean(),
        }
        for part, found in correlations.items()
    ]


if __name__ == "__main__":
    if len(sys.argv) > 2:
        sys.exit(__doc__)
    main(*sys.argv[1:])
