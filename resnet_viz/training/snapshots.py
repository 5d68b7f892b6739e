"""Snapshots: the network as it was on the way, so that one sees it learn; no torch.

Kept at initialisation and after epochs 1, 2, 4, 8 …, as float16, beside the network of the end; as
many as a bound of bytes allows, gone with the run.
"""

from pathlib import Path

from resnet_viz.training.file_names import SNAPSHOTS

MOST_BYTES = 32 * 1024**2  # of a run
BYTES_OF_A_WEIGHT = 2
FORM = "epoch-{:04d}.safetensors"


def moments(epochs: int, parameters: int) -> tuple[int, ...]:
    """The epochs after which a run keeps a snapshot, 0 for its random weights.

    Args:
        epochs: of the whole run, whose end needs none.
        parameters: of the network. Of a large one only as many are kept, spread over the run, as
            the bound allows; of one too large for two, none.
    """
    wanted = [0, *(2**power for power in range(epochs.bit_length()) if 2**power < epochs)]
    room = MOST_BYTES // (BYTES_OF_A_WEIGHT * max(1, parameters))
    if len(wanted) <= room:
        return tuple(wanted)
    if room < 2:
        return ()
    last = len(wanted) - 1
    return tuple(wanted[round(place * last / (room - 1))] for place in range(room))


def path_of(folder: Path, epoch: int) -> Path:
    """Where the run in a folder keeps the snapshot of an epoch."""
    return folder / SNAPSHOTS / FORM.format(epoch)


def found(folder: Path) -> dict[int, Path]:
    """The snapshots in a run's folder, epoch -> file, in order; other names are passed over."""
    return numbered(folder / SNAPSHOTS)


def numbered(folder: Path, before: str = "") -> dict[int, Path]:
    """The snapshots right in a folder, epoch -> file, in order.

    Args:
        before: what their names begin with, where several runs keep theirs in the folder.
    """
    paths = {}
    for path in folder.glob(f"{before}epoch-*.safetensors"):
        number = path.stem.removeprefix(f"{before}epoch-")
        if number.isdecimal() and path.name == before + FORM.format(int(number)):
            paths[int(number)] = path
    return dict(sorted(paths.items()))
