"""The lines that curves can be drawn of: a run each, or the runs of one setting, or a log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from resnet_viz.models.options import OPTIONS
from resnet_viz.reporting import run_labels
from resnet_viz.reporting.run_labels import AnyRun, RunOrRecord
from resnet_viz.runs import Record, Run
from resnet_viz.runs.foreign_logs.log import ForeignLog
from resnet_viz.training.config import RunConfig
from resnet_viz.wording import listed

FEW_NAMES = 8  # that an alternative text lists
TOLD = "{} (run)"  # a run that goes by a shipped network's name: no run's own name has brackets
LOG = "{} (log)"
FAMILIES = {None: "–", False: "plain", True: "residual"}


@dataclass(frozen=True)
class Lines:
    """All that can be shown, by the names that links say.

    Attributes:
        settings: the runs of each setting, those that ship first.
        singles: a run each.
        logs: of other programs, which have no setting.
    """

    settings: Mapping[str, Sequence[RunOrRecord]]
    singles: Mapping[str, RunOrRecord]
    logs: Mapping[str, ForeignLog] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        shipped: Iterable[Record],
        runs: Iterable[Run],
        logs: Iterable[ForeignLog] = (),
        *,
        older: Iterable[Run] = (),
    ) -> "Lines":
        """The lines of what ships, of the person's own runs and of imported logs.

        Args:
            older: further runs, a line each: no setting's name changes with them.
        """
        settings: dict[str, list[RunOrRecord]] = {}
        singles: dict[str, RunOrRecord] = {}
        shipped, runs = list(shipped), list(runs)
        for label, members in run_labels.group(shipped).items():
            settings[label] = list(members)
            alone = len(members) == 1
            singles |= {label if alone else f"{label}, seed {r.config.seed}": r for r in members}
        taken = {*settings, *singles, *run_labels.group(shipped, run_labels.called_narrowly)}
        for label, own in run_labels.group(runs).items():
            if len({run.config.seed for run in own}) > 1:
                settings[f"{label}, {len(own)} runs"] = list(own)
        singles |= {
            TOLD.format(run.name) if run.name in taken else run.name: run for run in (*runs, *older)
        }
        together = {id(run) for members in settings.values() for run in members}
        settings |= {name: [run] for name, run in singles.items() if id(run) not in together}
        return cls(settings, singles, {LOG.format(log.name): log for log in logs})

    @cached_property
    def members(self) -> dict[str, Sequence[AnyRun]]:
        """The runs behind every name."""
        alone: dict[str, Sequence[AnyRun]] = {name: [run] for name, run in self.singles.items()}
        return alone | dict(self.settings) | {name: [log] for name, log in self.logs.items()}

    @cached_property
    def places(self) -> dict[str, int]:
        """The number of each name in the list of all, which decides its colour."""
        return {name: place for place, name in enumerate(self.members)}

    def apart(self, names: Iterable[str]) -> list[str]:
        """The runs, each by its own name, of settings and runs."""
        called = {id(run): name for name, run in (*self.singles.items(), *self.logs.items())}
        runs = (run for name in names for run in self.members[name])
        return list(dict.fromkeys(called[id(run)] for run in runs))

    def listed(self, names: Sequence[str], *, together: bool) -> list[str]:
        """The rows of the list: settings, and runs that are shown by themselves; or every run."""
        if not together:
            return [*self.singles, *self.logs]
        apart = (name for name in names if name not in self.settings and name not in self.logs)
        return [*self.settings, *apart, *self.logs]

    def runs_among(self, names: Iterable[str]) -> dict[str, Sequence[RunOrRecord]]:
        """The runs behind names; a log, which has neither settings nor a network, is none."""
        known = {name: [run] for name, run in self.singles.items()} | dict(self.settings)
        return {name: known[name] for name in names if name in known}


def own_run(members: Sequence[AnyRun]) -> Run | None:
    """The person's own run that a row stands for; None for a shipped one, and for several."""
    [first, *others] = members
    return first if isinstance(first, Run) and not others else None


def table(lines: Lines, rows: Sequence[str]) -> pd.DataFrame:
    """One row a line: its errors at the end (the mean of several runs), what it is, its notes."""
    runs = lines.runs_among(rows)
    found = [
        _row(name, runs[name]) if name in runs else _log_row(name, lines.logs[name])
        for name in rows
    ]
    return pd.DataFrame(found, index=list(rows))


