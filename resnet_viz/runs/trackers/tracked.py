"""A run, or the record of one that ships, as a tracker is told of it."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from resnet_viz.runs.errors import RunError
from resnet_viz.runs.record_file import Record
from resnet_viz.runs.run import Run
from resnet_viz.runs.shipped_runs import shipped
from resnet_viz.runs.store import Store
from resnet_viz.training.config import RunConfig

UNDATED = "counted back from the export: the record has no date"


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """What is known of a run before its first measurement.

    Attributes:
        key: tells it from every other run: its id in the store, or the name of a shipped record.
        start: when its training began, in seconds since 1970; a measurement is dated by this and
            the seconds of training, so pauses are left out.
        tags: what is no setting: seed, data and what a person wrote.
    """

    key: str
    name: str
    config: RunConfig
    start: float
    tags: dict[str, str]

    @property
    def settings(self) -> dict[str, str | int | float]:
        """The settings that decide what the run does, an architecture's options by their names."""
        values = self.config.to_dict()
        options = {f"option.{name}": value for name, value in values.pop("options").items()}
        return {
            name: value if isinstance(value, str | int | float) else str(value)
            for name, value in (values | options).items()
            if value is not None
        }


@dataclass(frozen=True)
class Source:
    """Where a run's measurements are read.

    Attributes:
        run: None for a record that ships with the product.
    """

    store: Store
    run: Run | None
    shipped: Record | None = None

    @classmethod
    def named(cls, store: Store, name: str) -> "Source":
        """The run of that name or id, or the shipped record of that name.

        Raises:
            RunError: if there is neither, or the run cannot be read.
        """
        try:
            run = store.run(name)
        except RunError:
            if name in shipped():
                return cls(store, None, shipped()[name])
            raise
        _ = run.config  # which an unreadable run does not have
        return cls(store, run)

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.run.name if self.run else self._shipped.name

    @property
    def status(self) -> str:
        """How the run ended, or what it is doing."""
        return self.run.status if self.run else self._shipped.status

    @property
    def record(self) -> Record:
        """All that is measured by now."""
        return self.store.record(self.run.id) if self.run else self._shipped

    @property
    def is_active(self) -> bool:
        """Whether the run trains or waits to, as it was when this was made."""
        return self.run is not None and self.run.is_active

    @property
    def waits(self) -> bool:
        """Whether the run has never begun, and will."""
        return self.run is not None and self.run.is_active and self.run.started is None

    def again(self) -> "Source":
        """The same as it is now."""
        return Source.named(self.store, self.run.id) if self.run else self

    def tracked(self) -> Tracked:
        """The run as a tracker is told of it before its first measurement."""
        if self.run is None:
            record = self._shipped
            tags = {"hardware": record.hardware, "times": UNDATED}
            return _tracked(record.name, record, time.time() - record.seconds, tags)
        began = self.run.started or self.run.created
        tags = {"tags": self.run.tags, "notes": self.run.notes}
        return _tracked(self.run.id, self.run, began.timestamp(), tags)

    def moments(self) -> Iterator["Source"]:
        """This, and then the same again and again until the run has ended."""
        now = self
        while True:
            yield now
            if not now.is_active:
                return
            now = now.again()

    @property
    def _shipped(self) -> Record:
        assert self.shipped is not None
        return self.shipped


def _tracked(key: str, run: Run | Record, start: float, tags: dict[str, str]) -> Tracked:
    known = {"seed": str(run.config.seed), "data": run.config.data} | tags
    return Tracked(
        key=key,
        name=run.name,
        config=run.config,
        start=start,
        tags={name: value for name, value in known.items() if value},
    )
