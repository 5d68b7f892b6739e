"""What a run needs of this machine, looked for before there is a run."""

from pathlib import Path

from resnet_viz.data import DATA_SETS, local_sets
from resnet_viz.models.architecture import IMAGENET
from resnet_viz.training.config import RunConfig


def require(config: RunConfig) -> None:
    """Have data, weights and device at hand; what can be downloaded is.

    Imports only what a need asks for, so that a run that needs nothing special starts at once.
    A folder or a checkpoint that is not there is left to the launcher, which names the others.

    Raises:
        DataError, CheckpointError, DataGone, DeviceMissing: with the sentence that the run would
            fail with.
    """
    if local_sets.at_hand(config.data):
        local_sets.classes(config.data)
    elif config.data in DATA_SETS:
        from resnet_viz.data.loading import fetch

        fetch(config.data)
    if config.start == IMAGENET:
        from resnet_viz.models import pretrained

        if config.architecture not in pretrained.at_hand():
            pretrained.pretrained(config.architecture)
    elif config.start and Path(config.start).is_file():
        from resnet_viz import models
        from resnet_viz.training.start import check_trunk

        check_trunk(models.load(config.start).architecture, config.network)
    if config.device not in ("auto", "cpu"):
        from resnet_viz.training.placement import placement

        placement(config, local_sets.THUMBNAIL)
