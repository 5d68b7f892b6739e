"""What is known of a data set that goes by a name, as a row: nothing heavy is imported for it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from resnet_viz.home import cache

if TYPE_CHECKING:
    from resnet_viz.data.dataset import Split

Splits = tuple[dict[str, Any], dict[str, Any]]
BY_FLAG: Splits = ({"train": True}, {"train": False})  # how torchvision is asked for the two splits
BY_NAME: Splits = ({"split": "train"}, {"split": "test"})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One data set.

    Attributes:
        name: by which `data.load` knows it.
        title: what people call it, in a label.
        full_title: the same where there is room for more.
        classes: names, in the order of the labels.
        side, channels: of its pictures as they are published; of grey ones all three channels
            that a network is given are equal.
        training, test: how many pictures each split has.
        flip: whether a mirrored picture is still of its class.
        photographs: whether who learns it can be shown a photograph of anything.
        sentence: what it is good for.
        origin: where it comes from.
        unlike_paper: what sets its pictures apart from those of He et al. 2015, as a clause.
        read: gives both splits of a row from the folder where its files lie.
        decoder: the package in whose version the pictures may differ, where they are kept decoded.
        download: bytes that come from the network; 0 for what a library brings along.
        folder: below `root`, what holds the downloaded files; there whole or not at all.
        archive: the published file that anybody may unpack instead, where it is one file.
        torchvision: the class that reads the files there.
        splits: how this class is asked for the training and for the test split.
    """

    name: str
    title: str
    full_title: str = ""
    classes: tuple[str, ...]
    side: int
    channels: int
    training: int
    test: int
    flip: bool
    photographs: bool
    sentence: str
    origin: str
    unlike_paper: str = ""
    read: "Callable[[Row, Path], tuple[Split, Split]]"
    decoder: str = ""
    download: int = 0
    folder: str = "."
    archive: str = ""
    torchvision: str = ""
    splits: Splits = BY_FLAG

    @property
    def of(self) -> str:
        """The data set whose pictures it has: itself."""
        return self.name

    @property
    def root(self) -> Path:
        """Where its files are downloaded to."""
        return cache() / self.name

    @property
    def is_here(self) -> bool:
        """Whether it loads without a network."""
        return not self.download or (self.root / self.folder).is_dir()

    @property
    def download_size(self) -> str:
        """How much comes from the network, in words: 12 MB, 2.6 GB."""
        return size_in_words(self.download)

    @property
    def room(self) -> int:
        """Bytes that the download and what is unpacked from it take."""
        return self.download + (self.training + self.test) * self.channels * self.side**2


@dataclass(frozen=True, kw_only=True)
class Copy:
    """A data set that shipped runs were trained on: known by name, at hand only in a folder.

    Attributes:
        short_title: what people call it where it does not matter which copy it is.
        form: which copy it is.
        of: the data set whose pictures it has, all of them; empty for a part of one.
        training: how many of them; None where that is not told.
    """

    name: str
    short_title: str
    form: str = "JPEG copy"
    of: str = ""
    training: int | None = None
    unlike_paper: str = ""

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.short_title}, {self.form}"


def size_in_words(size: int) -> str:
    """Bytes as a person says them."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.0f} MB"
