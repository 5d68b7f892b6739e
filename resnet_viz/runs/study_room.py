"""How many runs of a study train beside each other where it is to train, and with which threads."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from resnet_viz.runs import machine
from resnet_viz.runs.engines import demand, has_queue
from resnet_viz.training.config import RunConfig
from resnet_viz.training.threads import useful

if TYPE_CHECKING:
    from resnet_viz.runs.launcher import Launcher


@dataclass(frozen=True)
class Room:
    """What an engine has for the runs of a study while nobody else uses it.

    Attributes:
        engine: its name.
        at_once: how many train beside each other; None where that is on GPUs of other machines,
            of whose speed this machine knows nothing.
    """

    engine: str
    at_once: int | None

    def settled(self, config: RunConfig) -> RunConfig:
        """A run with the threads that it gets there."""
        if has_queue(self.engine):
            return replace(config, threads=demand.threads(config))
        share = machine.cores() // (self.at_once or 1)
        return replace(config, threads=config.threads or max(1, min(useful(config), share)))


def room(launcher: "Launcher", configs: Sequence[RunConfig], engine: str | None = None) -> Room:
    """What the engine of that name, else the one that is set, has for runs.

    Raises:
        EngineError: if there is none, or it does not answer.
    """
    settings = launcher.store.settings
    engine = launcher.queues.check(engine or settings.engine)
    if not has_queue(engine):
        return Room(engine, settings.slots)
    has = launcher.queues.resources(engine)
    wanted = [demand.demand(config, has.gpus) for config in configs]
    if any(each.gpus for each in wanted):
        return Room(engine, None)
    return Room(engine, max(1, has.cpus // max((each.cpus for each in wanted), default=1)))
