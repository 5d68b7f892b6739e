"""What the commands that make the shipped networks share: train, export, say where it came from."""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.training.config import RunConfig

if TYPE_CHECKING:
    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier
    from resnet_viz.runs import Run

HERE = Path(__file__).resolve().parent
UNCHANGED = 0.05  # points of accuracy that float16 may cost
ALIKE = 0.5  # points by which a run that is made again elsewhere may end otherwise


def trained(
    *pairs: Sequence[RunConfig], names: Mapping[RunConfig, str] | None = None
) -> "list[Run]":
    """Train runs, those of a pair side by side; what an interruption left is gone on with.

    Args:
        names: what runs are called whose names would not tell them apart.

    Raises:
        SystemExit: if a run fails; after mending the cause, the same command resumes it.
    """
    from resnet_viz.runs import Launcher, Store
    from resnet_viz.runs.run import RESUMABLE
    from resnet_viz.runs.run_names import default_name

    store = Store()
    launcher = Launcher(store, reserved=lambda _: False)  # these names are theirs
    known = {run.name: run for run in store.runs()}
    called = []
    for pair in pairs:
        wanted = [(names or {}).get(config) or default_name(config, ()) for config in pair]
        called += wanted
        for name in wanted:
            if name in known and known[name].status in RESUMABLE:
                launcher.resume(name)
        if new := [
            (config, name) for config, name in zip(pair, wanted, strict=True) if name not in known
        ]:
            configs, fresh = zip(*new, strict=True)
            launcher.submit(*configs, names=fresh, together=len(new) > 1)
    for name in called:
        while (run := store.run(name)).is_active:
            launcher.pump()
            time.sleep(1)
        if run.status != "finished":
            raise SystemExit(f"{run.name} is {run.status}: {run.error}")
        accuracy = run.latest["test_accuracy"]
        print(f"{run.name}: {accuracy:.1f} % on the test split, {run.seconds:.0f} s")
    return [store.run(name) for name in called]


def ship(
    run: "Run",
    folder: Path,
    data: "DataSet",
    *,
    weights: bool,
    origin: dict[str, Any] | None = None,
) -> None:
    """Write a run's history into a folder, and its network with the accuracy of the file as it is.

    Args:
        weights: whether to write the network too; as float16 where that costs no accuracy.
        origin: the card's ``data`` and ``data_origin``, where this machine called them otherwise.
    """
    from resnet_viz import analysis, models
    from resnet_viz.runs import Store

    origin = origin or {}
    config = dataclasses.replace(run.config, data=origin.get("data", run.config.data))
    folder.mkdir(exist_ok=True)
    record = dataclasses.replace(Store().record(run.name), config=config)
    record.save(folder / f"{run.name}.history.json.gz")
    if not weights:
        return
    assert run.checkpoint is not None
    classifier = models.load(run.checkpoint)
    classifier.card |= origin | {"confusion": analysis.confusion(classifier, data.test).rows()}
    save_light(classifier, folder / f"{run.name}.safetensors", data, config=config)


def ship_snapshots(run: "Run", folder: Path) -> None:
    """Write a run's snapshots beside its shipped network, but that which follows from the seed.

    On another kind of processor the same run has other bits: its snapshots' cards then say so, and
    how it ended.

    Raises:
        SystemExit: if it ended with another accuracy than the network that ships.
    """
    from resnet_viz import models

    assert run.checkpoint is not None
    end, shipped = models.load(run.checkpoint), models.load(folder / f"{run.name}.safetensors")
    accuracies = [one.card["metrics"]["test_accuracy"] for one in (end, shipped)]
    if abs(accuracies[0] - accuracies[1]) > ALIKE:
        raise SystemExit(f"{run.name} ends at {accuracies[0]:.1f} %, not {accuracies[1]:.1f} %.")
    for epoch, path in run.snapshots.items():
        if not epoch:
            continue
        classifier = models.load(path)
        if not _alike(end, shipped):
            classifier.card["made_again"] = {"test_accuracy": accuracies[0]}
        classifier.save(folder / f"{run.name}.{path.name}", half=True)


def _alike(one: "Classifier", other: "Classifier") -> bool:
    """Whether two networks have the same weights, as exactly as float16 tells them apart."""
    states = (one.network.state_dict(), other.network.state_dict())
    return all(bool((states[0][key].half() == states[1][key].half()).all()) for key in states[0])


def save_light(
    classifier: "Classifier", target: Path, data: "DataSet", *, config: RunConfig
) -> None:
    """Write a network as float16 where that costs no accuracy, with the accuracy of the file."""
    from resnet_viz import models
    from resnet_viz.files import replacing
    from resnet_viz.training.evaluation import evaluate

    device = next(classifier.network.parameters()).device
    loss, accuracy = evaluate(classifier, data)
    with replacing(target) as beside:
        classifier.save(beside, half=True)
        halved = models.load(beside)
        halved.network.to(device)
        half_loss, half_accuracy = evaluate(halved, data)
        if half := abs(half_accuracy - accuracy) < UNCHANGED:
            loss, accuracy = half_loss, half_accuracy
        classifier.card |= {
            "config": config.to_dict(),
            "metrics": classifier.card["metrics"] | {"test_loss": loss, "test_accuracy": accuracy},
        }
        classifier.save(beside, half=half)
