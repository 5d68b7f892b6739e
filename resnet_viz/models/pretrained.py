"""torchvision's ImageNet weights: what it says of them, and the files of them that are at hand.

A file is recognised by its contents: by its SHA-256, whose first digits end torchvision's file
names, or else by the names and shapes of its tensors.
"""

import functools
import hashlib
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlparse

import torch
from torch import Tensor

from resnet_viz.downloading import DAMAGED, DownloadFailedError, download
from resnet_viz.home import home
from resnet_viz.models.architecture import ARCHITECTURES, IMAGENET, PRETRAINED
from resnet_viz.models.checkpoint import classifier_of, hollow
from resnet_viz.models.classifier import Classifier
from resnet_viz.models.errors import CheckpointError
from resnet_viz.models.foreign import tensors
from resnet_viz.models.resnet import ResNet

SUFFIX = ".pth"
HASH_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Weights:
    """A set of ImageNet weights as torchvision documents it.

    Attributes:
        version: torchvision's name of it, such as ``IMAGENET1K_V1``.
        parameters: of the network with its 1,000 classes.
        gmacs: multiply-adds for a picture of 224×224 pixels, in units of 10⁹.
        accuracy: top-1 on ImageNet-1K, one central crop, in per cent.
        megabytes: size of the file.
        recipe: address of how they were trained.
        entry: torchvision's own entry.
    """

    architecture: str
    version: str
    url: str
    parameters: int
    gmacs: float
    accuracy: float
    megabytes: float
    recipe: str
    entry: Any = field(repr=False, compare=False)

    @property
    def file_name(self) -> str:
        """Such as ``resnet18-f37072fd.pth``."""
        return Path(urlparse(self.url).path).name

    @property
    def hash(self) -> str:
        """The first digits of the file's SHA-256."""
        return Path(self.file_name).stem.rpartition("-")[2]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file of weights that is at hand; ``problem`` says in a sentence why it is of no use.

    Attributes:
        architecture: the one of the six networks that its tensors fit.
        weights: which of torchvision's they are, or None if they are none of them.
    """

    path: Path
    architecture: str = ""
    weights: Weights | None = None
    problem: str = ""

    @property
    def title(self) -> str:
        """What to call them: torchvision's name, or that they are unknown."""
        if self.weights:
            return self.weights.version
        return f"unknown weights in {ARCHITECTURES[self.architecture].title}'s layout"


def documented(architecture: str) -> tuple[Weights, ...]:
    """What torchvision says of a network's ImageNet weights, the oldest first."""
    from torchvision.models import get_model_weights

    return tuple(
        Weights(
            architecture=architecture,
            version=entry.name,
            url=entry.url,
            parameters=entry.meta["num_params"],
            gmacs=entry.meta["_ops"],
            accuracy=entry.meta["_metrics"]["ImageNet-1K"]["acc@1"],
            megabytes=entry.meta["_file_size"],
            recipe=entry.meta["recipe"],
            entry=entry,
        )
        for entry in get_model_weights(architecture)
    )


def folder() -> Path:
    """Where a person puts downloaded files, and where uploaded ones are kept."""
    path = home() / "weights"
    path.mkdir(exist_ok=True)
    return path


def files() -> list[Found]:
    """Every file of weights in the folder and in torchvision's cache, useless ones included.

    Cheap to ask again: a file is read once, until its size or its time of change is another.
    """
    cached = sorted(_cache().glob(f"*{SUFFIX}"))
    if cached:  # or else torchvision, which takes seconds to come, need not be asked
        known = {weights.file_name for name in PRETRAINED for weights in documented(name)}
        cached = [path for path in cached if path.name in known]
    found = []
    for path in [*cached, *sorted(folder().glob(f"*{SUFFIX}"))]:
        try:
            stat = path.stat()
        except OSError:  # it has just been removed
            continue
        found.append(_recognised(path, stat.st_size, stat.st_mtime_ns))
    return found


def at_hand() -> dict[str, Found]:
    """The file to use for each network that has one.

    That is torchvision's oldest weights, as in the paper's and the article's time; unknown ones
    only for want of others.
    """
    best: dict[str, Found] = {}
    for found in sorted((found for found in files() if not found.problem), key=_age):
        best.setdefault(found.architecture, found)
    return best


def keep(upload: BinaryIO) -> Found:
    """Copy a file of weights into the folder, under a name that its contents decide.

    Raises:
        CheckpointError: if its contents are of no use, or there is no room for it.
    """
    try:
        descriptor, name = tempfile.mkstemp(dir=folder(), prefix=".", suffix=".part")
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                shutil.copyfileobj(upload, file)
            stat = beside.stat()
            found = _recognised(beside, stat.st_size, stat.st_mtime_ns)
            if found.problem:
                raise CheckpointError(found.problem.replace(beside.name, "The file"))
            unknown = f"{found.architecture}-{_sha256(beside)[:HASH_DIGITS]}{SUFFIX}"
            target = folder() / (found.weights.file_name if found.weights else unknown)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise CheckpointError(
            f"The weights could not be kept in {folder()} ({error.strerror}): make room there."
        ) from error
    return Found(path=target, architecture=found.architecture, weights=found.weights)


