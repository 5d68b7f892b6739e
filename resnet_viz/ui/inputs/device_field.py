"""The field for where a run trains."""

from resnet_viz.runs.machine import gpus
from resnet_viz.training.config import DEVICE, DEVICES
from resnet_viz.ui.shell import links


def choose(key: str) -> str:
    """What is written there, as ``RunConfig.device`` takes it."""
    return links.text("Device", "auto", key=key, fits=DEVICE.fullmatch, help=explained(len(gpus())))


def explained(count: int) -> str:
    """What may be written on a machine with so many GPUs."""
    said = f"{DEVICES}. Several of them share each batch."
    if count > 1:
        every = ",".join(map(str, range(count)))
        said += f" This machine has {count} GPUs: cuda:{every} takes all."
    return said
