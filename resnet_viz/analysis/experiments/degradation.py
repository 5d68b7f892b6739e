"""Degradation: trained networks, what inserted blocks make of them, and how their layers answer.

What the frames call their rows is known without torch, which is loaded when something is measured.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from torch import Tensor

    from resnet_viz.data import DataSet
    from resnet_viz.models import Classifier

ORIGIN, BY_HAND, AT_RANDOM, TRAINED = "as trained", "identity built in", "random", "from scratch"
WAYS = (ORIGIN, BY_HAND, AT_RANDOM, TRAINED)
STATISTICS = 512  # pictures that give the new normalisations their statistics


def compare_built(
    pairs: "Sequence[tuple[Classifier, Classifier]]",
    data: "DataSet",
    blocks: int,
    progress: Callable[[float], object] = lambda share: None,
) -> pd.DataFrame:
    """What inserted blocks make of shallow networks, beside deep ones trained from scratch.

    Args:
        pairs: a shallow and a deep network each, trained on the data.
        blocks: how many are inserted in each stage.
        progress: is told the share that is done, after each network.

    Returns:
        One row a network: label, network, way, residual, train_error, test_error (per cent),
        difference (the largest between its logits and the shallow network's) and equal (whether
        they are so bit for bit); the last two are missing where nothing was inserted.
    """
    rows: list[dict[str, object]] = []
    for shallow, deep in pairs:
        for row in _built(shallow, deep, data, blocks):
            rows.append(row)
            progress(len(rows) / (len(WAYS) * len(pairs)))
    return pd.DataFrame(rows)


def _built(
    shallow: "Classifier", deep: "Classifier", data: "DataSet", blocks: int
) -> Iterator[dict[str, object]]:
    import torch

    from resnet_viz.analysis.experiments import insertion
    from resnet_viz.data.feed import Feed

    feed = Feed(shallow.mean, shallow.std, shallow.input_size)
    images = feed(data.train.images[:STATISTICS])
    networks = {
        ORIGIN: shallow,
        BY_HAND: insertion.insert_blocks(shallow, blocks, insertion.IDENTITY, images),
        AT_RANDOM: insertion.insert_blocks(shallow, blocks, insertion.RANDOM, images),
        TRAINED: deep,
    }
    splits = (data.train, data.test)
    before = [insertion.logits(shallow, split) for split in splits]
    for way, network in networks.items():
        after = before if way == ORIGIN else [insertion.logits(network, split) for split in splits]
        moved = list(zip(before, after, strict=True))
        inserted = way in (BY_HAND, AT_RANDOM)
        title = f"{network.architecture.family}-{network.architecture.depth}"
        yield {
            "label": f"{title}, {way}",
            "network": title,
            "way": way,
            "residual": network.architecture.is_residual,
            "train_error": insertion.error(after[0], data.train),
            "test_error": insertion.error(after[1], data.test),
            "difference": max((b - a).abs().max().item() for b, a in moved) if inserted else None,
            "equal": all(torch.equal(b, a) for b, a in moved) if inserted else None,
        }


def compare_responses(measured: "Mapping[Classifier, Tensor]") -> pd.DataFrame:
    """`layer_responses` of several networks, each on pictures as it takes them.

    Args:
        measured: networks, each with its pictures.

    Returns:
        One row a layer and network, with label, residual and depth, as the chart takes it.
    """
    from resnet_viz.analysis.responses import layer_responses

    frames = []
    for classifier, images in measured.items():
        a = classifier.architecture
        found = layer_responses(classifier, images)
        frames.append(found.assign(label=a.title, residual=a.is_residual, depth=a.depth))
    return pd.concat(frames, ignore_index=True)
