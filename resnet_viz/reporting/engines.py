"""What is said of an engine and of what it has free, on the page and on the command line."""

from resnet_viz.runs.engines import ENGINES, Resources, has_queue
from resnet_viz.runs.run import Run
from resnet_viz.wording import several


def title(name: str) -> str:
    """What people call the engine of that name; the name itself if this version lacks it."""
    return ENGINES[name].title if name in ENGINES else name


def resources(name: str, has: Resources) -> str:
    """CPUs, GPUs and nodes of an engine in one line: ``Ray: 3 of 4 CPUs free, no GPU, 2 nodes``."""
    parts = [_free(has.cpus_free, has.cpus, "CPU"), _free(has.gpus_free, has.gpus, "GPU")]
    if has_queue(name):
        parts.append(several(has.nodes, "node"))
    return f"{title(name)}: {', '.join(parts)}"


def waits(run: Run) -> str:
    """Where a run waits that an engine with a queue of its own is to start."""
    if run.job:
        return f"in {title(run.engine)}'s queue"
    return (
        f"{title(run.engine)} does not take it yet" if run.error else f"goes to {title(run.engine)}"
    )


def _free(free: int | None, total: int, noun: str) -> str:
    if not total:
        return f"no {noun}"
    return several(total, noun) if free is None else f"{free:,} of {several(total, noun)} free"