def facts(lines: Lines, history: pd.DataFrame) -> pd.DataFrame:
    """What decides how each line of a history looks: ``label, residual, depth, place``."""
    if history.empty:
        return pd.DataFrame(columns=["label", "residual", "depth", "place"])
    first = history.drop_duplicates("label")[["label", "residual", "depth"]]
    return first.assign(place=first["label"].map(lines.places)).reset_index(drop=True)


def described(what: str, over: str, names: Sequence[str]) -> str:
    """The alternative text of a chart of lines, which names them where they are few."""
    some = listed(names) if len(names) <= FEW_NAMES else f"{len(names)} runs or settings"
    return f"{what.capitalize()} over {over} of {some}: training above, test below."


def found(rows: pd.DataFrame, words: str) -> pd.DataFrame:
    """The rows of `table` in which every one of some words stands, in whatever column."""
    if not words.split():
        return rows
    texts = rows.astype(str).agg(" ".join, axis=1).str.casefold()
    fits = [all(word in text for word in words.casefold().split()) for text in texts]
    return rows[fits]


def _row(name: str, members: Sequence[RunOrRecord]) -> dict[str, object]:
    configs = [run.config for run in members]
    seeds = sorted({config.seed for config in configs})
    training, test = (_mean(members, f"{split}_accuracy") for split in ("train", "test"))
    run = own_run(members)
    return {
        "name": name,
        "test error": test,
        "training error": training,
        "tags": run.tags if run else "",
        "notes": run.notes if run else "",
        "network": run_labels.setting(configs[0]),
        "data": run_labels.data_title(configs[0].data),
        "recipe": run_labels.training(configs[0]) or configs[0].recipe,
        "seeds": ", ".join(map(str, seeds)),
    }


def _log_row(name: str, log: ForeignLog) -> dict[str, object]:
    ends = [log.epochs[f"{split}_accuracy"].dropna().tolist() for split in ("train", "test")]
    training, test = (100 - known[-1] if known else None for known in ends)
    return {
        "name": name,
        "test error": test,
        "training error": training,
        "tags": "imported log",
        "notes": f"Assumed: {'; '.join(log.assumed)}." if log.assumed else "",
        "network": FAMILIES[log.residual],
        "data": "–",
        "recipe": "–",
        "seeds": "–",
    }


def _mean(members: Sequence[RunOrRecord], column: str) -> float | None:
    accuracies = [
        run.latest[column] if isinstance(run, Run) else run.epochs[column].iloc[-1]
        for run in members
    ]
    known = [100 - value for value in accuracies if value is not None]
    return sum(known) / len(known) if known else None


def settings_apart(configs: Mapping[str, RunConfig]) -> pd.DataFrame:
    """The settings in which runs differ: a row each, with a column for each run.

    Args:
        configs: of the runs, by their names.
    """
    all_of = {name: _settings(config) for name, config in configs.items()}
    order = dict.fromkeys(setting for found in all_of.values() for setting in found)
    rows = []
    for setting in order:
        values = [found.get(setting, "–") for found in all_of.values()]
        if len(set(values)) > 1:
            rows.append([setting, *values])
    return pd.DataFrame(rows, columns=["setting", *all_of])


def apart_said(differences: pd.DataFrame) -> str:
    """In how many settings two runs differ, and in which, in a sentence."""
    if differences.empty:
        return "They differ in no setting."
    names = list(differences["setting"])
    return f"They differ in {listed(names)}; everything else is the same."


def _settings(config: RunConfig) -> dict[str, str]:
    """Every setting of a run in words, the architecture's options with their values."""
    network = config.network
    options = {row.title.lower(): str(getattr(network, name)) for name, row in OPTIONS.items()}
    return {
        "network": network.title,
        "data": run_labels.data_title(config.data),
        "recipe": config.recipe,
        "epochs": str(config.epochs),
        "batch size": str(config.batch_size),
        "learning rate": f"{config.learning_rate:g}",
        "weight decay": f"{config.weight_decay:g}",
        "seed": str(config.seed),
        **options,
        "device": config.device,
        "precision": config.precision,
        "threads": str(config.threads or "–"),
        "starts from": config.start.rpartition("/")[2] if config.start else "random weights",
        "input size": str(config.input_size or "–"),
        "learning rate of the trunk": "–" if config.trunk_rate is None else f"{config.trunk_rate}",
    }