def pretrained(architecture: str) -> Classifier:
    """A network with ImageNet weights: from a file at hand, else downloaded.

    Raises:
        CheckpointError: if there are none for it, or they are neither here nor to be had.
    """
    if architecture not in PRETRAINED:
        raise CheckpointError(
            f"There are no ImageNet weights for {architecture}: choose one of "
            f"{', '.join(PRETRAINED)}."
        )
    weights = documented(architecture)[0]
    if found := at_hand().get(architecture):
        title, file_name, state = found.title, found.path.name, tensors(found.path)
        # Unknown weights are taken to want what the oldest of their layout do.
        weights = found.weights or weights
    else:
        title, file_name, state = weights.version, weights.file_name, _downloaded(weights)
    preset = weights.entry.transforms()
    return classifier_of(
        hollow(ARCHITECTURES[architecture]),
        state,
        classes=tuple(weights.entry.meta["categories"]),
        input_size=preset.crop_size[0],
        mean=tuple(preset.mean),
        std=tuple(preset.std),
        crop_fraction=preset.crop_size[0] / preset.resize_size[0],
        card={"name": title, "data": IMAGENET, "data_origin": f"ImageNet-1K, {file_name}"},
    )


def _downloaded(weights: Weights) -> dict[str, Tensor]:
    """The tensors, by way of torchvision's cache, which holds no good file of them yet."""
    title = ARCHITECTURES[weights.architecture].title
    path = _cache() / weights.file_name
    if path.exists():
        raise CheckpointError(
            f"The ImageNet weights of {title} in torchvision's cache are damaged: delete {path} to "
            "have them downloaded again."
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as beside:
            come = download([weights.url], weights.file_name, Path(beside))
            if not _sha256(come).startswith(weights.hash):
                raise DownloadFailedError(DAMAGED)
            come.replace(path)
    except (OSError, DownloadFailedError) as error:
        reason = getattr(error, "strerror", None) or error
        raise CheckpointError(
            f"The ImageNet weights of {title} are not here and could not be downloaded "
            f"({reason}): put the file {weights.file_name} into {folder()}, or upload it on the "
            "page Transfer."
        ) from error
    return tensors(path)


def _cache() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints"


def _age(found: Found) -> int:
    """The place of a file among the weights of its network: unknown ones come last."""
    known = documented(found.architecture)
    return known.index(found.weights) if found.weights else len(known)


@functools.lru_cache(maxsize=256)
def _recognised(path: Path, size: int, modified: int) -> Found:
    """What a file is; to be asked with the size and the time of change that it has now."""
    try:
        digest = _sha256(path)
        for name in PRETRAINED:
            for weights in documented(name):
                if digest.startswith(weights.hash):
                    return Found(path=path, architecture=name, weights=weights)
        if path.parent == _cache():
            return Found(path=path, problem=f"{path.name} in torchvision's cache is damaged.")
        return Found(path=path, architecture=_layout(path))
    except CheckpointError as error:
        return Found(path=path, problem=str(error))
    except OSError as error:
        return Found(path=path, problem=f"{path.name} cannot be read ({error.strerror}).")


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _layout(path: Path) -> str:
    """The network whose tensors' names and shapes a file has.

    Raises:
        CheckpointError: if it is none of the six, or not for ImageNet's classes.
    """
    shapes = {name: tensor.shape for name, tensor in tensors(path, look=True).items()}
    trunk = {name: shape for name, shape in shapes.items() if _is_learned(name)}
    for name in PRETRAINED:
        wanted = _shapes(name)
        if {n: s for n, s in wanted.items() if _is_learned(n)} != trunk:
            continue
        if all(shapes.get(part) == wanted[part] for part in ("fc.weight", "fc.bias")):
            return name
        raise CheckpointError(
            f"{path.name} holds {ARCHITECTURES[name].title} for other classes than ImageNet's "
            "1,000: use Import weights on the page Attribution, and fine-tune from there."
        )
    raise CheckpointError(f"{path.name} fits none of the six networks: {', '.join(PRETRAINED)}.")


def _is_learned(name: str) -> bool:
    """Whether a tensor belongs to the layers before the last one, batch counts left aside."""
    return not name.startswith("fc.") and not name.endswith("num_batches_tracked")


@functools.cache
def _shapes(architecture: str) -> dict[str, torch.Size]:
    with torch.device("meta"):
        network = ResNet(ARCHITECTURES[architecture])
    return {name: tensor.shape for name, tensor in network.state_dict().items()}
