"""How many CPU threads a network is worth."""

from resnet_viz.data import DATA_SETS, local_sets
from resnet_viz.training.config import RunConfig

# Multiply-adds of one layer for a batch, below which a thread more waits longer than it computes.
# Measured with ResNet-20 on two idle cores: with 8 million a layer (the digits, batch 64) a second
# thread makes the run 1.2 times as fast, and a tenth as fast once another process wants a core;
# with 260 million (32 × 32, batch 128) 1.6 times.
WORTH_A_THREAD = 25_000_000


def useful(config: RunConfig) -> int:
    """The most CPU threads that each process of a run has work for: one for small maps.

    Follows from the config alone, so that the same run gets the same number wherever as many are
    free: the order of its sums depends on it.
    """
    size = _pixels(config)
    layers = sum(1 for _ in config.network.convolutions(size))
    images = config.batch_size / config.processes
    work = config.network.multiply_adds(size) * images / layers
    return max(1, int(work // WORTH_A_THREAD))


def _pixels(config: RunConfig) -> int:
    """Side of the images that the network sees; of a folder's the largest that it may see."""
    if config.start or config.input_size:
        return config.input_size or config.network.input_size
    row = DATA_SETS.get(config.data)
    return row.side if row else local_sets.THUMBNAIL
