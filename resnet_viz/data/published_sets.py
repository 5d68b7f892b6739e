"""The pictures of published data sets, read by scikit-learn and by torchvision."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from resnet_viz.data.dataset import Split, stratified
from resnet_viz.data.errors import DataError
from resnet_viz.data.set_rows import Row


@dataclass(frozen=True)
class File:
    """One file to download: where from, the first of several that answers, and its checksum."""

    urls: tuple[str, ...]
    name: str
    md5: str


def digits(row: Row) -> tuple[Split, Split]:
    """scikit-learn's digits; seed 0 always, so that shipped checkpoints keep their test split."""
    from sklearn.datasets import load_digits

    found = load_digits()
    grey = torch.from_numpy(found.images * (255 / 16)).round().to(torch.uint8)  # (N, 8, 8)
    images = _three_channels(grey)
    labels = torch.from_numpy(found.target).long()
    train, test = stratified(labels, row.test, seed=0)
    return Split(images[train], labels[train]), Split(images[test], labels[test])


def by_torchvision(row: Row, folder: Path) -> tuple[Split, Split]:
    """Both splits, read by torchvision from a folder in which a row's own folder lies.

    What is a pickle is read only after its published checksum was compared.

    Raises:
        DataError: if files lack or are damaged.
    """
    source = reader(row)
    root = folder / row.folder if hasattr(source, "split_list") else folder
    try:
        train, test = (_split(source(root, **how)) for how in row.splits)
    except Exception as error:  # on damaged bytes a decoder may fail in any way
        raise DataError(
            f"The {row.title} files in {folder / row.folder} are incomplete or damaged; delete "
            "that folder to have them downloaded again."
        ) from error
    return train, test


def reader(row: Row) -> Any:
    """torchvision's class for a row's files."""
    from torchvision import datasets

    source = getattr(datasets, row.torchvision)
    if row.torchvision == "STL10":  # without the unlabelled pictures, which are 2.7 GB
        lists = {"train_list": source.train_list[:2]}
        return type(row.torchvision, (source,), lists)
    return source


def files(row: Row) -> list[File]:
    """What is to be downloaded for a row, as torchvision's class knows it."""
    source = reader(row)
    if row.archive:
        return [File((source.url,), row.archive, source.tgz_md5)]
    if hasattr(source, "split_list"):
        published = [source.split_list[how["split"]] for how in row.splits]
        return [File((url,), name, md5) for url, name, md5 in published]
    return [
        File(tuple(f"{mirror}{name}" for mirror in source.mirrors), name, md5)
        for name, md5 in source.resources
    ]


def members(row: Row) -> set[str]:
    """The names of the files in a row's archive that are read."""
    source = reader(row)
    names = {name for name, _ in (*source.train_list, *source.test_list)}
    return names | ({source.meta["filename"]} if hasattr(source, "meta") else set())


def _split(source: Any) -> Split:
    pixels = torch.as_tensor(np.asarray(source.data))
    labels = source.targets if hasattr(source, "targets") else source.labels
    return Split(_three_channels(pixels), torch.as_tensor(np.asarray(labels)).long())


def _three_channels(pixels: Tensor) -> Tensor:
    """Pictures (N, H, W) or (N, H, W, 3) as (N, 3, H, W)."""
    if pixels.ndim == 3:
        return pixels[:, None].repeat(1, 3, 1, 1)
    if pixels.shape[-1] == 3:
        pixels = pixels.permute(0, 3, 1, 2)
    return pixels.contiguous()
